import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { expect } from 'chai'
import { Redis } from 'ioredis'
import { createRedisStreamSink } from '../../src/event-sinks/redis-streams/redis-stream-sink.ts'
import { newSecret } from '../../src/event-sinks/webhooks/signature.ts'
import { createWebhookSink } from '../../src/event-sinks/webhooks/webhook-sink.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { createGuardedFetch } from '../../src/platform/network/guarded-fetch.ts'
import { waitFor } from '../contracts/sink-receivers.ts'
import { dataFolder } from '../support/service-process.ts'
import { freePort, startRedis } from '../support/services.ts'

const ROOT = join(import.meta.dirname, '../..')
const GUIDE = readFileSync(join(ROOT, 'docs/event-receivers.md'), 'utf8')

/** The block of JavaScript that uses this package. */
function exampleWith(name: string): string {
  const blocks = [...GUIDE.matchAll(/```js\n([\s\S]*?)```/g)].map(([, block]) => block ?? '')
  const found = blocks.find((block) => block.includes(`from '${name}'`))
  if (found === undefined) throw new Error(`no example uses ${name}`)
  return found
}

const message = (id: string) => ({
  id: `message-${id}`,
  topic: 'events.test',
  key: 'ada',
  payload: { id, type: 'account.changed', subject: 'ada', time: new Date().toISOString() },
  attempt: 1,
  createdAtMs: Date.now(),
})
const SENT = ['one', 'two', 'one', 'three', 'two'].map(message)
const ONCE = ['one', 'two', 'three'].map((id) => `${id} account.changed ada`)

describe('the example of a receiver in docs/event-receivers.md', () => {
  const running: ChildProcess[] = []

  after(() => running.forEach((child) => child.kill('SIGKILL')))

  /** Runs it as a reader would, and answers the lines that it prints. */
  function start(name: string, env: Record<string, string>): () => string[] {
    const folder = dataFolder('receiver')
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    writeFileSync(join(folder, 'receiver.mjs'), exampleWith(name))
    const child = spawn(process.execPath, ['receiver.mjs'], { cwd: folder, env: { ...process.env, ...env } })
    running.push(child)
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
    return () => said.split('\n').filter(Boolean)
  }

  it('for webhooks verifies, and works on a repeated event once', async () => {
    const [secret, port] = [newSecret(), await freePort()]
    const lines = start('standardwebhooks', { WEBHOOK_SECRET: secret, PORT: String(port) })
    const url = `http://127.0.0.1:${port}/`
    const forged = await waitFor(
      async () => (await fetch(url, { method: 'POST', body: '{}' }).catch(() => undefined))?.status,
      'the receiver to listen',
    )
    expect(forged).to.equal(400)
    const sink = createWebhookSink({
      url,
      secrets: async () => [secret],
      fetch: createGuardedFetch({ allowLoopback: true }),
      clock: systemClock,
      onGone: async () => undefined,
    })
    const { delivered } = await sink.deliverAll(SENT)
    expect(delivered).to.have.length(SENT.length)
    expect(lines().filter((line) => line.endsWith('ada'))).to.deep.equal(ONCE)
  })

  it('for a Redis stream works on a repeated event once, and confirms', async () => {
    const { url, stop } = await startRedis()
    const redis = new Redis(url)
    await redis.del('account-events')
    const sink = createRedisStreamSink({ redisDsn: url, stream: 'account-events', maxLength: 1000 })
    const lines = start('ioredis', { REDIS_URL: url })
    await sink.deliverAll(SENT)
    const confirmed = async () => {
      const [group] = (await redis.xinfo('GROUPS', 'account-events').catch(() => [])) as unknown[][]
      const read = String(group)
      return /entries-read,5/.test(read) && /pending,0/.test(read) ? read : undefined
    }
    await waitFor(confirmed, 'every entry to be confirmed')
    expect(lines()).to.deep.equal(ONCE)
    redis.disconnect()
    await sink.close?.()
    await stop()
  })
})
