/**
 * How mails get on: what waits, what was given up, and whether people wait longer than they expect. Owns no rows; the
 * relay moves them.
 */
import { MINUTE_MS, SECOND_MS } from '../platform/clock.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/sql/database.ts'
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

function waiting(db: Db) {
  return db('outbox_messages').where('topic', MAIL_TOPIC).whereNotNull('nextAttemptAtMs')
}
