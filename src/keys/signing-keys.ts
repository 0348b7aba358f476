/**
 * The keys that sign tokens: table `signing_keys`. Each algorithm has one current key, which signs. It has at most one
 * next key, which is published before it signs. Retired keys stay published until the last token that they signed has
 * expired. Private parts are sealed with the server's data key, and erased at retirement.
 */
import type { JWK } from 'oidc-provider'
import { AppError } from '../platform/errors.ts'
import type { Db, Sql } from '../platform/sql/database.ts'
import type { SealedColumn } from '../platform/sql/reseal.ts'
import type { Sealer } from '../platform/tokens.ts'
import { SIGNING_ALGS } from '../platform/algorithms.ts'
import type { SigningAlg } from '../platform/algorithms.ts'
import { ensureKeys, listKeys, purgeRetired, rotateKeys, rotateWhenDue } from './key-rows.ts'
import type { KeyKind, Rotation, RotationOrder, RotatingKey, StoredKey } from './key-rows.ts'
import type { Services } from '../services.ts'

/** The change feed's topic: the published or the signing keys changed. */
export const SIGNING_KEYS_TOPIC = 'signing-keys'

export type SigningKey = RotatingKey<SigningAlg>

export const SIGNING_KIND: KeyKind<SigningAlg> = {
  table: 'signingKeys',
  use: 'sig',
  algs: SIGNING_ALGS,
  topic: SIGNING_KEYS_TOPIC,
  erasedAtRetirement: true,
  sealContext: signingKeyContext,
}

/** The column that `keys reseal` seals again. */
export const SEALED_SIGNING_KEYS: SealedColumn = {
  what: 'signing keys',
  table: SIGNING_KIND.table,
  column: 'privateJwk',
  key: 'kid',
  context: ({ kid = '' }) => signingKeyContext(kid),
}

/** Makes sure that every algorithm has a current key. Several processes may call it at once: one key each remains. */
export function ensureSigningKeys(db: Db, services: Pick<Services, 'clock' | 'sealer'>): Promise<void> {
  return ensureKeys(db, SIGNING_KIND, services)
}

/**
 * The keys as oidc-provider takes them, the current ones first, because the first key that fits signs.
 * @throws AppError 500 `signing_key_unreadable` when no configured data key opens a current key
 */
export async function loadSigningKeys(sql: Sql, sealer: Sealer): Promise<JWK[]> {
  const rows: StoredKey[] = await sql('signingKeys').select('kid', 'state', 'publicJwk', 'privateJwk')
  const current = rows.filter(({ state }) => state === 'current').map((row) => openKey(sealer, row))
  const published = rows.filter(({ state }) => state !== 'current').map(publishedOnly)
  return [...current, ...published]
}

/** Current keys first, then by age, newest first. Never a private part. */
export function listSigningKeys(sql: Sql): Promise<SigningKey[]> {
  return listKeys(sql, SIGNING_KIND)
}

/**
 * One step for every algorithm: publishes a missing next key, or makes the next key current if it was published long
 * enough. `now` does both at once, for a key that has leaked. Relying parties that cache the key set refuse tokens
 * until they fetch it again.
 * @throws AppError 409 `rotation_conflict`
 */
export function rotateSigningKeys(
  db: Db,
  services: Pick<Services, 'clock' | 'sealer'>,
  order: RotationOrder = {},
): Promise<Rotation<SigningAlg>[]> {
  return rotateKeys(db, SIGNING_KIND, services, order)
}

/** The steps that are due when a key is to sign for `periodMs`. Any number of workers may call it. */
export function rotateDueSigningKeys(
  db: Db,
  services: Pick<Services, 'clock' | 'sealer'> & { periodMs: number },
): Promise<void> {
  return rotateWhenDue(db, SIGNING_KIND, services)
}

/** Deletes the keys retired longer than `keptForMs` (the longest life of a signed token) ago; answers how many. */
export function purgeRetiredKeys(
  db: Db,
  services: Pick<Services, 'clock'> & { keptForMs: number },
): Promise<number> {
  return purgeRetired(db, SIGNING_KIND, services)
}

function openKey(sealer: Sealer, { kid, privateJwk }: StoredKey): JWK {
  const opened = privateJwk === null ? undefined : sealer.open(privateJwk, signingKeyContext(kid))
  if (opened !== undefined) return JSON.parse(opened) as JWK
  throw new AppError(
    'signing_key_unreadable',
    500,
    `The signing key ${kid} was sealed with a data key that is not configured.`,
  )
}

// The library insists on private members, though it never uses those of a key that only verifies.
function publishedOnly({ publicJwk }: StoredKey): JWK {
  const jwk = JSON.parse(publicJwk) as JWK
  const members = jwk.kty === 'RSA' ? ['d', 'p', 'q', 'dp', 'dq', 'qi'] : ['d']
  return {
    ...jwk,
    key_ops: ['verify'],
    ...Object.fromEntries(members.map((member) => [member, 'erased'])),
  } as JWK
}

/** Binds a sealed private part to its key. */
function signingKeyContext(kid: string): string {
  return `signing-key:${kid}`
}
