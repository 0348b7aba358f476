/** Real receivers of events for the bench: each counts what arrives, and can be away for a while. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { connect } from 'amqplib'
import { Redis } from 'ioredis'
import type { CloudEvent } from '../src/events/events.ts'
import { gated } from '../test/faults/gate.ts'
import { startRabbitmq } from '../test/support/service-rabbitmq.ts'
import { startRedis } from '../test/support/services.ts'
import { createTally } from './event-tally.ts'
import type { Tally } from './event-tally.ts'

export type EventReceiver = {
  tally: Tally
  /** What the server needs to send to it. */
  env: Record<string, string>
  /** Closes its port, and cuts every connection. */
  leave: () => Promise<void>
  comeBack: () => Promise<void>
  stop: () => Promise<unknown>
}

const BROKER_BATCH = 200
const WEBHOOK_BATCH = 50
const LONGEST_STREAM = 10_000_000

export async function startStream(): Promise<EventReceiver> {
  const { url, stop } = await startRedis()
  const stream = `events-${randomUUID()}`
  const tally = createTally('Redis stream', BROKER_BATCH)
  const redis = new Redis(url)
  const reading = readStream(redis, stream, tally)
  const gate = await gated(url, async () => {
    redis.disconnect()
    await reading
    await stop()
  })
  return {
    ...gate,
    tally,
    env: {
      ACCOUNT_SERVER_EVENT_STREAM: stream,
      ACCOUNT_SERVER_EVENT_STREAM_REDIS_DSN: gate.url,
      ACCOUNT_SERVER_EVENT_STREAM_MAX_LENGTH: String(LONGEST_STREAM),
    },
  }
}

async function readStream(redis: Redis, stream: string, tally: Tally): Promise<void> {
  for (let from = '0'; ;) {
    const read = await redis
      .xread('COUNT', 1000, 'BLOCK', 1000, 'STREAMS', stream, from)
      .catch(() => 'closed')
    if (read === 'closed') return
    if (typeof read === 'string') continue
    for (const [id, fields] of read?.[0]?.[1] ?? []) {
      tally.take(JSON.parse(fields.at(-1) ?? '') as CloudEvent)
      from = id
    }
  }
}

export async function startRabbit(): Promise<EventReceiver> {
  const { url } = await startRabbitmq()
  const exchange = `events-${randomUUID()}`
  const tally = createTally('RabbitMQ', BROKER_BATCH)
  const connection = await connect(url)
  const channel = await connection.createChannel()
  await channel.assertExchange(exchange, 'topic', { durable: true })
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await channel.bindQueue(queue, exchange, '#')
  await channel.consume(
    queue,
    (message) => {
      if (message) tally.take(JSON.parse(message.content.toString()) as CloudEvent)
    },
    { noAck: true },
  )
  const gate = await gated(url, () => connection.close())
  return {
    ...gate,
    tally,
    env: { ACCOUNT_SERVER_RABBITMQ_DSN: gate.url, ACCOUNT_SERVER_RABBITMQ_EXCHANGE: exchange },
  }
}

/** `url` is to be added as a webhook. */
export async function startWebhook(): Promise<EventReceiver & { url: string }> {
  const tally = createTally('webhook', WEBHOOK_BATCH)
  const server = createServer(async (request, response) => {
    tally.take(JSON.parse(await text(request)) as CloudEvent)
    response.writeHead(204).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const gate = await gated(`http://127.0.0.1:${(server.address() as AddressInfo).port}/events`, async () => {
    server.close()
    server.closeAllConnections()
  })
  return { ...gate, tally, env: {} }
}
