/** The operator's view of the outbox: how many messages wait and which are dead, and their replay. */
import { DAY_MS } from '../platform/clock.ts'
import type { Db, Sql } from '../platform/sql/database.ts'
import { inSteps, PURGE_STEPS, purgeSome } from '../platform/sql/purge.ts'
import type { Purge } from '../platform/sql/purge.ts'
import type { LaneMessage } from './lane-queue.ts'
import { SEALED_COLUMNS } from './opened-message.ts'

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

export type TopicStats = { waiting: number; dead: number; lastError: string | null }

/** What waits in each lane, what was given up, and why its latest batch failed. A topic without messages is left out. */
export async function topicStats(db: Db, topics: readonly string[]): Promise<Map<string, TopicStats>> {
  const rows: { topic: string; waiting: unknown; dead: unknown }[] = await db('outbox_messages')
    .whereIn('topic', [...topics])
    .groupBy('topic')
    .select('topic')
    .count({ waiting: 'nextAttemptAtMs', dead: 'deadAtMs' })
  const lanes: { topic: string; lastError: string | null }[] = await db('outbox_lanes')
    .whereIn('topic', [...topics])
    .select('topic', 'lastError')
  const errors = new Map(lanes.map(({ topic, lastError }) => [topic, lastError]))
  return new Map(
    rows.map(({ topic, waiting, dead }) => [
      topic,
      { waiting: Number(waiting), dead: Number(dead), lastError: errors.get(topic) ?? null },
    ]),
  )
}

/** The latest dead messages, newest first, without payloads: of all topics, or of one. */
export async function deadLetters(
  db: Db,
  { limit = 100, topic }: { limit?: number | undefined; topic?: string | undefined } = {},
): Promise<DeadLetter[]> {
  return db('outbox_messages')
    .where(topic === undefined ? {} : { topic })
    .whereNotNull('deadAtMs')
    .select('id', 'topic', 'attempts', 'lastError', 'deadAtMs')
    .orderBy(['deadAtMs', 'id'].map((column) => ({ column, order: 'desc' })))
    .limit(limit)
}

// Sinks that give up by age count from the replay.
const FRESH = { deadAtMs: null, lastError: null, attempts: 0, interruptions: 0, leasedUntilMs: 0 }

/** Makes dead messages due again with all their attempts; answers how many. */
export async function replayDead(sql: Sql, ids: readonly string[] | 'all', now: number): Promise<number> {
  return sql('outbox_messages')
    .whereNotNull('deadAtMs')
    .where((query) => void (ids === 'all' ? query : query.whereIn('id', ids)))
    .update({ ...FRESH, createdAtMs: now, nextAttemptAtMs: now })
}

/** The same for all dead messages of one topic. */
export async function replayTopic(sql: Sql, topic: string, now: number): Promise<number> {
  return sql('outbox_messages')
    .where({ topic })
    .whereNotNull('deadAtMs')
    .update({ ...FRESH, createdAtMs: now, nextAttemptAtMs: now })
}

/** The payload is sealed, and erased once it is delivered. */
export type KeptMessage = LaneMessage & {
  lastError: string | null
  nextAttemptAtMs: number | null
  deadAtMs: number | null
  deliveredAtMs: number | null
}

const KEPT_COLUMNS = [
  ...SEALED_COLUMNS,
  'interruptions',
  'lastError',
  'nextAttemptAtMs',
  'deadAtMs',
  'deliveredAtMs',
] as const

/** One message in any state. */
export async function findMessage(db: Db, id: string): Promise<KeptMessage | undefined> {
  return db('outbox_messages')
    .where({ id })
    .first(...KEPT_COLUMNS)
}

/** Removes messages delivered before `beforeMs`, in steps that hold no lock for long; answers how many. */
export async function purgeDelivered(db: Db, beforeMs: number): Promise<number> {
  return inSteps((limit) => purgeSome(db, messages('deliveredAtMs', beforeMs), limit), PURGE_STEPS)
}

/** How long an operator can see a dead message and replay it. */
const DEAD_KEPT_MS = 90 * DAY_MS

/** One step: answers how many it found. */
export async function purgeDead(db: Db, nowMs: number, limit: number): Promise<number> {
  return purgeSome(db, messages('deadAtMs', nowMs - DEAD_KEPT_MS), limit)
}

function messages(time: 'deliveredAtMs' | 'deadAtMs', beforeMs: number): Purge {
  return { table: 'outbox_messages', key: 'id', outdated: (rows) => rows.where(time, '<', beforeMs) }
}
