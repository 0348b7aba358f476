/**
 * Who gets what the outbox delivers, one lane of messages each: how far a receiver is, why it fails, and whether its lane waits.
 * Operators let it go on, or send what was given up again; each is in the audit trail. Mails are not here.
 */
import { recordAudit } from '../audit/audit.ts'
import { currentActor } from '../events/actor.ts'
import { EVENT_TOPICS, REGISTRATION_TOPICS } from '../events/lanes.ts'
import { replayTopic } from '../outbox/dead-letters.ts'
import { MAIL_TOPIC } from '../outbox/outbox.ts'
import { AppError } from '../platform/errors.ts'
import type { Db } from '../platform/sql/database.ts'
import { inTransaction } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'

export type Receiver = {
  /** Of its messages, such as `events.kafka` or `webhook.` with an id. */
  topic: string
  waiting: number
  givenUp: number
  /** When the oldest waiting message was recorded. */
  behindSinceMs: number | null
  deliveredAtMs: number | null
  lastError: string | null
  /** In a row, until now. */
  failures: number
  /** The lane waits until then, because nothing gets through. */
  pausedUntilMs: number | null
}

type Deciding = Pick<Services, 'db' | 'clock' | 'config'>
/** Gets the receiver before the change. Throws to refuse it. */
type Expects = (receiver: Receiver) => void

/** Those that are configured, and those that something waits for or was given up for. By topic. */
export async function listReceivers(needs: Deciding): Promise<Receiver[]> {
  const topics = await knownTopics(needs)
  return Promise.all(topics.map((topic) => readReceiver(needs, topic)))
}

/** @throws AppError 404 `receiver_not_found` */
export async function theReceiver(needs: Deciding, topic: string): Promise<Receiver> {
  const known = await knownTopics(needs)
  if (known.includes(topic)) return readReceiver(needs, topic)
  throw new AppError('receiver_not_found', 404, 'There is no receiver of this topic.')
}

/** Tries again at once, with everything that waits. @throws AppError 404 `receiver_not_found` */
export async function resumeReceiver(needs: Deciding, topic: string, expects?: Expects): Promise<Receiver> {
  const before = await theReceiver(needs, topic)
  expects?.(before)
  const { db, clock } = needs
  const atMs = clock()
  await inTransaction(db, async (trx) => {
    await trx('outbox_lanes').where({ topic }).update({ pausedUntilMs: 0, failures: 0 })
    await trx('outbox_messages')
      .where({ topic })
      .where('nextAttemptAtMs', '>', atMs)
      .update({ nextAttemptAtMs: atMs })
    await recordAudit(trx, { atMs, action: 'receiver.resumed', actor: currentActor(), detail: { topic } })
  })
  return readReceiver(needs, topic)
}

/** Makes what was given up due again; answers how much. @throws AppError 404 `receiver_not_found` */
export async function replayReceiver(needs: Deciding, topic: string): Promise<number> {
  await theReceiver(needs, topic)
  const { db, clock } = needs
  const atMs = clock()
  return inTransaction(db, async (trx) => {
    const messages = await replayTopic(trx, topic, atMs)
    const detail = { topic, messages }
    if (messages > 0)
      await recordAudit(trx, { atMs, action: 'receiver.replayed', actor: currentActor(), detail })
    return messages
  })
}

async function knownTopics({ db, config }: Deciding): Promise<string[]> {
  const lanes: { topic: string }[] = await db('outbox_lanes').select('topic')
  const dead: { topic: string }[] = await db('outbox_messages')
    .whereNotNull('deadAtMs')
    .groupBy('topic')
    .select('topic')
  const found = [...configuredTopics(config), ...[...lanes, ...dead].map(({ topic }) => topic)]
  return [...new Set(found)].filter((topic) => topic !== MAIL_TOPIC).toSorted()
}

function configuredTopics({ receivers: { kafka, rabbitmq, eventStream } }: Deciding['config']): string[] {
  return [
    ...(kafka ? [EVENT_TOPICS.kafka] : []),
    ...(kafka?.registration ? [REGISTRATION_TOPICS.kafka] : []),
    ...(rabbitmq ? [EVENT_TOPICS.rabbitmq] : []),
    ...(rabbitmq?.registrationQueue ? [REGISTRATION_TOPICS.rabbitmq] : []),
    ...(eventStream ? [EVENT_TOPICS.redis] : []),
  ]
}

async function readReceiver({ db, clock }: Deciding, topic: string): Promise<Receiver> {
  const waiting = await oneRow(db, topic, 'nextAttemptAtMs', 'count(*) as found, min(created_at_ms) as at_ms')
  const dead = await oneRow(db, topic, 'deadAtMs', 'count(*) as found')
  const delivered = await oneRow(db, topic, 'deliveredAtMs', 'max(delivered_at_ms) as at_ms')
  const lane: { failures: number; pausedUntilMs: number; lastError: string | null } | undefined = await db(
    'outbox_lanes',
  )
    .where({ topic })
    .first('failures', 'pausedUntilMs', 'lastError')
  const latest: { lastError: string | null } | undefined = await db('outbox_messages')
    .where({ topic })
    .whereNotNull('deadAtMs')
    .orderBy('deadAtMs', 'desc')
    .first('lastError')
  const pausedUntilMs = Number(lane?.pausedUntilMs ?? 0)
  return {
    topic,
    waiting: Number(waiting.found),
    givenUp: Number(dead.found),
    behindSinceMs: timeIn(waiting.atMs),
    deliveredAtMs: timeIn(delivered.atMs),
    lastError: lane?.lastError ?? latest?.lastError ?? null,
    failures: lane?.failures ?? 0,
    pausedUntilMs: pausedUntilMs > clock() ? pausedUntilMs : null,
  }
}

type Counted = { found?: unknown; atMs?: unknown }

async function oneRow(
  db: Db,
  topic: string,
  column: 'nextAttemptAtMs' | 'deadAtMs' | 'deliveredAtMs',
  what: string,
): Promise<Counted> {
  const row: Counted | undefined = await db('outbox_messages')
    .where({ topic })
    .whereNotNull(column)
    .first(db.raw(what))
  return row ?? {}
}

function timeIn(found: unknown): number | null {
  return found === null || found === undefined ? null : Number(found)
}
