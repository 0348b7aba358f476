/**
 * The keys that apps encrypt request objects to: table `encryption_keys`. One key per algorithm is current and the only
 * one that is published. Every process loads the next key before it is published, and keeps a retired key for a day. So
 * any process can open any request. Private parts are sealed with the data key.
 */
import type { JWK } from 'oidc-provider'
import { AppError } from '../platform/errors.ts'
import { DAY_MS } from '../platform/clock.ts'
import type { Db, Sql } from '../platform/sql/database.ts'
import type { SealedColumn } from '../platform/sql/reseal.ts'
import type { Sealer } from '../platform/tokens.ts'
import { DECRYPTION_ALGS } from '../platform/algorithms.ts'
import type { DecryptionAlg } from '../platform/algorithms.ts'
import { ensureKeys, listKeys, purgeRetired, rotateKeys, rotateWhenDue } from './key-rows.ts'
import type { KeyKind, Rotation, RotationOrder, RotatingKey, StoredKey } from './key-rows.ts'
import type { Services } from '../services.ts'

/** The change feed's topic: the keys that decrypt changed. */
export const ENCRYPTION_KEYS_TOPIC = 'encryption-keys'
/** How long a retired key decrypts on: an app may have cached the key set. */
const DECRYPTS_ON_MS = DAY_MS

export type EncryptionKey = RotatingKey<DecryptionAlg>

export const ENCRYPTION_KIND: KeyKind<DecryptionAlg> = {
  table: 'encryptionKeys',
  use: 'enc',
  algs: DECRYPTION_ALGS,
  topic: ENCRYPTION_KEYS_TOPIC,
  erasedAtRetirement: false,
  sealContext: encryptionKeyContext,
}

/** The column that `keys reseal` seals again. */
export const SEALED_ENCRYPTION_KEYS: SealedColumn = {
  what: 'encryption keys',
  table: ENCRYPTION_KIND.table,
  column: 'privateJwk',
  key: 'kid',
  context: ({ kid = '' }) => encryptionKeyContext(kid),
}

/** Makes sure that every algorithm has a current key. Several processes may call it at once: one key each remains. */
export function ensureEncryptionKeys(db: Db, services: Pick<Services, 'clock' | 'sealer'>): Promise<void> {
  return ensureKeys(db, ENCRYPTION_KIND, services)
}

/**
 * Every key that still decrypts, and the ids of those that are not to be published.
 * @throws AppError 500 `encryption_key_unreadable` when no configured data key opens one of them
 */
export async function loadEncryptionKeys(
  sql: Sql,
  sealer: Sealer,
): Promise<{ keys: JWK[]; unpublished: string[] }> {
  const rows: StoredKey[] = await sql('encryptionKeys').select('kid', 'state', 'publicJwk', 'privateJwk')
  return {
    keys: rows.map((row) => openKey(sealer, row)),
    unpublished: rows.filter(({ state }) => state !== 'current').map(({ kid }) => kid),
  }
}

/** Current keys first, then by age, newest first. Never a private part. */
export function listEncryptionKeys(sql: Sql): Promise<EncryptionKey[]> {
  return listKeys(sql, ENCRYPTION_KIND)
}

/** As `rotateSigningKeys`. @throws AppError 409 `rotation_conflict` */
export function rotateEncryptionKeys(
  db: Db,
  services: Pick<Services, 'clock' | 'sealer'>,
  order: RotationOrder = {},
): Promise<Rotation<DecryptionAlg>[]> {
  return rotateKeys(db, ENCRYPTION_KIND, services, order)
}

/** The steps that are due when a key is to be current for `periodMs`. Any number of workers may call it. */
export function rotateDueEncryptionKeys(
  db: Db,
  services: Pick<Services, 'clock' | 'sealer'> & { periodMs: number },
): Promise<void> {
  return rotateWhenDue(db, ENCRYPTION_KIND, services)
}

/** Deletes the keys that no longer decrypt; answers how many. */
export function purgeRetiredEncryptionKeys(db: Db, { clock }: Pick<Services, 'clock'>): Promise<number> {
  return purgeRetired(db, ENCRYPTION_KIND, { clock, keptForMs: DECRYPTS_ON_MS })
}

function openKey(sealer: Sealer, { kid, privateJwk }: StoredKey): JWK {
  const opened = privateJwk === null ? undefined : sealer.open(privateJwk, encryptionKeyContext(kid))
  if (opened !== undefined) return JSON.parse(opened) as JWK
  throw new AppError(
    'encryption_key_unreadable',
    500,
    `The encryption key ${kid} was sealed with a data key that is not configured.`,
  )
}

/** Binds a sealed private part to its key. */
function encryptionKeyContext(kid: string): string {
  return `encryption-key:${kid}`
}
