/** Mounts Kafka, where the settings name brokers: events to one topic, and the message about a new user to another. */
import { wantsType } from '../../events/event-filter.ts'
import { EVENT_TOPICS, REGISTRATION_TOPICS } from '../../events/lanes.ts'
import type { EventLane } from '../../events/lanes.ts'
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { EVENT_CONTENT_TYPE, readEvent, traceHeader } from '../received-event.ts'
import { createKafkaSink } from './kafka-sink.ts'
import type { KafkaConnection } from './kafka-sink.ts'

export function kafka({ config }: Services): Feature {
  const { kafka: settings } = config.receivers
  if (!settings) return {}
  const { topic, types, registration } = settings
  const events: EventLane = {
    topic: EVENT_TOPICS.kafka,
    takes: 'event',
    wants: (type) => wantsType(types, type),
  }
  const registrations: EventLane[] = registration
    ? [{ topic: REGISTRATION_TOPICS.kafka, takes: 'registration' }]
    : []
  return {
    eventLanes: [events, ...registrations],
    sinks: () => ({
      [EVENT_TOPICS.kafka]: createKafkaEvents(settings, topic),
      ...(registration
        ? { [REGISTRATION_TOPICS.kafka]: createKafkaRegistrations(settings, registration) }
        : {}),
    }),
  }
}

/** The key is the subject, so that the events of one person are in one partition. */
export function createKafkaEvents(connection: KafkaConnection, topic: string, sendWithinMs?: number) {
  return createKafkaSink({
    ...connection,
    topic,
    sendWithinMs,
    toRecord(message) {
      const event = readEvent(message)
      return {
        key: event.subject,
        value: JSON.stringify(event),
        headers: { 'content-type': EVENT_CONTENT_TYPE, ...traceHeader(message) },
      }
    },
  })
}

/** One key for all, as the replaced systems had it. */
export function createKafkaRegistrations(
  connection: KafkaConnection,
  { topic, key }: { topic: string; key: string },
) {
  return createKafkaSink({
    ...connection,
    topic,
    toRecord: ({ payload }) => ({
      key,
      value: JSON.stringify(payload),
      headers: { 'content-type': 'application/json' },
    }),
  })
}
