/**
 * Keys that rotate, for any purpose: a table with one current key per algorithm, at most one next key, and retired
 * ones. Owns the steps of a rotation. A unique slot and a locked row decide which process takes a step.
 */
import type { Knex } from 'knex'
import { recordEvent } from '../events/events.ts'
import { AppError } from '../platform/errors.ts'
import { noteChange } from '../platform/sql/change-feed.ts'
import { DAY_MS, HOUR_MS } from '../platform/clock.ts'
import type { Clock } from '../platform/clock.ts'
import { inTransaction, isDuplicate } from '../platform/sql/database.ts'
import type { Db, Sql } from '../platform/sql/database.ts'
import type { DecryptionAlg, SigningAlg } from '../platform/algorithms.ts'
import { createKeyPair } from './key-pair.ts'
import type { Services } from '../services.ts'

/** How long a key is published before it is used: longer than a relying party caches the key set. */
export const PUBLISHED_FIRST_MS = HOUR_MS

export type KeyAlg = SigningAlg | DecryptionAlg

export type KeyKind<Alg extends KeyAlg> = {
  table: 'signingKeys' | 'encryptionKeys'
  use: 'sig' | 'enc'
  algs: readonly Alg[]
  /** The change feed's topic. */
  topic: string
  /** A key that only signed is of no more use; one that decrypts is, for what is still under way. */
  erasedAtRetirement: boolean
  /** What the private part is bound to when it is sealed. */
  sealContext: (kid: string) => string
}

export type RotatingKey<Alg> = {
  /** RFC 7638 thumbprint. */
  kid: string
  alg: Alg
  use: 'sig' | 'enc'
  state: 'next' | 'current' | 'retired'
  createdAtMs: number
  activatedAtMs: number | null
  retiredAtMs: number | null
}

export type StoredKey = Pick<RotatingKey<string>, 'kid' | 'state'> & {
  publicJwk: string
  privateJwk: string | null
}

export type Rotation<Alg> = {
  alg: Alg
  kid: string
  /** `published`: it will be used after `usedFromMs`, at the next rotation. `activated`: it is from now on. */
  outcome: 'published' | 'waiting' | 'activated'
  usedFromMs: number
}

/** Makes sure that every algorithm has a current key. Several processes may call it at once: one key each remains. */
export async function ensureKeys<Alg extends KeyAlg>(
  db: Db,
  kind: KeyKind<Alg>,
  services: Pick<Services, 'clock' | 'sealer'>,
): Promise<void> {
  const current: { alg: string }[] = await db(kind.table).select('alg').where({ state: 'current' })
  const missing = kind.algs.filter((wanted) => current.every(({ alg: have }) => have !== wanted))
  await Promise.all(missing.map((alg) => addKey(db, { kind, alg, state: 'current' }, services)))
}

/** Current keys first, then by age, newest first. Never a private part. */
export async function listKeys<Alg extends KeyAlg>(
  sql: Sql,
  { table }: KeyKind<Alg>,
): Promise<RotatingKey<Alg>[]> {
  const rows: RotatingKey<Alg>[] = await sql(table)
    .select('kid', 'alg', 'use', 'state', 'createdAtMs', 'activatedAtMs', 'retiredAtMs')
    .orderBy([{ column: 'createdAtMs', order: 'desc' }, { column: 'kid' }])
  const rank = { current: 0, next: 1, retired: 2 }
  return rows.sort((a, b) => rank[a.state] - rank[b.state])
}

/** How a rotation by hand goes. */
export type RotationOrder = {
  /** Publishes a key and lets it take over at once, for one that has leaked. */
  now?: boolean
  publishedFirstMs?: number
  /** For the keys of this algorithm alone; of others nothing is done. */
  alg?: KeyAlg | undefined
}

/**
 * One step for every algorithm, or for `alg` alone: publishes a missing next key, or makes the next key current after
 * `publishedFirstMs`.
 * @throws AppError 409 `rotation_conflict` when another rotation is running
 */
export async function rotateKeys<Alg extends KeyAlg>(
  db: Db,
  kind: KeyKind<Alg>,
  services: Pick<Services, 'clock' | 'sealer'>,
  { now = false, publishedFirstMs = PUBLISHED_FIRST_MS, alg: only }: RotationOrder,
): Promise<Rotation<Alg>[]> {
  const rotations: Rotation<Alg>[] = []
  const waits = { ...services, publishedFirstMs: now ? 0 : publishedFirstMs }
  for (const alg of kind.algs) {
    if (only !== undefined && only !== alg) continue
    const added = await addKey(db, { kind, alg, state: 'next' }, services)
    rotations.push(await inTransaction(db, async (trx) => await step(trx, { kind, alg, added }, waits)))
  }
  return rotations
}

/**
 * Takes the steps that the calendar asks for: a next key a day (or half the period) before the current one has been
 * used for `periodMs`, and then the exchange. The current row is locked, so however many workers come, one does it.
 */
export async function rotateWhenDue<Alg extends KeyAlg>(
  db: Db,
  kind: KeyKind<Alg>,
  { periodMs, ...services }: Pick<Services, 'clock' | 'sealer'> & { periodMs: number },
): Promise<void> {
  const leadMs = Math.min(DAY_MS, periodMs / 2)
  const nowMs = services.clock()
  for (const { alg, kid, state, activatedAtMs } of await listKeys(db, kind)) {
    if (state !== 'current' || activatedAtMs === null || !kind.algs.includes(alg)) continue
    const dueAtMs = activatedAtMs + periodMs
    if (nowMs < dueAtMs - leadMs) continue
    await addKey(db, { kind, alg, state: 'next', after: kid }, services)
    if (nowMs < dueAtMs) continue
    await inTransaction(db, async (trx) => {
      if (!(await isStillCurrent(trx, kind, kid))) return
      const next = await lockNext(trx, kind, alg)
      if (next && next.createdAtMs + PUBLISHED_FIRST_MS <= nowMs) await takeOver(trx, kind, next, nowMs)
    })
  }
}

