/** Receivers of events: how far each is, and what lets it go on. */
import { z } from 'zod'
import { listReceivers, replayReceiver, resumeReceiver, theReceiver } from '../../deliveries/receivers.ts'
import type { Receiver } from '../../deliveries/receivers.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { timeOf } from '../../operations/shown-account.ts'
import type { Services } from '../../services.ts'

const common = { tag: 'Receivers of events', caller: 'administrator' } as const
const params = z.strictObject({ topic: z.string().max(64) })
const NO_RECEIVER = {
  receiver_not_found: { status: 404, when: 'There is no receiver of this topic.' },
} as const

const shownReceiver = z
  .object({
    topic: z.string().describe('Such as `events.kafka`, or `webhook.` with the id of a webhook.'),
    waiting: z.int().describe('Messages that are not delivered yet.'),
    given_up: z.int().describe('Messages that are not tried any more.'),
    behind_since: z.iso.datetime().nullable().describe('When the oldest waiting message was recorded.'),
    delivered_at: z.iso.datetime().nullable().describe('The latest delivery of the last seven days.'),
    last_error: z.string().nullable(),
    failures: z.int().describe('In a row, until now.'),
    paused_until: z.iso.datetime().nullable().describe('Nothing gets through, so it is tried again then.'),
  })
  .meta({ title: 'Receiver' })

export function receiverOperations(needs: Services): readonly Operation[] {
  return [listing(needs), reading(needs), resuming(needs), replaying(needs)]
}

function listing(needs: Services): Operation {
  return operation({
    ...common,
    id: 'listReceivers',
    method: 'get',
    path: '/receivers',
    summary: 'List the receivers of events, with what waits for each',
    scope: 'events:read',
    answer: {
      status: 200,
      description: 'The receivers, by topic.',
      schema: z.object({ items: z.array(shownReceiver) }),
    },
    handle: async () => ({ body: { items: (await listReceivers(needs)).map(showReceiver) } }),
  })
}

function reading(needs: Services): Operation {
  return operation({
    ...common,
    id: 'getReceiver',
    method: 'get',
    path: '/receivers/{topic}',
    summary: 'Read how far a receiver of events is',
    scope: 'events:read',
    params,
    answer: { status: 200, description: 'The receiver.', schema: shownReceiver, etag: true },
    problems: NO_RECEIVER,
    handle: async ({ params: { topic } }) => ({ body: showReceiver(await theReceiver(needs, topic)) }),
  })
}

function resuming(needs: Services): Operation {
  return operation({
    ...common,
    id: 'resumeReceiver',
    method: 'post',
    path: '/receivers/{topic}/resume',
    summary: 'Deliver to a receiver again at once',
    description: 'What waits is tried now, and not at the end of the pause. A worker does it within seconds.',
    scope: 'events:manage',
    params,
    answer: { status: 200, description: 'The receiver.', schema: shownReceiver, etag: true },
    problems: NO_RECEIVER,
    async handle({ params: { topic }, assertMatches }) {
      const expects = (before: Receiver) => assertMatches(showReceiver(before))
      return { body: showReceiver(await resumeReceiver(needs, topic, expects)) }
    },
  })
}

function replaying(needs: Services): Operation {
  return operation({
    ...common,
    id: 'replayReceiver',
    method: 'post',
    path: '/receivers/{topic}/replay',
    summary: 'Send a receiver what was given up',
    scope: 'events:manage',
    params,
    answer: {
      status: 200,
      description: 'How many messages are due again.',
      schema: z.object({ replayed: z.int() }).meta({ title: 'Replayed messages' }),
    },
    problems: NO_RECEIVER,
    handle: async ({ params: { topic } }) => ({ body: { replayed: await replayReceiver(needs, topic) } }),
  })
}

function showReceiver(one: Receiver): z.output<typeof shownReceiver> {
  const time = (ms: number | null) => (ms === null ? null : timeOf(ms))
  return {
    topic: one.topic,
    waiting: one.waiting,
    given_up: one.givenUp,
    behind_since: time(one.behindSinceMs),
    delivered_at: time(one.deliveredAtMs),
    last_error: one.lastError,
    failures: one.failures,
    paused_until: time(one.pausedUntilMs),
  }
}
