/**
 * Hands each event on to the lanes of the webhooks that want it, and keeps it for a replay. Owns the table
 * `webhook_events`.
 */
import { recordAudit } from '../../audit/audit.ts'
import { currentActor } from '../../events/actor.ts'
import type { BatchSink } from '../../outbox/batch-sink.ts'
import { forwardMessage } from '../../outbox/forward.ts'
import { replayTopic } from '../../outbox/dead-letters.ts'
import type { OutboxMessage } from '../../outbox/sink.ts'
import { timeOrderedIds } from '../../platform/time-ordered-id.ts'
import { DAY_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { Db } from '../../platform/sql/database.ts'
import { purgeSome } from '../../platform/sql/purge.ts'
import type { SealedColumn } from '../../platform/sql/reseal.ts'
import type { Sealer } from '../../platform/tokens.ts'
import { wantsType } from '../../events/event-filter.ts'
import { BROKER_RETRY, eachAlone, readEvent } from '../received-event.ts'
import { findWebhook, listWebhooks, topicOf } from './webhooks.ts'
import type { Webhook } from './webhooks.ts'

/** How far back a replay reaches. */
const KEPT_MS = 7 * DAY_MS

type Needs = { db: Db; clock: Clock; sealer: Sealer }

/** The sink of all webhooks: it delivers nothing itself, so that each webhook has a lane of its own. */
export function createWebhookFanOut(needs: Needs): BatchSink {
  return {
    batchSize: 200,
    retry: BROKER_RETRY,
    async deliverAll(messages) {
      const valid: OutboxMessage[] = []
      const failed = await eachAlone(messages, async (message) => {
        readEvent(message)
        valid.push(message)
      })
      const webhooks = await listWebhooks(needs.db)
      if (webhooks.length > 0) await fanOut(needs, valid, webhooks)
      return { delivered: valid.map(({ id }) => id), failed }
    },
  }
}

/**
 * Sends what was given up once more, or everything since a time; answers how many events.
 * @throws AppError 404 `webhook_not_found`
 */
export async function replayWebhook(needs: Needs, id: string, sinceMs: number | undefined): Promise<number> {
  const { db, clock } = needs
  const webhook = await findWebhook(db, id)
  const events =
    sinceMs === undefined
      ? await replayTopic(db, topicOf(id), clock())
      : await replayEvents(needs, webhook, sinceMs)
  const since = sinceMs === undefined ? {} : { since: new Date(sinceMs).toISOString() }
  const detail = { webhook: id, events, ...since }
  await recordAudit(db, { atMs: clock(), action: 'webhook.replayed', actor: currentActor(), detail })
  return events
}

async function replayEvents(
  { db, clock, sealer }: Needs,
  webhook: Webhook,
  sinceMs: number,
): Promise<number> {
  const topic = topicOf(webhook.id)
  const nextId = timeOrderedIds(clock)
  let replayed = 0
  for (let after = ''; ;) {
    const rows: Kept[] = await db('webhook_events')
      .where('atMs', '>=', sinceMs)
      .where('id', '>', after)
      .orderBy('id')
      .limit(200)
      .select('id', 'type', 'recordKey', 'payload')
    if (rows.length === 0) return replayed
    const wanted = rows.filter(({ type }) => wantsType(webhook.eventTypes, type))
    await inTransaction(db, async (trx) => {
      for (const { id, recordKey, payload } of wanted) {
        const plain = sealer.open(payload, contextOf(id))
        if (plain === undefined) continue
        const event: unknown = JSON.parse(plain)
        const message = { id: nextId(), key: recordKey ?? undefined, payload: event }
        await forwardMessage(trx, { sealer, clock }, message, topic)
      }
    })
    replayed += wanted.length
    after = rows.at(-1)?.id ?? ''
  }
}

/** Answers how many it found. */
export async function purgeWebhookEvents(db: Db, nowMs: number, limit: number): Promise<number> {
  const outdated = (rows: { where: (column: string, operator: string, value: number) => unknown }) =>
    rows.where('atMs', '<', nowMs - KEPT_MS)
  return purgeSome(db, { table: 'webhook_events', key: 'id', outdated }, limit)
}

/** The column that `keys reseal` seals again. */
export const SEALED_WEBHOOK_EVENTS: SealedColumn = {
  what: 'events kept for webhooks',
  table: 'webhookEvents',
  column: 'payload',
  key: 'id',
  context: ({ id = '' }) => contextOf(id),
}

type Kept = { id: string; type: string; recordKey: string | null; payload: string }

function contextOf(id: string): string {
  return `webhook-event:${id}`
}

async function fanOut(
  { db, clock, sealer }: Needs,
  messages: OutboxMessage[],
  webhooks: Webhook[],
): Promise<void> {
  await inTransaction(db, async (trx) => {
    for (const message of messages) {
      const { id, type } = readEvent(message)
      const payload = sealer.seal(JSON.stringify(message.payload), contextOf(id))
      const row = { id, type, recordKey: message.key ?? null, payload, atMs: clock() }
      await trx('webhook_events').insert(row).onConflict('id').ignore()
      for (const webhook of webhooks)
        if (webhook.enabled && wantsType(webhook.eventTypes, type))
          await forwardMessage(trx, { sealer, clock }, message, topicOf(webhook.id))
    }
  })
}
