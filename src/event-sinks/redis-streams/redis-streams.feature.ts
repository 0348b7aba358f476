/** Mounts the Redis stream of events, where the settings name one. */
import { wantsType } from '../../events/event-filter.ts'
import { EVENT_TOPICS } from '../../events/lanes.ts'
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { createRedisStreamSink } from './redis-stream-sink.ts'

export function redisStreams({ config, log }: Services): Feature {
  const { eventStream } = config.receivers
  if (!eventStream) return {}
  const onError = (error: Error) => log.warn({ err: error }, 'event-stream.redis_error')
  return {
    eventLanes: [
      { topic: EVENT_TOPICS.redis, takes: 'event', wants: (type) => wantsType(eventStream.types, type) },
    ],
    sinks: () => ({ [EVENT_TOPICS.redis]: createRedisStreamSink({ ...eventStream, onError }) }),
  }
}
