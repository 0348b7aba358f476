/** What an operator sees and does: how much waits, which messages were given up, and sending those again. */
import type { Db } from '../platform/database.ts'

export type OutboxStats = {
  pending: number
  dead: number
  /** Milliseconds that the oldest waiting message has waited; 0 when none waits. */
  oldestPendingAgeMs: number
}

export type DeadLetter = { id: string; topic: string; attempts: number; lastError: string; deadAtMs: number }

export async function outboxStats(db: Db, now: number): Promise<OutboxStats> {
  const waiting = await db('outbox_messages')
    .whereNotNull('nextAttemptAtMs')
    .first(db.raw('count(*) as pending'), db.raw('min(created_at_ms) as oldest_at_ms'))
  const given = await db('outbox_messages').whereNotNull('deadAtMs').first(db.raw('count(*) as dead'))
  const pending = Number(waiting.pending)
  const oldestPendingAgeMs = pending > 0 ? Math.max(0, now - Number(waiting.oldestAtMs)) : 0
  return { pending, dead: Number(given.dead), oldestPendingAgeMs }
}

/** The messages given up last, newest first; without payloads. */
export async function deadLetters(db: Db, limit = 100): Promise<DeadLetter[]> {
  return db('outbox_messages')
    .whereNotNull('deadAtMs')
    .select('id', 'topic', 'attempts', 'lastError', 'deadAtMs')
    .orderBy(['deadAtMs', 'id'].map((column) => ({ column, order: 'desc' })))
    .limit(limit)
}

/** Makes dead messages due again with all their attempts; answers how many. */
export async function replayDead(db: Db, ids: readonly string[] | 'all', now: number): Promise<number> {
  return db('outbox_messages')
    .whereNotNull('deadAtMs')
    .where((query) => void (ids === 'all' ? query : query.whereIn('id', ids)))
    .update({ deadAtMs: null, lastError: null, attempts: 0, nextAttemptAtMs: now, leasedUntilMs: 0 })
}

const PURGE_BATCH = 500

/** Removes messages delivered before `beforeMs`, in bites that hold no lock for long; answers how many. */
export async function purgeDelivered(db: Db, beforeMs: number): Promise<number> {
  for (let purged = 0; ;) {
    const ids: string[] = await db('outbox_messages')
      .where('deliveredAtMs', '<', beforeMs)
      .limit(PURGE_BATCH)
      .pluck('id')
    if (ids.length > 0) purged += await db('outbox_messages').whereIn('id', ids).delete()
    if (ids.length < PURGE_BATCH) return purged
  }
}
