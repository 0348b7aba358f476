/**
 * Which worker holds which message. A claim is one conditional UPDATE, so that any number of workers share the table on
 * every database; a worker that dies keeps its messages only until the lease runs out.
 */
import { randomUUID } from 'node:crypto'
import { inTransaction } from '../platform/sql/database.ts'
import type { Db, Sql } from '../platform/sql/database.ts'
import { SEALED_COLUMNS } from './opened-message.ts'
import type { SealedMessage } from './opened-message.ts'

export type Claimed = SealedMessage & { leaseOwner: string }

type ClaimTerms = {
  topic: string
  now: number
  leaseMs: number
  limit: number
  ordered?: boolean | undefined
}

/** Leases up to `limit` due messages of one topic. `more` is true when others may be due as well. */
export async function claimDue(db: Db, terms: ClaimTerms): Promise<{ claimed: Claimed[]; more: boolean }> {
  const { topic, now, leaseMs, limit, ordered = false } = terms
  const ids: string[] = await db('outbox_messages')
    .where('topic', topic)
    .where('nextAttemptAtMs', '<=', now)
    .where('leasedUntilMs', '<=', now)
    .where((due) => void (ordered && due.whereNotExists(earlierOfSameKey(db))))
    .orderBy(['nextAttemptAtMs', 'id'])
    .limit(limit)
    .pluck('id')
  if (ids.length === 0) return { claimed: [], more: false }
  const leaseOwner = randomUUID()
  // Attempts count here and not at the failure. So a message that kills its worker becomes dead too.
  await inTransaction(db, async (trx) =>
    trx('outbox_messages')
      .whereIn('id', ids)
      .where('nextAttemptAtMs', '<=', now)
      .where('leasedUntilMs', '<=', now)
      .update({ leaseOwner, leasedUntilMs: now + leaseMs, attempts: trx.raw('attempts + 1') }),
  )
  const claimed: Claimed[] = await db('outbox_messages')
    .where({ leaseOwner })
    .select(...SEALED_COLUMNS, 'leaseOwner')
    .orderBy('id')
  return { claimed, more: ids.length === limit }
}

/** What is neither delivered nor given up, of the same topic and key: at most one message of a key is in flight. */
function earlierOfSameKey(db: Sql) {
  return db('outbox_messages as earlier')
    .select(db.raw('1'))
    .whereRaw('earlier.topic = outbox_messages.topic and earlier.record_key = outbox_messages.record_key')
    .whereRaw('earlier.id < outbox_messages.id')
    .whereNotNull('earlier.nextAttemptAtMs')
}

/** Marks the message as delivered and erases the payload. Valid even if another worker has the lease by now. */
export async function acknowledge(db: Db, id: string, now: number): Promise<void> {
  await inTransaction(db, async (trx) =>
    trx('outbox_messages').where({ id, deliveredAtMs: null }).update({
      deliveredAtMs: now,
      deadAtMs: null,
      payload: null,
      nextAttemptAtMs: null,
      leaseOwner: null,
      lastError: null,
    }),
  )
}

/** Releases the message until `nextAttemptAtMs`, unless another worker holds it by now. */
export async function postpone(
  db: Db,
  message: Claimed,
  terms: { nextAttemptAtMs: number; reason: string },
): Promise<void> {
  await release(db, message, { nextAttemptAtMs: terms.nextAttemptAtMs, lastError: terms.reason })
}

/** Marks the message as dead until an operator replays it, unless another worker holds it by now. */
export async function bury(db: Db, message: Claimed, terms: { now: number; reason: string }): Promise<void> {
  await release(db, message, { nextAttemptAtMs: null, deadAtMs: terms.now, lastError: terms.reason })
}

async function release(db: Db, { id, leaseOwner }: Claimed, change: object): Promise<void> {
  await inTransaction(db, async (trx) =>
    trx('outbox_messages')
      .where({ id, leaseOwner })
      .update({ ...change, leaseOwner: null, leasedUntilMs: 0 }),
  )
}