/** Deletes the keys that were retired `keptForMs` ago or longer; answers how many. */
export async function purgeRetired<Alg extends KeyAlg>(
  db: Db,
  kind: KeyKind<Alg>,
  { clock, keptForMs }: { clock: Clock; keptForMs: number },
): Promise<number> {
  return await inTransaction(db, async (trx) => {
    const old: { kid: string; alg: Alg }[] = await trx(kind.table)
      .where({ state: 'retired' })
      .andWhere('retiredAtMs', '<=', clock() - keptForMs)
      .forUpdate()
      .select('kid', 'alg')
    const kids = old.map(({ kid }) => kid)
    await trx(kind.table).whereIn('kid', kids).delete()
    for (const key of old) await noteKeyChange(trx, kind, 'key.removed', key)
    return old.length
  })
}

type Next<Alg> = { kid: string; alg: Alg; createdAtMs: number }
type Step<Alg extends KeyAlg> = { kind: KeyKind<Alg>; alg: Alg; added: boolean }

async function step<Alg extends KeyAlg>(
  trx: Knex.Transaction,
  { kind, alg, added }: Step<Alg>,
  { clock, publishedFirstMs }: Pick<Services, 'clock'> & { publishedFirstMs: number },
): Promise<Rotation<Alg>> {
  const next = await lockNext(trx, kind, alg)
  if (!next) throw new AppError('rotation_conflict', 409, 'Another rotation is running. Please try again.')
  const { kid } = next
  const nowMs = clock()
  const usedFromMs = next.createdAtMs + publishedFirstMs
  if (usedFromMs > nowMs) return { alg, kid, outcome: added ? 'published' : 'waiting', usedFromMs }
  await takeOver(trx, kind, next, nowMs)
  return { alg, kid, outcome: 'activated', usedFromMs: nowMs }
}

async function lockNext<Alg extends string>(
  trx: Knex.Transaction,
  { table }: { table: string },
  alg: Alg,
): Promise<Next<Alg> | undefined> {
  return await trx(table)
    .select('kid', 'alg', 'createdAtMs')
    .where({ slot: slotOf(alg, 'next') })
    .forUpdate()
    .first()
}

async function isStillCurrent(trx: Knex.Transaction, { table }: { table: string }, kid: string) {
  return (await trx(table).select('kid').where({ kid, state: 'current' }).forUpdate().first()) !== undefined
}

async function takeOver<Alg extends KeyAlg>(
  trx: Knex.Transaction,
  kind: KeyKind<Alg>,
  { kid, alg }: Next<Alg>,
  nowMs: number,
): Promise<void> {
  const { table, erasedAtRetirement } = kind
  const retired = { state: 'retired', slot: null, retiredAtMs: nowMs }
  await trx(table)
    .where({ slot: slotOf(alg, 'current') })
    .update(erasedAtRetirement ? { ...retired, privateJwk: null } : retired)
  await trx(table)
    .where({ kid })
    .update({ state: 'current', slot: slotOf(alg, 'current'), activatedAtMs: nowMs })
  await noteKeyChange(trx, kind, 'key.activated', { kid, alg })
}

/** Tells every process, and other systems, in the transaction of the change. */
export async function noteKeyChange(
  sql: Sql,
  { topic, use }: Pick<KeyKind<KeyAlg>, 'topic' | 'use'>,
  type: 'key.published' | 'key.activated' | 'key.removed',
  { kid, alg }: { kid: string; alg: string },
): Promise<void> {
  await noteChange(sql, topic)
  await recordEvent(sql, { type, subject: kid, data: () => ({ kid, alg, use }) })
}

type Added<Alg extends KeyAlg> = {
  kind: KeyKind<Alg>
  alg: Alg
  state: 'next' | 'current'
  /** The key that must still be the current one. */
  after?: string
}

/** False when the slot is taken: the unique index lets only the first writer in. */
async function addKey<Alg extends KeyAlg>(
  db: Db,
  { kind, alg, state, after }: Added<Alg>,
  { clock, sealer }: Pick<Services, 'clock' | 'sealer'>,
): Promise<boolean> {
  const { table, use, sealContext } = kind
  const slot = slotOf(alg, state)
  if (await db(table).select('kid').where({ slot }).first()) return false
  const { kid, publicJwk, privateJwk } = await createKeyPair(alg, use)
  const createdAtMs = clock()
  const row = {
    kid,
    alg,
    use,
    state,
    slot,
    createdAtMs,
    activatedAtMs: state === 'current' ? createdAtMs : null,
    publicJwk: JSON.stringify(publicJwk),
    privateJwk: sealer.seal(JSON.stringify(privateJwk), sealContext(kid)),
  }
  try {
    return await inTransaction(db, async (trx) => {
      if (after !== undefined && !(await isStillCurrent(trx, kind, after))) return false
      await trx(table).insert(row)
      await noteKeyChange(trx, kind, state === 'next' ? 'key.published' : 'key.activated', { kid, alg })
      return true
    })
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

function slotOf(alg: string, state: 'next' | 'current'): string {
  return `${alg}:${state}`
}
