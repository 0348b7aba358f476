/**
 * How mails get on: what waits, what was given up, and whether people wait longer than they expect. Owns no rows; the
 * relay moves them.
 */
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../platform/clock.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db, Sql } from '../platform/sql/database.ts'
import { MAIL_TOPIC } from './outbox.ts'

/** From here on, a mail is late. */
export const LATE_AFTER_MS = MINUTE_MS

/** How long a process keeps the answer: pages that many people open ask SQL seldom. */
const KEPT_MS = 5 * SECOND_MS

/**
 * Answers whether mails are late, from one indexed read every five seconds. It knows nothing of the person who asks, so
 * that a page can say it for every address alike.
 */
export function createMailDelay({ db, clock }: { db: Db; clock: Clock }): () => Promise<boolean> {
  let kept: { late: Promise<boolean>; untilMs: number } | undefined
  return () => {
    const nowMs = clock()
    if (kept && nowMs < kept.untilMs) return kept.late
    const late = isLate(db, nowMs)
    kept = { late, untilMs: nowMs + KEPT_MS }
    late.catch(() => (kept = undefined))
    return late
  }
}

// One mailbox that refuses mails for now (greylisting) says nothing about other mails.
const NOT_OF_ONE_RECIPIENT = "(last_error is null or last_error not like 'smtp 4__ RCPT TO%')"

async function isLate(db: Db, nowMs: number): Promise<boolean> {
  const found: unknown = await waiting(db)
    .where('createdAtMs', '<', nowMs - LATE_AFTER_MS)
    .whereRaw(NOT_OF_ONE_RECIPIENT)
    .orderBy('nextAttemptAtMs')
    .first('id')
  return found !== undefined
}

export type MailQueue = {
  waiting: number
  /** Milliseconds; 0 when none waits. */
  oldestAgeMs: number
  /** As pages say it. */
  late: boolean
  /** Kept for 90 days. */
  givenUp: number
  givenUpToday: number
  /** Of the mail that waits longest. */
  lastError: string | null
}

/** The operator's view. It counts, so it is not for a page. */
export async function mailQueue(db: Db, nowMs: number): Promise<MailQueue> {
  const late = await isLate(db, nowMs)
  const counted: Record<string, unknown> = await waiting(db).first(db.raw('count(*) as waiting'))
  const oldest: { createdAtMs: number; lastError: string | null } | undefined = await waiting(db)
    .orderBy('createdAtMs')
    .first('createdAtMs', 'lastError')
  const dead: Record<string, unknown> = await db('outbox_messages')
    .where('topic', MAIL_TOPIC)
    .whereNotNull('deadAtMs')
    .first(
      db.raw('count(*) as given_up'),
      db.raw('sum(case when dead_at_ms > ? then 1 else 0 end) as given_up_today', [nowMs - DAY_MS]),
    )
  return {
    waiting: Number(counted['waiting']),
    oldestAgeMs: oldest ? Math.max(0, nowMs - Number(oldest.createdAtMs)) : 0,
    late,
    givenUp: Number(dead['givenUp']),
    givenUpToday: Number(dead['givenUpToday'] ?? 0),
    lastError: oldest?.lastError ?? null,
  }
}

/** Takes a message back, unless it was delivered or a worker has it now. Answers whether it did. */
export async function withdraw(sql: Sql, id: string, nowMs: number): Promise<boolean> {
  const taken: number = await sql('outbox_messages')
    .where({ id, deliveredAtMs: null })
    .where('leasedUntilMs', '<=', nowMs)
    .delete()
  return taken === 1
}

function waiting(db: Db) {
  return db('outbox_messages').where('topic', MAIL_TOPIC).whereNotNull('nextAttemptAtMs')
}
