/** A server that sends its events to a lane of the tests. They read the lane from the outbox, as the worker would. */
import { recordEventsOf } from '../../src/events/events.ts'
import type { CloudEvent } from '../../src/events/events.ts'
import type { EventLane } from '../../src/events/lanes.ts'
import type { RegistrationMoment } from '../../src/events/registration-message.ts'
import { sealContext } from '../../src/outbox/outbox.ts'
import type { Db } from '../../src/platform/sql/database.ts'
import type { Sealer } from '../../src/platform/tokens.ts'
import { answerOf } from '../cli/command-line.ts'
import { openStage } from '../provider/stage.ts'

export type EventWorld = Awaited<ReturnType<typeof openEventWorld>>

export const LANE = 'events.test'
export const ALL_EVENTS: readonly EventLane[] = [{ topic: LANE, takes: 'event' }]

export async function openEventWorld() {
  const stage = await openStage({ store: 'sqlite', env: { ACCOUNT_SERVER_TRUSTED_BROWSER_DAYS: '30' } })
  const { parts, issuer } = stage
  const sendTo = (lanes: readonly EventLane[], registrationMessageAt: RegistrationMoment = 'activation') =>
    recordEventsOf(parts.db, { ...parts, issuer, registrationMessageAt, lanes })
  sendTo(ALL_EVENTS)
  return {
    ...stage,
    sendTo,
    taken: (topic = LANE) => taken(parts, topic),
    command: async (...args: string[]) => (await answerOf(parts, args)).data,
  }
}

/** What was recorded since the last call, in its order. */
export async function taken(
  { db, sealer }: { db: Db; sealer: Sealer },
  topic: string,
): Promise<CloudEvent[]> {
  const rows: { id: string; payload: string }[] = await db('outbox_messages')
    .where({ topic })
    .orderBy('id')
    .select('id', 'payload')
  await db('outbox_messages').where({ topic }).delete()
  return rows.map(({ id, payload }) => {
    const plain = sealer.open(payload, sealContext(id, topic))
    if (plain === undefined) throw new Error('the payload does not open')
    return JSON.parse(plain) as CloudEvent
  })
}
