/** Appends events to a Redis stream. A batch is one transaction, so that it is there as a whole or not. */
import type { BatchSink } from '../../outbox/batch-sink.ts'
import { DeliveryFailure } from '../../outbox/sink.ts'
import type { OutboxMessage } from '../../outbox/sink.ts'
import { openRedis } from '../../platform/redis/redis.ts'
import type { RedisClient } from '../../platform/redis/redis.ts'
import { BROKER_RETRY, eachAlone, readEvent } from '../received-event.ts'

type StreamSettings = {
  redisDsn: string
  stream: string
  /** About how many entries the stream keeps. */
  maxLength: number
  /** The longest wait for an answer. Default: 5 seconds. */
  timeoutMs?: number
  onError?: (error: Error) => void
}

const TIMEOUT_MS = 5000

export function createRedisStreamSink(settings: StreamSettings): BatchSink {
  const { redisDsn, stream, maxLength, timeoutMs = TIMEOUT_MS, onError } = settings
  let redis: RedisClient | undefined
  const open = () =>
    (redis ??= openRedis(redisDsn, {
      name: 'account-server-events',
      commandTimeoutMs: timeoutMs,
      ...(onError ? { onError } : {}),
    }))
  // A stopped server runs the commands it was sent when it continues. So the next attempt waits in a new
  // connection, where it is sent only once the server answers. Otherwise every attempt would append the batch again.
  const drop = () => {
    redis?.disconnect()
    redis = undefined
  }
  return {
    batchSize: 200,
    retry: BROKER_RETRY,
    async deliverAll(messages) {
      const entries: [string, string[]][] = []
      const failed = await eachAlone(
        messages,
        async (message) => void entries.push([message.id, fieldsOf(message)]),
      )
      if (entries.length === 0) return { delivered: [], failed }
      const transaction = open().multi()
      for (const [, fields] of entries) transaction.xadd(stream, 'MAXLEN', '~', maxLength, '*', ...fields)
      const answers = await transaction.exec().catch((error: unknown) => {
        drop()
        throw error
      })
      if (!answers) throw new DeliveryFailure('redis_transaction_aborted')
      for (const [error] of answers) if (error) throw error
      return { delivered: entries.map(([id]) => id), failed }
    },
    async close() {
      drop()
    },
  }
}

/** The fields that consumers filter by, and the whole event as JSON. */
function fieldsOf(message: OutboxMessage): string[] {
  const event = readEvent(message)
  const { id, type, subject, time } = event
  return Object.entries({ id, type, subject, time, event: JSON.stringify(event) }).flat()
}
