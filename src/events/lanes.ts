/**
 * The way from an event to a sink: one outbox topic for each configured sink, so that a slow one slows nobody. A feature
 * that has a sink names its lanes, and only while the sink is configured. Without a lane no event is written.
 */
import type { Sql } from '../platform/sql/database.ts'
import type { EventType } from './event-types.ts'

export type EventLane = {
  /** The outbox topic. The worker's sink of this topic sets `ordered`, so that events of one account keep their order. */
  topic: string
  /** `event`: a CloudEvent. `registration`: the message about a new user, of `registration-message.ts`. */
  takes: 'event' | 'registration'
  /** Events that it does not want are not written for it. Without this it gets all of them. */
  wants?: (type: EventType, sql: Sql) => boolean | Promise<boolean>
}

/** The outbox topics of events, by sink. */
export const EVENT_TOPICS = {
  kafka: 'events.kafka',
  rabbitmq: 'events.rabbitmq',
  redis: 'events.redis',
  webhooks: 'events.webhooks',
} as const

/** The outbox topics of the message about a new user. Its payload is a `RegistrationMessage`. */
export const REGISTRATION_TOPICS = {
  kafka: 'registration.kafka',
  rabbitmq: 'registration.rabbitmq',
} as const
