/** Mounts RabbitMQ, where the settings name one: events to an exchange, and the message about a new user to a queue. */
import type { OutboxMessage } from '../../outbox/sink.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { wantsType } from '../../events/event-filter.ts'
import { EVENT_TOPICS, REGISTRATION_TOPICS } from '../../events/lanes.ts'
import type { EventLane } from '../../events/lanes.ts'
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { EVENT_CONTENT_TYPE, readEvent, traceHeader } from '../received-event.ts'
import { createRabbitmqSink } from './rabbitmq-sink.ts'
import type { Publication, RabbitmqTimeouts } from './rabbitmq-sink.ts'

export function rabbitmq({ config }: Services): Feature {
  const { rabbitmq: settings } = config.receivers
  if (!settings) return {}
  const { dsn: url, exchange, types, registrationQueue: queue } = settings
  const events: EventLane = {
    topic: EVENT_TOPICS.rabbitmq,
    takes: 'event',
    wants: (type) => wantsType(types, type),
  }
  const registrations: EventLane[] = queue
    ? [{ topic: REGISTRATION_TOPICS.rabbitmq, takes: 'registration' }]
    : []
  return {
    eventLanes: [events, ...registrations],
    sinks: () => ({
      [EVENT_TOPICS.rabbitmq]: createRabbitmqEvents({ url, exchange }),
      ...(queue ? { [REGISTRATION_TOPICS.rabbitmq]: createRabbitmqRegistrations({ url, queue }) } : {}),
    }),
  }
}

type EventExchange = { url: string; exchange: string; timeouts?: RabbitmqTimeouts }

/** Events to a durable topic exchange. The routing key is the type. */
export function createRabbitmqEvents({ url, exchange, timeouts }: EventExchange) {
  return createRabbitmqSink({
    url,
    exchange,
    timeouts,
    prepare: (channel) => channel.assertExchange(exchange, 'topic', { durable: true }),
    toPublication: eventPublication,
  })
}

function createRabbitmqRegistrations({ url, queue }: { url: string; queue: string }) {
  return createRabbitmqSink({
    url,
    exchange: '',
    prepare: (channel) => channel.assertQueue(queue, { durable: true }),
    toPublication: ({ id, payload }) => ({
      routingKey: queue,
      body: JSON.stringify(payload),
      properties: { messageId: id, contentType: 'application/json' },
    }),
  })
}

function eventPublication(message: OutboxMessage): Publication {
  const event = readEvent(message)
  return {
    routingKey: event.type,
    body: JSON.stringify(event),
    properties: {
      messageId: event.id,
      type: event.type,
      contentType: EVENT_CONTENT_TYPE,
      headers: traceHeader(message),
      timestamp: Math.floor(Date.parse(event.time) / SECOND_MS),
    },
  }
}
