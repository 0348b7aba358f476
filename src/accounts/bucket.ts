/**
 * Counted attempts: at most `limit` in a window, for sign-ins, codes, mails and registrations. Taking one is a single
 * conditional statement, so that any number of parallel requests on any number of nodes pass at most the limit.
 *
 * Use with the database itself, never within a transaction: the count must stay when that one is rolled back.
 */
import { inTransaction, isDuplicate } from '../platform/database.ts'
import type { Db } from '../platform/database.ts'

export type BucketRule = {
  limit: number
  /** From the first attempt; then the count begins anew. */
  windowMs: number
  /** How long nothing passes once the limit is reached; the rest of the window when not given. */
  blockMs?: number
}

export type Take = BucketRule & {
  /** A keyed digest of at most 43 characters: the table tells nothing about whom it counts. */
  bucket: string
  nowMs: number
}

/** Each ends with a change by somebody else; more of them in a row is no coincidence. */
const MOST_ROUNDS = 20

export type Taken = { allowed: true } | { allowed: false; retryAfterSeconds: number }

export async function takeFromBucket(db: Db, take: Take): Promise<Taken> {
  const { bucket, limit, nowMs } = take
  for (let round = 1; ; round += 1) {
    if ((await count(db, take)) || (await beginWindow(db, take))) return { allowed: true }
    const row: { failures: number; expiresAtMs: number } | undefined = await db('attempt_buckets')
      .where({ bucket })
      .first('failures', 'expiresAtMs')
    // Else somebody else began the window between the two statements, or the right password ended it.
    const isFull = row !== undefined && row.failures >= limit && row.expiresAtMs > nowMs
    if (!isFull && round < MOST_ROUNDS) continue
    const waitMs = (row?.expiresAtMs ?? nowMs) - nowMs
    return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) }
  }
}

/** Forgets the attempts: the right password was given. */
export async function resetBucket(db: Db, bucket: string): Promise<void> {
  // Not a DELETE: with parallel INSERTs of the same key those deadlock on InnoDB.
  await db('attempt_buckets').where({ bucket }).update({ failures: 0, expiresAtMs: 0 })
}

/** Gives one attempt back that was taken but never evaluated. */
export async function returnToBucket(db: Db, bucket: string): Promise<void> {
  await db('attempt_buckets').where({ bucket }).where('failures', '>', 0).decrement('failures', 1)
}

/** Removes what no longer counts. */
export async function purgeBuckets(db: Db, nowMs: number): Promise<number> {
  return inTransaction(db, async (trx) => trx('attempt_buckets').where('expiresAtMs', '<=', nowMs).delete())
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

async function beginWindow(db: Db, { bucket, limit, windowMs, blockMs, nowMs }: Take): Promise<boolean> {
  const expiresAtMs = nowMs + (limit === 1 && blockMs !== undefined ? blockMs : windowMs)
  const revived = await db('attempt_buckets')
    .where({ bucket })
    .where('expiresAtMs', '<=', nowMs)
    .update({ failures: 1, expiresAtMs })
  return revived === 1 || insertBucket(db, { bucket, failures: 1, expiresAtMs })
}

type Row = { bucket: string; failures: number; expiresAtMs: number }

async function insertBucket(db: Db, row: Row): Promise<boolean> {
  try {
    await inTransaction(db, async (trx) => trx('attempt_buckets').insert(row))
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}
