import { randomUUID } from 'node:crypto'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { expect } from 'chai'
import { Redis } from 'ioredis'
import { createKafkaEvents } from '../../src/event-sinks/kafka/kafka.feature.ts'
import { createRabbitmqEvents } from '../../src/event-sinks/rabbitmq/rabbitmq.feature.ts'
import { createRedisStreamSink } from '../../src/event-sinks/redis-streams/redis-stream-sink.ts'
import { newSecret } from '../../src/event-sinks/webhooks/signature.ts'
import { createWebhookSink } from '../../src/event-sinks/webhooks/webhook-sink.ts'
import type { BatchSink } from '../../src/outbox/batch-sink.ts'
import type { OutboxMessage } from '../../src/outbox/sink.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { createGuardedFetch } from '../../src/platform/network/guarded-fetch.ts'
import { createCaller } from '../api/caller.ts'
import { waitFor } from '../contracts/sink-receivers.ts'
import { openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { KAFKA_KIND, startKafka } from '../support/service-kafka.ts'
import { dataFolder } from '../support/service-process.ts'
import { startRabbitmq } from '../support/service-rabbitmq.ts'
import { freePort, startRedis } from '../support/services.ts'

const ROOT = join(import.meta.dirname, '../..')
const GUIDE = readFileSync(join(ROOT, 'docs/event-receivers.md'), 'utf8')
const BLOCKS = [...GUIDE.matchAll(/```js\n([\s\S]*?)```/g)].map(([, block]) => block ?? '')
const STREAM = 'account-events'

/** The sink that sends to it, what the example is started with, and how to end both. */
type Far = { sink: BatchSink; env: Record<string, string>; stop: () => Promise<unknown> }

/** By the package that the example uses. */
const RECEIVERS: Record<string, { name: string; open: () => Promise<Far> }> = {
  standardwebhooks: { name: 'webhooks', open: openWebhook },
  ioredis: { name: 'a real Redis', open: openRedis },
  amqplib: { name: 'a real RabbitMQ', open: openRabbitmq },
  // The emulation never gives the partitions of a dead consumer to another.
  ...(process.env.TEST_KAFKA_URL && { '@platformatic/kafka': { name: KAFKA_KIND, open: openKafka } }),
}

describe('the examples of docs/event-receivers.md', () => {
  let stage: Stage
  let settings: Record<string, string>
  let ada: string
  const running = new Set<ChildProcess>()

  before(async () => {
    stage = await openStage({ store: 'sqlite' })
    const { clientId, secret } = (await createCaller(stage, ['accounts:read'])).party
    settings = { ISSUER: stage.issuer, CLIENT_ID: clientId, CLIENT_SECRET: secret }
    ada = (await stage.createAccount({ name: 'Ada' })).account.id
  })
  after(async () => {
    for (const child of running) child.kill('SIGKILL')
    await stage?.stop()
  })

  const message = (id: string, given: { type?: string; subject?: string; source?: string } = {}) => {
    const payload = { id, type: 'account.changed', subject: ada, source: stage.issuer, ...given }
    const event = { ...payload, time: new Date().toISOString() }
    return { id, topic: 'events.test', key: 'one', payload: event, attempt: 1, createdAtMs: Date.now() }
  }

  /** Runs the example as a reader would, in a folder that it may have run in before. */
  function start(block: string, folder: string, env: Record<string, string>) {
    writeFileSync(join(folder, 'example.js'), block)
    const options = { cwd: folder, env: { ...process.env, ...settings, ...env } }
    const child = spawn(process.execPath, ['example.js'], options)
    running.add(child)
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    const lines = () => said.split('\n').filter((line) => /^e\d/.test(line))
    return {
      ended,
      /** What it said of events, once it has said something of this one. */
      lines: (last: string) =>
        waitFor(
          async () => (lines().some((line) => line.startsWith(last)) ? lines() : undefined),
          `${last} from the example`,
        ).catch((cause: unknown) => {
          throw new Error(`the example said: ${said}`, { cause })
        }),
      async kill() {
        child.kill('SIGKILL')
        await ended
      },
    }
  }

  function newFolder(): string {
    const folder = dataFolder('receiver')
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'copy.js'), exampleWith("from 'better-sqlite3'"))
    return folder
  }

  for (const [uses, { name, open }] of Object.entries(RECEIVERS))
    it(`lose nothing, repeat nothing and keep the order after a failure and a kill: ${name}`, async () => {
      const { sink, env, stop } = await open()
      const block = exampleWith(`from '${uses}'`)
      const folder = newFolder()
      const foreign = { source: 'https://elsewhere.example' }
      const first = [
        message('e1'),
        message('e2', { type: 'account.teleported' }),
        message('e1'),
        message('e3', foreign),
      ]
      const gone = { type: 'account.deleted', subject: randomUUID() }
      const second = [
        message('e2'),
        message('e4', { type: 'galaxy.exploded' }),
        message('e5', gone),
        message('e1'),
      ]

      // It cannot read the account, so it confirms nothing.
      const failing = start(block, folder, { ...env, CLIENT_SECRET: 'wrong' })
      if (uses === 'standardwebhooks') {
        await waitFor(
          async () => (await refusalOf(sink, first[0]!)) === 'status_503' || undefined,
          'a failure',
        )
        await failing.kill()
      } else {
        await delivered(sink, first)
        expect(await failing.ended).to.equal(1)
      }

      const working = start(block, folder, env)
      if (uses === 'standardwebhooks') await delivered(sink, first)
      expect(await working.lines('e3')).to.deep.equal([
        'e1 account.changed Ada',
        'e2 account.teleported Ada',
        'e3 refused',
      ])
      await working.kill()

      const again = start(block, folder, env)
      await delivered(sink, second)
      await delivered(sink, [message('e6')])
      // What was refused has changed nothing. It may come again where the kill was faster than its confirmation.
      const applied = (await again.lines('e6')).filter((line) => line !== 'e3 refused')
      expect(applied).to.deep.equal([
        'e4 galaxy.exploded -',
        'e5 account.deleted -',
        'e6 account.changed Ada',
      ])
      await again.kill()

      // It remembers no id, so it shows what the others left unconfirmed. The last may have been.
      const forgetful = start(block, newFolder(), env)
      await delivered(sink, [message('e7')])
      const shown = (await forgetful.lines('e7')).filter((line) => !line.startsWith('e6'))
      expect(shown).to.deep.equal(['e7 account.changed Ada'])
      await forgetful.kill()
      await stop()
    })
})

