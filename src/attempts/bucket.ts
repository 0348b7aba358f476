/**
 * Counted attempts: at most `limit` in a window, for sign-ins, codes, mails and registrations. Taking one is a single
 * conditional statement, so that any number of parallel requests on any number of nodes pass at most the limit.
 *
 * Use with the database itself, never within a transaction: the count must stay when that one is rolled back.
 */
import { inTransaction, isDuplicate } from '../platform/sql/database.ts'
import type { Db, Sql } from '../platform/sql/database.ts'

export type BucketRule = {
  limit: number
  /** From the first attempt; then the count begins anew. */
  windowMs: number
  /** How long nothing passes once the limit is reached; the rest of the window when not given. */
  blockMs?: number
}

export type Take = BucketRule & {
  /** A keyed digest of at most 43 characters: the table does not reveal who is counted. */
  bucket: string
  nowMs: number
}

/** Each ends with a change by somebody else; more of them in a row is no coincidence. */
const MOST_ROUNDS = 20

/** `began`: this attempt is the first of its window. */
export type Taken = { allowed: true; began: boolean } | Refused
export type Refused = { allowed: false; retryAfterSeconds: number }

/** A full bucket is only read: a refusal writes nothing. */
export async function takeFromBucket(db: Db, take: Take): Promise<Taken> {
  const { bucket, limit, nowMs } = take
  for (let round = 1; ; round += 1) {
    if (await count(db, take)) return { allowed: true, began: false }
    const row: Bucket | undefined = await db('attempt_buckets')
      .where({ bucket })
      .first('failures', 'expiresAtMs')
    const runs = row !== undefined && row.expiresAtMs > nowMs
    const isFull = runs && row.failures >= limit
    if (!runs && (await beginWindow(db, take, row !== undefined))) return { allowed: true, began: true }
    // Somebody else began the window between two statements, or the right password ended it.
    if (!isFull && round < MOST_ROUNDS) continue
    const waitMs = (row?.expiresAtMs ?? nowMs) - nowMs
    return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) }
  }
}

/** `began`: for each bucket, in their order. `bucket`: the one that refused. */
export type TakenAll = { allowed: true; began: boolean[] } | (Refused & { bucket: string })

/** One from each bucket, or from none: what was taken is given back where a later bucket refuses. */
export async function takeFromBuckets(db: Db, takes: readonly Take[]): Promise<TakenAll> {
  const began: boolean[] = []
  for (const take of takes) {
    const taken = await takeFromBucket(db, take)
    if (!taken.allowed) {
      for (const { bucket } of takes.slice(0, began.length)) await returnToBucket(db, bucket)
      return { ...taken, bucket: take.bucket }
    }
    began.push(taken.began)
  }
  return { allowed: true, began }
}

const READ_AT_ONCE = 1000

/** The buckets that would refuse these. Counts nothing. */
export async function fullBuckets(db: Sql, takes: readonly Take[]): Promise<Set<string>> {
  const byBucket = new Map(takes.map((take) => [take.bucket, take]))
  const names = [...byBucket.keys()]
  const full = new Set<string>()
  for (let at = 0; at < names.length; at += READ_AT_ONCE) {
    const rows: (Bucket & { bucket: string })[] = await db('attempt_buckets')
      .whereIn('bucket', names.slice(at, at + READ_AT_ONCE))
      .select('bucket', 'failures', 'expiresAtMs')
    for (const { bucket, failures, expiresAtMs } of rows) {
      const { limit = 0, nowMs = 0 } = byBucket.get(bucket) ?? {}
      if (expiresAtMs > nowMs && failures >= limit) full.add(bucket)
    }
  }
  return full
}

/**
 * Forgets the attempts: the right password was given, or an operator cleared the limit. `endsBeforeMs`: only those of a
 * window that ends earlier.
 */
export async function resetBucket(
  db: Sql,
  bucket: string,
  endsBeforeMs = Number.MAX_SAFE_INTEGER,
): Promise<void> {
  // Not a DELETE: with parallel INSERTs of the same key those deadlock on InnoDB.
  await db('attempt_buckets')
    .where({ bucket })
    .where('expiresAtMs', '<', endsBeforeMs)
    .update({ failures: 0, expiresAtMs: 0 })
}

/** Forgets the attempts and answers how many there were; of parallel callers each attempt is answered to one. */
export async function emptyBucket(db: Db, bucket: string): Promise<number> {
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    const row: Bucket | undefined = await db('attempt_buckets').where({ bucket }).first('failures')
    if (!row || row.failures === 0) return 0
    const { failures } = row
    const emptied = await db('attempt_buckets').where({ bucket, failures }).update({ failures: 0 })
    if (emptied === 1) return failures
  }
  return 0
}

/** Gives attempts back that were taken and do not count after all. */
export async function returnToBucket(db: Db, bucket: string, count = 1): Promise<void> {
  const left = db.raw('case when failures > ? then failures - ? else 0 end', [count, count])
  await db('attempt_buckets').where({ bucket }).where('failures', '>', 0).update({ failures: left })
}

// MySQL evaluates assignments from left to right with the new values, SQLite all with the old ones: what reads `failures`
// is therefore assigned before it.
async function count(db: Db, { bucket, limit, blockMs, nowMs }: Take): Promise<boolean> {
  const limitEnds =
    blockMs === undefined
      ? {}
      : {
          expiresAtMs: db.raw('case when failures + 1 >= ? then ? else ?? end', [
            limit,
            nowMs + blockMs,
            'expiresAtMs',
          ]),
        }
  const changed = await db('attempt_buckets')
    .where({ bucket })
    .where('failures', '<', limit)
    .where('expiresAtMs', '>', nowMs)
    .update({ ...limitEnds, failures: db.raw('failures + 1') })
  return changed === 1
}

async function beginWindow(db: Db, take: Take, exists: boolean): Promise<boolean> {
  const { bucket, limit, windowMs, blockMs, nowMs } = take
  const expiresAtMs = nowMs + (limit === 1 && blockMs !== undefined ? blockMs : windowMs)
  if (!exists) return insertBucket(db, { bucket, failures: 1, expiresAtMs })
  const revived = await db('attempt_buckets')
    .where({ bucket })
    .where('expiresAtMs', '<=', nowMs)
    .update({ failures: 1, expiresAtMs })
  return revived === 1
}

type Bucket = { failures: number; expiresAtMs: number }

async function insertBucket(db: Db, row: Bucket & { bucket: string }): Promise<boolean> {
  try {
    await inTransaction(db, async (trx) => trx('attempt_buckets').insert(row))
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}
