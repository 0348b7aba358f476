import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { connect } from 'amqplib'
import { expect } from 'chai'
import { Redis } from 'ioredis'
import { createRabbitmqEvents } from '../../src/event-sinks/rabbitmq/rabbitmq.feature.ts'
import { createRedisStreamSink } from '../../src/event-sinks/redis-streams/redis-stream-sink.ts'
import { newSecret } from '../../src/event-sinks/webhooks/signature.ts'
import { createWebhookSink } from '../../src/event-sinks/webhooks/webhook-sink.ts'
import type { CloudEvent } from '../../src/events/events.ts'
import type { BatchSink } from '../../src/outbox/batch-sink.ts'
import { createRelay } from '../../src/outbox/relay.ts'
import type { Relay } from '../../src/outbox/relay.ts'
import { createGuardedFetch } from '../../src/platform/network/guarded-fetch.ts'
import { openEventWorld } from '../events/event-world.ts'
import type { EventWorld } from '../events/event-world.ts'
import { recordingLog } from '../outbox/outbox-database.ts'
import { until } from '../provider/stage.ts'
import { startKillableRedis, stoppableRabbitmq } from './killable.ts'
import type { Killable } from './killable.ts'

const TIMEOUT_MS = 1000
const BATCH = 20
const NAME = 'frozen-events'
const FROZEN = ['events.rabbitmq', 'events.redis', 'events.webhook']
const HEALTHY = 'events.healthy'

/** Sinks as they are, with short waits between attempts and small batches. */
const impatient = (sink: BatchSink): BatchSink => ({
  ...sink,
  batchSize: BATCH,
  retry: { ...sink.retry, baseMs: 100, laneCapMs: 200 },
})

describe('receivers that stop and continue: a real RabbitMQ, a real Redis, and a webhook that never answers', () => {
  let world: EventWorld
  let rabbitmq: Awaited<ReturnType<typeof stoppableRabbitmq>>
  let redis: Killable
  let webhook: Awaited<ReturnType<typeof startWebhook>>
  let relay: Relay
  const healthy: CloudEvent[] = []

  before(async () => {
    ;[world, rabbitmq, redis, webhook] = await Promise.all([
      openEventWorld(),
      stoppableRabbitmq(),
      startKillableRedis(),
      startWebhook(),
    ])
    await bindQueue(rabbitmq.url)
    world.sendTo([...FROZEN, HEALTHY].map((topic) => ({ topic, takes: 'event' })))
    const timeouts = { connectMs: TIMEOUT_MS, confirmMs: TIMEOUT_MS }
    const sinks = {
      'events.rabbitmq': impatient(createRabbitmqEvents({ url: rabbitmq.url, exchange: NAME, timeouts })),
      'events.redis': impatient(
        createRedisStreamSink({
          redisDsn: redis.url,
          stream: NAME,
          maxLength: 10_000,
          timeoutMs: TIMEOUT_MS,
        }),
      ),
      'events.webhook': impatient(webhook.sink),
      [HEALTHY]: impatient(remember(healthy)),
    }
    relay = createRelay({ ...world.parts, log: recordingLog().log, sinks, pollMs: 20 })
    relay.start()
  })
  after(async () => {
    for (const service of [rabbitmq, redis]) service?.thaw()
    await relay?.stop()
    await Promise.all([redis?.kill(), webhook?.stop(), world?.stop()])
  })

  const waiting = async (...topics: string[]) => {
    const rows = world.parts.db('outbox_messages').whereIn('topic', topics).whereNotNull('nextAttemptAtMs')
    return (await rows.pluck('id')).length
  }
  const failures = async () =>
    world.parts.db('outbox_lanes').whereIn('topic', FROZEN).where('failures', '>=', 3).pluck('topic')

  async function changes(people: readonly string[], count: number) {
    for (let turn = 0; turn < count; turn += 1)
      for (const id of people) await world.command('account', 'update', id, '--name', `Name ${turn}`)
  }

  it('are given up for a moment each, hold up nobody, and get everything in order', async () => {
    const people = await Promise.all([1, 2, 3].map(async () => (await world.createAccount()).account.id))
    await until(async () => (await waiting(...FROZEN, HEALTHY)) === 0, 'all are connected')
    rabbitmq.freeze()
    redis.freeze()
    webhook.freeze()
    await changes(people, 10)
    await register(world)
    await until(async () => (await waiting(HEALTHY)) === 0, 'the lane of another receiver is empty')
    expect(await waiting(...FROZEN)).to.equal(3 * 31)
    await until(async () => (await failures()).length === FROZEN.length, 'every lane has tried again')
    await changes(people, 2)
    rabbitmq.thaw()
    redis.thaw()
    webhook.thaw()
    await until(async () => (await waiting(...FROZEN, HEALTHY)) === 0, 'all is delivered')
    expect(healthy).to.have.length(3 + 36 + 1)
    const received = {
      RabbitMQ: await messagesOf(rabbitmq.url),
      Redis: await entriesOf(redis.url),
      webhook: webhook.received,
    }
    for (const [name, events] of Object.entries(received)) {
      expectOnceInOrder(name, events, healthy)
      expect(events.length - healthy.length, `${name} got again`).to.be.at.most(BATCH)
    }
  })
})

