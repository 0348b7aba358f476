/**
 * Posts events to one webhook, several people's at once and each person's in order. Anything but a 2xx answer is a failure.
 * A receiver that does not answer gets one event at a time. When it continues, it may process every event that it was sent.
 */
import type { BatchOutcome, BatchSink } from '../../outbox/batch-sink.ts'
import { asDeliveryFailure, DeliveryFailure } from '../../outbox/sink.ts'
import type { OutboxMessage } from '../../outbox/sink.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import { RefusedAddress } from '../../platform/network/guarded-fetch.ts'
import type { GuardedFetch } from '../../platform/network/guarded-fetch.ts'
import { EVENT_CONTENT_TYPE, readEvent, traceHeader } from '../received-event.ts'
import { signatureHeaders } from './signature.ts'

type WebhookNeeds = {
  url: string
  /** The secrets that sign now. */
  secrets: () => Promise<string[]>
  fetch: GuardedFetch
  clock: Clock
  /** Called when the receiver answers 410: it wants no more events. */
  onGone: () => Promise<void>
}

const CONNECTIONS = 10
const GIVE_UP_AFTER_MS = 3 * DAY_MS

/** The receiver could not be reached, or did not answer in time. */
class NoAnswer extends Error {
  constructor(cause: unknown) {
    super('no answer', { cause })
    this.name = 'NoAnswer'
  }
}

export function createWebhookSink(needs: WebhookNeeds): BatchSink {
  /** How many batches in a row got no answer. */
  let unanswered = 0
  return {
    batchSize: 50,
    retry: {
      baseMs: 5 * SECOND_MS,
      capMs: 3 * HOUR_MS,
      laneCapMs: 5 * MINUTE_MS,
      giveUpAfterMs: GIVE_UP_AFTER_MS,
    },
    async deliverAll(messages) {
      const secrets = await needs.secrets()
      const queues = [...Map.groupBy(messages, ({ id, key = id }) => key).values()]
      // Begins with another person's events each time: perhaps only one message makes the receiver fail.
      queues.push(...queues.splice(0, unanswered % queues.length))
      const delivered: string[] = []
      const failed = new Map<string, DeliveryFailure>()
      const young = isYoung(needs, messages)
      const away = () => (young && delivered.length === 0 ? unreachable(failed) : undefined)
      const deliverNextQueue = async (): Promise<void> => {
        for (let queue = queues.shift(); queue && !away(); queue = queues.shift()) {
          const outcome = await postInOrder(needs, queue, secrets)
          delivered.push(...outcome.delivered)
          for (const [id, failure] of outcome.failed) failed.set(id, failure)
        }
      }
      const connections = young && unanswered > 0 ? 1 : CONNECTIONS
      await Promise.all(Array.from({ length: connections }, deliverNextQueue))
      const reason = away()
      unanswered = reason ? unanswered + 1 : 0
      if (reason) throw reason
      return { delivered, failed }
    },
  }
}

/** The failure, where no request got an answer. */
function unreachable(failed: ReadonlyMap<string, DeliveryFailure>): DeliveryFailure | undefined {
  const all = [...failed.values()]
  return all.every(({ cause }) => cause instanceof NoAnswer) ? all[0] : undefined
}

/**
 * With an old message in the batch, failures count as attempts. So messages for an address that is gone are given up.
 */
function isYoung({ clock }: WebhookNeeds, messages: readonly OutboxMessage[]): boolean {
  return messages.every(({ createdAtMs }) => clock() - createdAtMs < GIVE_UP_AFTER_MS)
}

/** Stops at the first failure that may pass. */
async function postInOrder(
  needs: WebhookNeeds,
  queue: readonly OutboxMessage[],
  secrets: readonly string[],
): Promise<BatchOutcome> {
  const delivered: string[] = []
  const failed = new Map<string, DeliveryFailure>()
  for (const message of queue) {
    try {
      await post(needs, message, secrets)
      delivered.push(message.id)
    } catch (error) {
      const failure = asDeliveryFailure(error)
      failed.set(message.id, failure)
      if (!failure.permanent) break
    }
  }
  return { delivered, failed }
}

async function post(needs: WebhookNeeds, message: OutboxMessage, secrets: readonly string[]): Promise<void> {
  const { url, fetch, clock, onGone } = needs
  const event = readEvent(message)
  const body = JSON.stringify(event)
  const signed = signatureHeaders({ id: event.id, atSeconds: Math.floor(clock() / SECOND_MS), body }, secrets)
  const headers = {
    ...signed,
    'content-type': EVENT_CONTENT_TYPE,
    'user-agent': 'account-server',
    ...traceHeader(message),
  }
  const { status } = await fetch(url, { method: 'POST', headers, body, statusOnly: true }).catch(
    (error: unknown) => {
      if (error instanceof RefusedAddress) throw new DeliveryFailure('address_refused', { cause: error })
      throw new DeliveryFailure(asDeliveryFailure(error).reason, { cause: new NoAnswer(error) })
    },
  )
  if (status >= 200 && status < 300) return
  if (status === 410) await onGone()
  throw new DeliveryFailure(`status_${status}`)
}