/** The block of JavaScript with this text. */
function exampleWith(text: string): string {
  const found = BLOCKS.find((block) => block.includes(text))
  if (found === undefined) throw new Error(`no example has ${text}`)
  return found
}

/** Until the receiver is there and took them all. */
async function delivered(sink: BatchSink, messages: readonly OutboxMessage[]): Promise<void> {
  let left = messages
  await waitFor(async () => {
    const outcome = await sink.deliverAll(left).catch(() => undefined)
    left = left.filter(({ id }) => !outcome?.delivered.includes(id))
    return left.length === 0 ? true : undefined
  }, 'the delivery')
}

async function refusalOf(sink: BatchSink, message: OutboxMessage): Promise<string | undefined> {
  const outcome = await sink.deliverAll([message]).catch(() => undefined)
  return outcome?.failed.get(message.id)?.reason
}

async function openWebhook(): Promise<Far> {
  const [secret, port] = [newSecret(), await freePort()]
  const url = `http://127.0.0.1:${port}/`
  const sink = createWebhookSink({
    url,
    secrets: async () => [secret],
    fetch: createGuardedFetch({ allowLoopback: true }),
    clock: systemClock,
    onGone: async () => undefined,
  })
  return { sink, env: { WEBHOOK_SECRET: secret, PORT: String(port) }, stop: async () => undefined }
}

async function openRedis(): Promise<Far> {
  const { url, stop } = await startRedis()
  const redis = new Redis(url)
  await redis.del(STREAM)
  redis.disconnect()
  const sink = createRedisStreamSink({ redisDsn: url, stream: STREAM, maxLength: 1000 })
  return { sink, env: { REDIS_URL: url }, stop: async () => Promise.all([sink.close?.(), stop()]) }
}

async function openRabbitmq(): Promise<Far> {
  const { url } = await startRabbitmq()
  const sink = createRabbitmqEvents({ url, exchange: STREAM })
  return { sink, env: { RABBITMQ_URL: url }, stop: async () => sink.close?.() }
}

async function openKafka(): Promise<Far> {
  const { brokers, stop } = await startKafka()
  const sink = createKafkaEvents({ brokers, sasl: undefined, tls: undefined }, STREAM)
  const env = { KAFKA_BROKER: brokers[0] ?? '' }
  return { sink, env, stop: async () => Promise.all([sink.close?.(), stop()]) }
}
