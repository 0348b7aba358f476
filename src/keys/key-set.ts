/**
 * All keys together, for the provider, and for the start and the worker, which make and rotate them. `signing-keys.ts` and
 * `encryption-keys.ts` own the tables. Keys that seal data are settings.
 */
import type { JWKS } from 'oidc-provider'
import type { Db, Sql } from '../platform/sql/database.ts'
import type { Sealer } from '../platform/tokens.ts'
import {
  ensureEncryptionKeys,
  loadEncryptionKeys,
  purgeRetiredEncryptionKeys,
  rotateDueEncryptionKeys,
} from './encryption-keys.ts'
import { ensureSigningKeys, loadSigningKeys, purgeRetiredKeys, rotateDueSigningKeys } from './signing-keys.ts'
import type { Services } from '../services.ts'

export type KeySet = {
  /** Everything that signs, verifies or decrypts. */
  jwks: JWKS
  /** Ids of the keys that stay out of the published set. */
  unpublished: readonly string[]
}

/** @throws AppError 500 `signing_key_unreadable` or `encryption_key_unreadable` */
export async function loadKeySet(sql: Sql, sealer: Sealer): Promise<KeySet> {
  const signing = await loadSigningKeys(sql, sealer)
  const { keys, unpublished } = await loadEncryptionKeys(sql, sealer)
  return { jwks: { keys: [...signing, ...keys] }, unpublished }
}

/** Makes the keys that are missing. Several processes may call it at once. */
export async function ensureAllKeys(db: Db, services: Pick<Services, 'clock' | 'sealer'>): Promise<void> {
  await Promise.all([ensureSigningKeys(db, services), ensureEncryptionKeys(db, services)])
}

export type KeyUpkeep = Pick<Services, 'clock' | 'sealer'> & {
  /** How long a key is used; 0 leaves rotation to the operator. */
  periodMs: number
  /** The longest life of a signed token. */
  keptForMs: number
}

/** What the worker does with keys now and then. Any number of workers may: each step is taken once. */
export async function rotateDueKeys(db: Db, { periodMs, keptForMs, ...services }: KeyUpkeep): Promise<void> {
  if (periodMs > 0) {
    await rotateDueSigningKeys(db, { ...services, periodMs })
    await rotateDueEncryptionKeys(db, { ...services, periodMs })
  }
  await purgeRetiredKeys(db, { clock: services.clock, keptForMs })
  await purgeRetiredEncryptionKeys(db, services)
}
