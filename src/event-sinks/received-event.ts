/** What every sink of events shares: reading the event of a message, the order within a batch, and the waits after failures. */
import { z } from 'zod'
import type { BatchOutcome, BatchSink } from '../outbox/batch-sink.ts'
import { asDeliveryFailure, DeliveryFailure } from '../outbox/sink.ts'
import type { OutboxMessage } from '../outbox/sink.ts'
import { DAY_MS, SECOND_MS } from '../platform/clock.ts'

/** Content type of one event in the JSON format of CloudEvents 1.0 (§3.1 of its HTTP and Kafka bindings). */
export const EVENT_CONTENT_TYPE = 'application/cloudevents+json; charset=UTF-8'

const eventSchema = z.looseObject({ id: z.string(), type: z.string(), subject: z.string(), time: z.string() })

export type ReceivedEvent = z.infer<typeof eventSchema>

/** @throws DeliveryFailure `event_invalid` */
export function readEvent(message: OutboxMessage): ReceivedEvent {
  const parsed = eventSchema.safeParse(message.payload)
  if (!parsed.success) throw new DeliveryFailure('event_invalid', { permanent: true, cause: parsed.error })
  return parsed.data
}

/** The header that passes the trace on (W3C Trace Context): none where traces are off. */
export function traceHeader({ traceparent }: OutboxMessage): { traceparent?: string } {
  return traceparent === undefined ? {} : { traceparent }
}

/** A broker that is away is asked every few seconds. A message that it refuses waits longer. */
export const BROKER_RETRY: BatchSink['retry'] = {
  baseMs: SECOND_MS,
  capMs: 60 * SECOND_MS,
  laneCapMs: 5 * SECOND_MS,
  giveUpAfterMs: 3 * DAY_MS,
}

/**
 * Delivers in rounds of at most one message of each key, so that a message never overtakes an earlier one of its key.
 * `send` answers what failed by id, and rejects when the receiver is away.
 */
export async function deliverInRounds(
  messages: readonly OutboxMessage[],
  send: (round: readonly OutboxMessage[]) => Promise<ReadonlyMap<string, DeliveryFailure>>,
): Promise<BatchOutcome> {
  const delivered: string[] = []
  const failed = new Map<string, DeliveryFailure>()
  for (let waiting = [...messages]; waiting.length > 0;) {
    const keys = new Set<string>()
    const round = waiting.filter(({ id, key = id }) => !keys.has(key) && keys.add(key))
    const failures = await send(round)
    const stopped = new Set<string>()
    for (const { id, key = id } of round) {
      const failure = failures.get(id)
      if (!failure) delivered.push(id)
      else failed.set(id, failure)
      if (failure && !failure.permanent) stopped.add(key)
    }
    const done = new Set(round)
    waiting = waiting.filter((message) => !done.has(message) && !stopped.has(message.key ?? message.id))
  }
  return { delivered, failed }
}

/** Calls `send` for each message; answers the failures by id. */
export async function eachAlone(
  messages: readonly OutboxMessage[],
  send: (message: OutboxMessage) => Promise<void>,
): Promise<Map<string, DeliveryFailure>> {
  const outcomes = await Promise.allSettled(messages.map(async (message) => send(message)))
  return new Map(
    outcomes.flatMap((outcome, index): [string, DeliveryFailure][] =>
      outcome.status === 'rejected' ? [[messages[index]!.id, asDeliveryFailure(outcome.reason)]] : [],
    ),
  )
}
