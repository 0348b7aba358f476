/**
 * The keys that sign tokens: table `signing_keys`. Per algorithm there is one current key, which signs, at most one
 * next key, which is published before it signs, and retired keys, which are published until the last token that they
 * signed has expired. Private parts are sealed with the server's data key, and erased at retirement.
 */
import { generateKeyPair as generate, hash } from 'node:crypto'
import { promisify } from 'node:util'
import type { Knex } from 'knex'
import type { JWK, JWKS } from 'oidc-provider'
import { AppError } from '../../errors.ts'
import { noteChange } from '../../platform/change-feed.ts'
import { HOUR_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import { inTransaction, isDuplicate } from '../../platform/database.ts'
import type { Db, Sql } from '../../platform/database.ts'
import type { Sealer } from '../../platform/tokens.ts'

/** The change feed's topic: the published or the signing keys changed. */
export const SIGNING_KEYS_TOPIC = 'signing-keys'
/** The first is what new clients sign with; RS256 must be offered (OpenID Connect Core §15.1). */
export const SIGNING_ALGS = ['ES256', 'RS256'] as const
/** How long a key is published before it signs: longer than a relying party caches the key set. */
export const PUBLISHED_FIRST_MS = HOUR_MS

export type SigningAlg = (typeof SIGNING_ALGS)[number]

export type SigningKey = {
  /** RFC 7638 thumbprint. */
  kid: string
  alg: SigningAlg
  use: 'sig'
  state: 'next' | 'current' | 'retired'
  createdAtMs: number
  activatedAtMs: number | null
  retiredAtMs: number | null
}

export type KeyNeeds = { clock: Clock; sealer: Sealer }

/** Makes sure that every algorithm has a current key. Several processes may call it at once: one key each remains. */
export async function ensureSigningKeys(db: Db, needs: KeyNeeds): Promise<void> {
  const current: { alg: string }[] = await db('signingKeys').select('alg').where({ state: 'current' })
  for (const alg of SIGNING_ALGS.filter((wanted) => current.every(({ alg: have }) => have !== wanted))) {
    await addKey(db, alg, 'current', needs)
  }
}

/**
 * The key set for oidc-provider's `jwks`: the current keys first, because the first key that fits signs.
 * @throws AppError 500 `signing_key_unreadable` when no configured data key opens a current key
 */
export async function loadKeySet(sql: Sql, sealer: Sealer): Promise<JWKS> {
  const rows: KeyRow[] = await sql('signingKeys').select('kid', 'state', 'publicJwk', 'privateJwk')
  const current = rows.filter(({ state }) => state === 'current').map((row) => openKey(sealer, row))
  const published = rows.filter(({ state }) => state !== 'current').map(publishedOnly)
  return { keys: [...current, ...published] }
}

/** Current keys first, then by age, newest first. Never a private part. */
export async function listSigningKeys(sql: Sql): Promise<SigningKey[]> {
  const rows: SigningKey[] = await sql('signingKeys')
    .select('kid', 'alg', 'use', 'state', 'createdAtMs', 'activatedAtMs', 'retiredAtMs')
    .orderBy([{ column: 'createdAtMs', order: 'desc' }, { column: 'kid' }])
  const rank = { current: 0, next: 1, retired: 2 }
  return rows.sort((a, b) => rank[a.state] - rank[b.state])
}

export type Rotation = {
  alg: SigningAlg
  kid: string
  /** `published`: it will sign after `signsFromMs`, at the next rotation. `activated`: it signs from now on. */
  outcome: 'published' | 'waiting' | 'activated'
  signsFromMs: number
}

/**
 * One step for every algorithm: publishes a next key where there is none, and lets a next key that has been published
 * for long enough take over from the current one. `now` does both at once, for a key that has leaked: relying
 * parties that cache the key set refuse tokens until they fetch it again.
 */
export async function rotateSigningKeys(
  db: Db,
  needs: KeyNeeds,
  { now = false, publishedFirstMs = PUBLISHED_FIRST_MS }: { now?: boolean; publishedFirstMs?: number } = {},
): Promise<Rotation[]> {
  const rotations: Rotation[] = []
  for (const alg of SIGNING_ALGS) {
    const added = await addKey(db, alg, 'next', needs)
    const step = { alg, added, waitMs: now ? 0 : publishedFirstMs, nowMs: needs.clock() }
    rotations.push(await inTransaction(db, async (trx) => await takeOver(trx, step)))
  }
  return rotations
}

/** Deletes the keys retired longer than `keptForMs` (the longest life of a signed token) ago; answers how many. */
export async function purgeRetiredKeys(db: Db, clock: Clock, keptForMs: number): Promise<number> {
  return await inTransaction(db, async (trx) => {
    const purged = await trx('signingKeys')
      .where({ state: 'retired' })
      .andWhere('retiredAtMs', '<=', clock() - keptForMs)
      .delete()
    if (purged > 0) await noteChange(trx, SIGNING_KEYS_TOPIC)
    return purged
  })
}

type KeyRow = Pick<SigningKey, 'kid' | 'state'> & { publicJwk: string; privateJwk: string | null }
type Step = { alg: SigningAlg; added: boolean; waitMs: number; nowMs: number }

async function takeOver(trx: Knex.Transaction, { alg, added, waitMs, nowMs }: Step): Promise<Rotation> {
  const next: { kid: string; createdAtMs: number } | undefined = await trx('signingKeys')
    .select('kid', 'createdAtMs')
    .where({ slot: slotOf(alg, 'next') })
    .forUpdate()
    .first()
  if (!next) throw new AppError('rotation_conflict', 409, 'Another rotation is running. Please try again.')
  const { kid } = next
  const signsFromMs = next.createdAtMs + waitMs
  if (signsFromMs > nowMs) return { alg, kid, outcome: added ? 'published' : 'waiting', signsFromMs }
  await trx('signingKeys')
    .where({ slot: slotOf(alg, 'current') })
    .update({ state: 'retired', slot: null, privateJwk: null, retiredAtMs: nowMs })
  await trx('signingKeys')
    .where({ kid })
    .update({ state: 'current', slot: slotOf(alg, 'current'), activatedAtMs: nowMs })
  await noteChange(trx, SIGNING_KEYS_TOPIC)
  return { alg, kid, outcome: 'activated', signsFromMs: nowMs }
}

/** False when the place is taken: the unique slot decides, whoever comes first. */
async function addKey(db: Db, alg: SigningAlg, state: 'next' | 'current', needs: KeyNeeds): Promise<boolean> {
  const slot = slotOf(alg, state)
  if (await db('signingKeys').select('kid').where({ slot }).first()) return false
  const { kid, publicJwk, privateJwk } = await generateKey(alg)
  const createdAtMs = needs.clock()
  const row = {
    kid,
    alg,
    use: 'sig',
    state,
    slot,
    createdAtMs,
    activatedAtMs: state === 'current' ? createdAtMs : null,
    publicJwk: JSON.stringify(publicJwk),
    privateJwk: needs.sealer.seal(JSON.stringify(privateJwk), contextOf(kid)),
  }
  try {
    await inTransaction(db, async (trx) => {
      await trx('signingKeys').insert(row)
      await noteChange(trx, SIGNING_KEYS_TOPIC)
    })
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

const generateKeyPair = promisify(generate)

async function generateKey(alg: SigningAlg) {
  const { publicKey, privateKey } =
    alg === 'ES256'
      ? await generateKeyPair('ec', { namedCurve: 'P-256' })
      : await generateKeyPair('rsa', { modulusLength: 2048 })
  const publicJwk = publicKey.export({ format: 'jwk' })
  const kid = thumbprint(publicJwk)
  const named = { kid, alg, use: 'sig' }
  return {
    kid,
    publicJwk: { ...publicJwk, ...named },
    privateJwk: { ...privateKey.export({ format: 'jwk' }), ...named },
  }
}

// RFC 7638 §3.2: the required members alone, in lexicographic order.
function thumbprint({ crv, e, kty, n, x, y }: { [member: string]: unknown }): string {
  return hash('sha256', JSON.stringify(kty === 'EC' ? { crv, kty, x, y } : { e, kty, n }), 'base64url')
}

function openKey(sealer: Sealer, { kid, privateJwk }: KeyRow): JWK {
  const opened = privateJwk === null ? undefined : sealer.open(privateJwk, contextOf(kid))
  if (opened !== undefined) return JSON.parse(opened) as JWK
  throw new AppError(
    'signing_key_unreadable',
    500,
    `The signing key ${kid} was sealed with a data key that is not configured.`,
  )
}

// The library insists on private members, though it never uses those of a key that only verifies.
function publishedOnly({ publicJwk }: KeyRow): JWK {
  const jwk = JSON.parse(publicJwk) as JWK
  const members = jwk.kty === 'RSA' ? ['d', 'p', 'q', 'dp', 'dq', 'qi'] : ['d']
  return {
    ...jwk,
    key_ops: ['verify'],
    ...Object.fromEntries(members.map((member) => [member, 'erased'])),
  } as JWK
}

function slotOf(alg: SigningAlg, state: 'next' | 'current'): string {
  return `${alg}:${state}`
}

function contextOf(kid: string): string {
  return `signing-key:${kid}`
}