/** Without what came again, each subject's events are those of the healthy receiver, in its order. */
function expectOnceInOrder(name: string, events: readonly CloudEvent[], expected: readonly CloudEvent[]) {
  const first = [...new Map(events.map((event) => [event.id, event])).values()]
  const bySubject = (all: readonly CloudEvent[]) =>
    Object.fromEntries(
      [...Map.groupBy(all, ({ subject }) => subject)].map(([subject, own]) => [
        subject,
        own.map(({ id }) => id),
      ]),
    )
  expect(bySubject(first), name).to.deep.equal(bySubject(expected))
}

function remember(events: CloudEvent[]): BatchSink {
  return {
    batchSize: BATCH,
    retry: { baseMs: 100, capMs: 200, laneCapMs: 200, giveUpAfterMs: 60_000 },
    async deliverAll(messages) {
      events.push(...messages.map(({ payload }) => payload as CloudEvent))
      return { delivered: messages.map(({ id }) => id), failed: new Map() }
    },
  }
}

async function register(world: EventWorld): Promise<void> {
  const email = 'while-frozen@example.org'
  const visitor = world.visitor()
  const page = await visitor.get('/register')
  await visitor.followForm(page, { name: 'Ada', email, password: 'seven bridges over one river' })
}

async function bindQueue(url: string): Promise<void> {
  const connection = await connect(url)
  const channel = await connection.createChannel()
  await channel.assertExchange(NAME, 'topic', { durable: true })
  await channel.assertQueue(NAME, { durable: true })
  await channel.bindQueue(NAME, NAME, '#')
  await connection.close()
}

async function messagesOf(url: string): Promise<CloudEvent[]> {
  const connection = await connect(url)
  const channel = await connection.createChannel()
  const events: CloudEvent[] = []
  for (let got = await channel.get(NAME); got; got = await channel.get(NAME))
    events.push(JSON.parse(got.content.toString()) as CloudEvent)
  await connection.close()
  return events
}

async function entriesOf(url: string): Promise<CloudEvent[]> {
  const redis = new Redis(url)
  const entries = await redis.xrange(NAME, '-', '+')
  redis.disconnect()
  return entries.map(([, fields]) => JSON.parse(fields.at(-1) ?? '') as CloudEvent)
}

async function startWebhook() {
  const received: CloudEvent[] = []
  let frozen = false
  const server = createServer(async (request, response) => {
    received.push((await json(request)) as CloudEvent)
    if (!frozen) response.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    received,
    sink: createWebhookSink({
      url: `http://127.0.0.1:${port}/events`,
      secrets: async () => [newSecret()],
      fetch: createGuardedFetch({ allowLoopback: true, timeoutMs: TIMEOUT_MS }),
      clock: Date.now,
      onGone: async () => undefined,
    }),
    freeze: () => void (frozen = true),
    thaw: () => void (frozen = false),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
