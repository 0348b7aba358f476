/** The receivers that the suite for sinks runs on: each with its sink, and a way to be away for a while. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { connect } from 'amqplib'
import { Redis } from 'ioredis'
import { Webhook } from 'standardwebhooks'
import type { CloudEvent } from '../../src/events/events.ts'
import { createKafkaEvents } from '../../src/event-sinks/kafka/kafka.feature.ts'
import { createRabbitmqEvents } from '../../src/event-sinks/rabbitmq/rabbitmq.feature.ts'
import { createRedisStreamSink } from '../../src/event-sinks/redis-streams/redis-stream-sink.ts'
import { newSecret } from '../../src/event-sinks/webhooks/signature.ts'
import { createWebhookSink } from '../../src/event-sinks/webhooks/webhook-sink.ts'
import type { BatchSink } from '../../src/outbox/batch-sink.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { createGuardedFetch } from '../../src/platform/network/guarded-fetch.ts'
import { findBinary } from '../../scripts/find-binary.mjs'
import { gated } from '../faults/gate.ts'
import { KAFKA_KIND, startKafka } from '../support/service-kafka.ts'
import { startRabbitmq } from '../support/service-rabbitmq.ts'
import { startRedis } from '../support/services.ts'

/** As a consumer sees it: what it can route by without reading the event, and the event. */
export type Received = { id: string; route: string; event: CloudEvent }

export type Receiver = {
  sink: BatchSink
  /** Everything that arrived, in order; waits until there are `count`. */
  received: (count: number) => Promise<Received[]>
  leave: () => Promise<void>
  comeBack: () => Promise<void>
  stop: () => Promise<void>
}

export const RECEIVERS: { name: string; start: () => Promise<Receiver> }[] = [
  { name: 'a webhook', start: startWebhookReceiver },
  { name: 'a Redis stream', start: startStreamReceiver },
  { name: 'RabbitMQ', start: startRabbitmqReceiver },
  { name: KAFKA_KIND, start: startKafkaReceiver },
]

export async function waitFor<Found>(
  look: () => Promise<Found | undefined>,
  what: string | (() => string),
): Promise<Found> {
  for (const untilMs = Date.now() + 60_000; Date.now() < untilMs;) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`nothing came within a minute: ${typeof what === 'string' ? what : what()}`)
}

function collected(all: readonly Received[]) {
  return (count: number) =>
    waitFor(
      async () => (all.length >= count ? [...all] : undefined),
      () => `${count} events, got ${all.length}`,
    )
}

async function startWebhookReceiver(): Promise<Receiver> {
  const secret = newSecret()
  const all: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const headers = request.headers as Record<string, string>
      const event = new Webhook(secret).verify(Buffer.concat(chunks).toString(), headers) as CloudEvent
      all.push({ id: headers['webhook-id'] ?? '', route: event.subject, event })
      response.writeHead(204).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const gate = await gated(`http://127.0.0.1:${(server.address() as AddressInfo).port}/events`, async () => {
    server.close()
    server.closeAllConnections()
  })
  const sink = createWebhookSink({
    url: gate.url,
    secrets: async () => [secret],
    fetch: createGuardedFetch({ allowLoopback: true }),
    clock: systemClock,
    onGone: async () => undefined,
  })
  return { ...gate, sink, received: collected(all) }
}

async function startStreamReceiver(): Promise<Receiver> {
  const { url, stop } = await startRedis()
  const stream = `events-${randomUUID()}`
  const redis = new Redis(url)
  const gate = await gated(url, async () => {
    redis.disconnect()
    await stop()
  })
  return {
    ...gate,
    sink: createRedisStreamSink({ redisDsn: gate.url, stream, maxLength: 10_000 }),
    async received(count) {
      return waitFor(async () => {
        const entries = await redis.xrange(stream, '-', '+')
        return entries.length >= count ? entries.map(([, fields]) => receivedFrom(fields)) : undefined
      }, `${count} entries`)
    },
  }
}

function receivedFrom(fields: string[]): Received {
  const named = new Map(
    fields.flatMap((name, index) => (index % 2 === 0 ? [[name, fields[index + 1] ?? '']] : [])),
  )
  const event = JSON.parse(named.get('event') ?? '') as CloudEvent
  return { id: named.get('id') ?? '', route: named.get('subject') ?? '', event }
}

async function startRabbitmqReceiver(): Promise<Receiver> {
  const { url } = await startRabbitmq()
  const exchange = `events-${randomUUID()}`
  const connection = await connect(url)
  const channel = await connection.createChannel()
  await channel.assertExchange(exchange, 'topic', { durable: true })
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await channel.bindQueue(queue, exchange, 'account.#')
  const all: Received[] = []
  await channel.consume(queue, (message) => {
    if (!message) return
    const event = JSON.parse(message.content.toString()) as CloudEvent
    all.push({ id: String(message.properties.messageId), route: event.subject, event })
    channel.ack(message)
  })
  const gate = await gated(url, () => connection.close())
  return { ...gate, sink: createRabbitmqEvents({ url: gate.url, exchange }), received: collected(all) }
}

async function startKafkaReceiver(): Promise<Receiver> {
  const { brokers, stop } = await startKafka()
  const topic = `events-${randomUUID()}`
  // A broker names its own address, so a gate in front of it is passed by: the sink gets a wrong address instead.
  const addresses = [...brokers]
  const sink = createKafkaEvents({ brokers: addresses, sasl: undefined, tls: undefined }, topic)
  return {
    sink,
    received: (count) =>
      waitFor(async () => {
        const records = await readTopic(brokers, topic)
        return records.length >= count ? records : undefined
      }, `${count} records`),
    async leave() {
      await sink.close?.()
      addresses.splice(0, addresses.length, '127.0.0.1:1')
    },
    async comeBack() {
      addresses.splice(0, addresses.length, ...brokers)
    },
    stop,
  }
}

/** With another client than ours. A topic that nobody has written to is empty. */
async function readTopic(brokers: readonly string[], topic: string): Promise<Received[]> {
  const args = ['-b', brokers.join(','), '-C', '-t', topic, '-o', 'beginning', '-e', '-q', '-f', '%k\\t%s\\n']
  const output = await promisify(execFile)(findBinary('kcat') ?? 'kcat', args).then(
    ({ stdout }) => stdout,
    () => '',
  )
  const lines = output.split('\n').filter(Boolean)
  return lines.map((line) => {
    const [key = '', value = ''] = line.split('\t')
    const event = JSON.parse(value) as CloudEvent
    return { id: event.id, route: key, event }
  })
}
