import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { newSecret } from '../../src/event-sinks/webhooks/signature.ts'
import { createWebhookSink } from '../../src/event-sinks/webhooks/webhook-sink.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { createGuardedFetch } from '../../src/platform/network/guarded-fetch.ts'
import { freePort } from '../support/services.ts'

const NOW_MS = Date.UTC(2026, 0, 5, 12)

describe('a webhook that gets nothing', () => {
  const sinkTo = (port: number) =>
    createWebhookSink({
      url: `http://127.0.0.1:${port}/events`,
      secrets: async () => [newSecret()],
      fetch: createGuardedFetch({ allowLoopback: true }),
      clock: () => NOW_MS,
      onGone: async () => undefined,
    })
  const message = (createdAtMs: number) => {
    const payload = { id: 'event', type: 'account.changed', subject: 'ada', time: '2026-01-05T12:00:00Z' }
    return { id: 'message', topic: 'webhook.one', key: 'ada', payload, attempt: 1, createdAtMs }
  }

  it('is away as a whole while nothing answers there, so that no attempt counts', async () => {
    const outcome: unknown = await sinkTo(await freePort())
      .deliverAll([message(NOW_MS)])
      .catch((error: unknown) => error)
    expect(outcome).to.be.an('error').with.property('reason', 'ECONNREFUSED')
  })

  it('loses messages of three days one by one, so that they are given up', async () => {
    const { failed } = await sinkTo(await freePort()).deliverAll([message(NOW_MS - 3 * DAY_MS)])
    expect([...failed.keys()]).to.deep.equal(['message'])
  })

  it('counts an attempt for each message that it refuses', async () => {
    const server = createServer((_, response) => response.writeHead(500).end()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { failed } = await sinkTo((server.address() as AddressInfo).port).deliverAll([message(NOW_MS)])
    expect([...failed.values()].map(({ reason }) => reason)).to.deep.equal(['status_500'])
    server.close()
    server.closeAllConnections()
  })
})
