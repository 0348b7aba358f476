/** The messages of a lane in their order: what is due next, and what became of it. */
import { inTransaction } from '../platform/sql/database.ts'
import type { Db, Sql } from '../platform/sql/database.ts'
import type { SealedMessage } from './opened-message.ts'

type Waiting = SealedMessage & { nextAttemptAtMs: number }
type Terms = { topic: string; nowMs: number; limit: number }

const COLUMNS = ['id', 'topic', 'recordKey', 'payload', 'attempts', 'createdAtMs', 'nextAttemptAtMs']
/** Earlier messages of the same keys that one look may have to read. */
const DEPTH = 4

export async function hasDue(db: Db, topic: string, nowMs: number): Promise<boolean> {
  const found: unknown = await due(db, { topic, nowMs, limit: 1 }).first('id')
  return found !== undefined
}

/** Due messages, in order. A message waits for the earlier ones of its key. `more`: others may be due as well. */
export async function nextBatch(db: Db, terms: Terms): Promise<{ batch: SealedMessage[]; more: boolean }> {
  const { topic, nowMs, limit } = terms
  const found: Waiting[] = await due(db, terms).select(COLUMNS)
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
          .select(COLUMNS)
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
  const batch = [...ready, ...keyless].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit)
  return { batch, more: found.length === limit }
}

export type Settled = {
  topic: string
  nowMs: number
  delivered: readonly string[]
  postponed: readonly { message: SealedMessage; untilMs: number; reason: string }[]
  buried: readonly { message: SealedMessage; reason: string }[]
}

/** Records the outcome of a batch in one transaction. */
export async function settleBatch(db: Db, settled: Settled): Promise<void> {
  const { topic, nowMs, delivered, postponed, buried } = settled
  await inTransaction(db, async (trx) => {
    if (delivered.length > 0)
      await trx('outbox_messages')
        .whereIn('id', [...delivered])
        .update({ deliveredAtMs: nowMs, payload: null, nextAttemptAtMs: null, lastError: null })
    for (const { message, untilMs, reason } of postponed) {
      const change = { attempts: message.attempts, nextAttemptAtMs: untilMs, lastError: reason }
      await trx('outbox_messages').where({ id: message.id, deliveredAtMs: null }).update(change)
      if (message.recordKey !== null) await postponeKey(trx, { topic, key: message.recordKey, untilMs })
    }
    for (const { message, reason } of buried) {
      const change = { attempts: message.attempts, nextAttemptAtMs: null, deadAtMs: nowMs, lastError: reason }
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
