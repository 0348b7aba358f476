/**
 * `Idempotency-Key`: a creation that is sent again gets the first answer. Table `idempotency_keys`; one row for each key of
 * a caller. The insert decides between two requests at once. A request that failed leaves no row, since it changed nothing.
 */
import { AppError } from '../../platform/errors.ts'
import { DAY_MS, MINUTE_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import { isDuplicate } from '../../platform/sql/database.ts'
import type { Db } from '../../platform/sql/database.ts'
import { purgeSome } from '../../platform/sql/purge.ts'
import type { SealedColumn } from '../../platform/sql/reseal.ts'
import { digest, keyedDigest } from '../../platform/tokens.ts'
import type { Sealer } from '../../platform/tokens.ts'

/** How long an answer is kept. */
const KEPT_MS = DAY_MS
/** A request that has not finished by now died with its process. */
const ABANDONED_MS = 2 * MINUTE_MS

export type KeyNeeds = {
  db: Db
  clock: Clock
  sealer: Sealer
  /** Keys the digest of a request, which may hold a password. */
  digestKey: Buffer
}
export type KeyedRequest = {
  /** As sent by the caller, 1 to 255 characters. */
  key: string
  /** Who sent it: keys of two callers never meet. */
  caller: string
  /** Method, address and body. */
  request: string
}
export type KeptAnswer = { status: number; body: unknown; location?: string | undefined }

/**
 * Runs the work once for a key. @throws AppError 409 `request_in_progress`, 422 `idempotency_key_reused`
 */
export async function once(
  needs: KeyNeeds,
  given: KeyedRequest,
  work: () => Promise<KeptAnswer>,
): Promise<KeptAnswer & { replayed: boolean }> {
  const key = digest(`${given.caller}\n${given.key}`)
  const kept = await claim(needs, key, keyedDigest(needs.digestKey, given.request))
  if (kept) return { ...kept, replayed: true }
  try {
    const answer = await work()
    const sealed = needs.sealer.seal(JSON.stringify(answer), answerContext(key))
    await needs.db('idempotency_keys').where({ key }).update({ answer: sealed })
    return { ...answer, replayed: false }
  } catch (error) {
    await needs.db('idempotency_keys').where({ key }).whereNull('answer').delete()
    throw error
  }
}

export function purgeKeys(db: Db, nowMs: number, limit: number): Promise<number> {
  const outdated = { table: 'idempotency_keys', key: 'key' } as const
  return purgeSome(
    db,
    { ...outdated, outdated: (rows) => rows.where('createdAtMs', '<', nowMs - KEPT_MS) },
    limit,
  )
}

/** Answers hold secrets of new clients. */
export const SEALED_ANSWERS: SealedColumn = {
  what: 'answers of the API',
  table: 'idempotencyKeys',
  column: 'answer',
  key: 'key',
  context: ({ key = '' }) => answerContext(key),
}

type Row = { key: string; requestDigest: string; answer: string | null; createdAtMs: number }

/** The kept answer, or nothing when this request is to do the work. */
async function claim(
  { db, clock, sealer }: KeyNeeds,
  key: string,
  requestDigest: string,
): Promise<KeptAnswer | undefined> {
  const nowMs = clock()
  try {
    await db('idempotency_keys').insert({ key, requestDigest, answer: null, createdAtMs: nowMs })
    return undefined
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
  const row: Row | undefined = await db('idempotency_keys')
    .where({ key })
    .first('key', 'requestDigest', 'answer', 'createdAtMs')
  if (row && row.requestDigest !== requestDigest) throw reused()
  if (row?.answer) return opened(sealer, row.answer, key)
  // Of several that find it abandoned one takes it over.
  const taken = await db('idempotency_keys')
    .where({ key, answer: null })
    .where('createdAtMs', '<', nowMs - ABANDONED_MS)
    .update({ createdAtMs: nowMs })
  if (taken === 1) return undefined
  throw new AppError('request_in_progress', 409, 'A request with this Idempotency-Key is still running.', {
    retryAfterSeconds: 1,
  })
}

function opened(sealer: Sealer, answer: string, key: string): KeptAnswer {
  const plain = sealer.open(answer, answerContext(key))
  if (plain === undefined) throw reused()
  return JSON.parse(plain) as KeptAnswer
}

function reused(): AppError {
  return new AppError(
    'idempotency_key_reused',
    422,
    'This Idempotency-Key was sent before with another request. Use a new key.',
  )
}

function answerContext(key: string): string {
  return `idempotency:${key}`
}
