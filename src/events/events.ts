/**
 * Events: what other systems learn of a change of state, as CloudEvents 1.0. An event is written in the transaction of its
 * change, once for each sink. Where no sink is configured nothing is read or written. Owns the events; the outbox
 * delivers them, and each sink sends them.
 */
import { createHash } from 'node:crypto'
import type { Outbox } from '../outbox/outbox.ts'
import { timeOrderedIds } from '../platform/time-ordered-id.ts'
import type { Clock } from '../platform/clock.ts'
import type { Sql } from '../platform/sql/database.ts'
import { currentActor } from './actor.ts'
import { schemaAddress } from './event-schema.ts'
import { EVENT_TYPES } from './event-types.ts'
import type { EventData, EventType } from './event-types.ts'
import type { EventLane } from './lanes.ts'
import { registrationMessage } from './registration-message.ts'
import type { RegistrationMoment } from './registration-message.ts'

/** CloudEvents 1.0.2 in its JSON format. The payload of a message in a lane that takes events. */
export type CloudEvent = {
  specversion: '1.0'
  /** The same at every attempt and in every sink: what a receiver recognises a repeated delivery by. */
  id: string
  /** The issuer. */
  source: string
  type: EventType
  /** The account, client, resource server or key. Events of one subject keep their order. */
  subject: string
  /** RFC 3339. */
  time: string
  datacontenttype: 'application/json'
  dataschema: string
  data: Record<string, unknown>
}

export type NewEvent<Type extends EventType> = {
  type: Type
  subject: string
  /** Called only where a sink wants the event. The actor is the one that `actingAs` names, unless it is given. */
  data: () => NewData<Type> | Promise<NewData<Type>>
}

type NewData<Type extends EventType> = Omit<EventData<Type>, 'actor'> & { actor?: string }

type Recorder = <Type extends EventType>(sql: Sql, event: NewEvent<Type>) => Promise<void>

// The connection carries the recorder: knex hands `userParams` on to every transaction. So no change of state can forget it.
const recorders = new WeakMap<object, Recorder>()

type Needs = {
  outbox: Outbox
  clock: Clock
  issuer: string
  registrationMessageAt: RegistrationMoment
  lanes: readonly EventLane[]
}

/** From here on, changes made through this connection are recorded for these lanes. */
export function recordEventsOf(db: Sql, needs: Needs): void {
  if (needs.lanes.length > 0) recorders.set(db.userParams, createRecorder(needs))
}

/** A change as one who hears of it gets it: with the actor. `data` is made when it is asked for. */
export type HeardEvent = { type: EventType; data: () => Promise<Record<string, unknown>> }
type Hears = (sql: Sql, event: HeardEvent) => Promise<void>

const hearers = new WeakMap<object, Hears>()

/** From here on, `hears` is called for changes made through this connection, in the transaction of each. */
export function hearEventsOf(db: Sql, hears: Hears): void {
  hearers.set(db.userParams, hears)
}

/** Records one event in the transaction of its change. Without a sink, only who hears of it does something. */
export async function recordEvent<Type extends EventType>(sql: Sql, event: NewEvent<Type>): Promise<void> {
  const data = async () => ({ actor: currentActor(), ...(await event.data()) })
  await hearers.get(sql.userParams)?.(sql, { type: event.type, data })
  await recorders.get(sql.userParams)?.(sql, event)
}

/** Asks through the caller's transaction: on SQLite there is no other connection. */
async function takersOf(lanes: readonly EventLane[], type: EventType, sql: Sql): Promise<EventLane[]> {
  const takers: EventLane[] = []
  for (const lane of lanes)
    if (lane.takes === 'event' && (lane.wants === undefined || (await lane.wants(type, sql))))
      takers.push(lane)
  return takers
}

function createRecorder({ outbox, clock, issuer, registrationMessageAt, lanes }: Needs): Recorder {
  const nextId = timeOrderedIds(clock)
  const registrationLanes = lanes.filter(({ takes }) => takes === 'registration')

  return async (sql, event) => {
    const { type, subject } = event
    const takers = await takersOf(lanes, type, sql)
    const announces = registrationLanes.length > 0 && type.startsWith('account.')
    if (takers.length === 0 && !announces) return
    const data = EVENT_TYPES[type].data.parse({ actor: currentActor(), ...(await event.data()) })
    const cloudEvent: CloudEvent = {
      specversion: '1.0',
      id: nextId(),
      source: issuer,
      type,
      subject,
      time: new Date(clock()).toISOString(),
      datacontenttype: 'application/json',
      dataschema: schemaAddress(issuer, type),
      data,
    }
    const key = routingKey(subject)
    for (const { topic } of takers)
      await outbox.record(sql, { topic, key, payload: cloudEvent, ordered: true })
    const message = announces ? registrationMessage(type, data, registrationMessageAt) : undefined
    if (!message) return
    for (const { topic } of registrationLanes)
      await outbox.record(sql, { topic, key, payload: message, ordered: true })
  }
}

/** What the outbox keeps in order by. An identifier of a resource server can be longer than the column. */
function routingKey(subject: string): string {
  return subject.length <= 255 ? subject : createHash('sha256').update(subject).digest('hex')
}
