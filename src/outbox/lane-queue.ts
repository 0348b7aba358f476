/** The messages of a lane in their order: what is due next, and what became of it. */
import { inTransaction } from '../platform/sql/database.ts'
import type { Db, Sql } from '../platform/sql/database.ts'
import { SEALED_COLUMNS } from './opened-message.ts'
import type { SealedMessage } from './opened-message.ts'

/** `interruptions`: attempts that began and never ended, because the worker died in them. */
export type LaneMessage = SealedMessage & { interruptions: number }
type Waiting = LaneMessage & { nextAttemptAtMs: number }
type Terms = { topic: string; nowMs: number; limit: number }

const COLUMNS = [...SEALED_COLUMNS, 'interruptions', 'nextAttemptAtMs'] as const
/** Earlier messages of the same keys that one look may have to read. */
const DEPTH = 4

export async function hasDue(db: Db, topic: string, nowMs: number): Promise<boolean> {
  const found: unknown = await due(db, { topic, nowMs, limit: 1 }).first('id')
  return found !== undefined
}

/**
 * Due messages, in order. A message waits for the earlier ones of its key. One in which a worker died comes alone, so that
 * the next death is known to be its own. `more`: others may be due as well.
 */
export async function nextBatch(db: Db, terms: Terms): Promise<{ batch: LaneMessage[]; more: boolean }> {
  const { topic, nowMs, limit } = terms
  const found: Waiting[] = await due(db, terms).select(...COLUMNS)
  const keys = new Set(found.flatMap(({ recordKey }) => recordKey ?? []))
  const ofKeys: Waiting[] =
    keys.size === 0
      ? []
      : await db('outbox_messages')
          .where({ topic })
          .whereIn('recordKey', [...keys])
          .whereNotNull('nextAttemptAtMs')
          .orderBy('id')
          .limit(limit * DEPTH)
          .select(...COLUMNS)
  const blocked = new Map<string, number>()
  const ready = ofKeys.filter(({ recordKey, nextAttemptAtMs }) => {
    const key = recordKey ?? ''
    if (blocked.has(key)) return false
    if (Number(nextAttemptAtMs) > nowMs) blocked.set(key, Number(nextAttemptAtMs))
    return !blocked.has(key)
  })
  // Otherwise what waits behind an earlier message would be found again and again, in place of others.
  for (const [key, untilMs] of blocked) await postponeKey(db, { topic, key, untilMs })
  const keyless = found.filter(({ recordKey }) => recordKey === null)
  const all = [...ready, ...keyless].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit)
  const suspectAt = all.findIndex(({ interruptions }) => interruptions > 0)
  const batch = suspectAt < 0 ? all : all.slice(0, Math.max(1, suspectAt))
  return { batch, more: found.length === limit || batch.length < all.length }
}

/** Counts an attempt before it begins, so that a message that kills its worker is counted too. */
export async function beginAttempt(db: Db, batch: readonly LaneMessage[]): Promise<void> {
  await db('outbox_messages')
    .whereIn('id', idsOf(batch))
    .whereNotNull('nextAttemptAtMs')
    .update({ attempts: db.raw('attempts + 1'), interruptions: db.raw('interruptions + 1') })
}

/** Takes the count back for messages that the receiver was not given. */
export async function withdrawAttempt(sql: Sql, batch: readonly LaneMessage[]): Promise<void> {
  if (batch.length === 0) return
  await sql('outbox_messages')
    .whereIn('id', idsOf(batch))
    .whereNotNull('nextAttemptAtMs')
    .where('interruptions', '>', 0)
    .update({ attempts: sql.raw('attempts - 1'), interruptions: sql.raw('interruptions - 1') })
}

const idsOf = (batch: readonly LaneMessage[]): string[] => batch.map(({ id }) => id)

export type Settled = {
  topic: string
  nowMs: number
  delivered: readonly string[]
  untried: readonly LaneMessage[]
  postponed: readonly { message: SealedMessage; untilMs: number; reason: string }[]
  /** Each keeps the interruptions of its earlier attempts. The last attempt ended, so it adds none. */
  buried: readonly { message: LaneMessage; reason: string }[]
}

/** Records the outcome of a batch in one transaction. */
export async function settleBatch(db: Db, settled: Settled): Promise<void> {
  const { topic, nowMs, delivered, untried, postponed, buried } = settled
  await inTransaction(db, async (trx) => {
    if (delivered.length > 0)
      await trx('outbox_messages')
        .whereIn('id', [...delivered])
        .update({
          deliveredAtMs: nowMs,
          payload: null,
          nextAttemptAtMs: null,
          lastError: null,
          interruptions: 0,
        })
    await withdrawAttempt(trx, untried)
    for (const { message, untilMs, reason } of postponed) {
      const { attempts } = message
      const change = { attempts, interruptions: 0, nextAttemptAtMs: untilMs, lastError: reason }
      await trx('outbox_messages').where({ id: message.id, deliveredAtMs: null }).update(change)
      if (message.recordKey !== null) await postponeKey(trx, { topic, key: message.recordKey, untilMs })
    }
    for (const { message, reason } of buried) {
      const { attempts, interruptions } = message
      const change = {
        attempts,
        interruptions,
        nextAttemptAtMs: null,
        deadAtMs: nowMs,
        lastError: reason,
      }
      await trx('outbox_messages').where({ id: message.id, deliveredAtMs: null }).update(change)
    }
  })
}

function due(db: Db, { topic, nowMs, limit }: Terms) {
  return db('outbox_messages')
    .where({ topic })
    .where('nextAttemptAtMs', '<=', nowMs)
    .orderBy(['nextAttemptAtMs', 'id'])
    .limit(limit)
}

async function postponeKey(
  sql: Sql,
  { topic, key, untilMs }: { topic: string; key: string; untilMs: number },
): Promise<void> {
  await sql('outbox_messages')
    .where({ topic, recordKey: key })
    .where('nextAttemptAtMs', '<', untilMs)
    .update({ nextAttemptAtMs: untilMs })
}
