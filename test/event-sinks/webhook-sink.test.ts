import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { expect } from 'chai'
import { newSecret } from '../../src/event-sinks/webhooks/signature.ts'
import { createWebhookSink } from '../../src/event-sinks/webhooks/webhook-sink.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { createGuardedFetch } from '../../src/platform/network/guarded-fetch.ts'
import { freePort } from '../support/services.ts'

const NOW_MS = Date.UTC(2026, 0, 5, 12)

describe('a webhook that gets nothing', () => {
  const sinkTo = (port: number, timeoutMs?: number) =>
    createWebhookSink({
      url: `http://127.0.0.1:${port}/events`,
      secrets: async () => [newSecret()],
      fetch: createGuardedFetch({ allowLoopback: true, ...(timeoutMs && { timeoutMs }) }),
      clock: () => NOW_MS,
      onGone: async () => undefined,
    })
  const message = (createdAtMs: number, id = 'message') => {
    const payload = { id: 'event', type: 'account.changed', subject: id, time: '2026-01-05T12:00:00Z' }
    return { id, topic: 'webhook.one', key: id, payload, attempt: 1, createdAtMs }
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

  it('asks a receiver that accepts and never answers for ten people, and then for another one each time', async () => {
    const asked: string[] = []
    let answers = false
    const server = createServer(async (request, response) => {
      asked.push(((await json(request)) as { subject: string }).subject)
      if (answers) response.writeHead(204).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const sink = sinkTo((server.address() as AddressInfo).port, 800)
    const batch = Array.from({ length: 30 }, (_, index) => message(NOW_MS, `person-${index}`))
    const attempt = () => sink.deliverAll(batch).catch((error: unknown) => error)
    expect(await attempt()).to.be.an('error')
    expect(asked).to.have.length(10)
    asked.length = 0
    expect(await attempt()).to.be.an('error')
    expect(await attempt()).to.be.an('error')
    expect(asked).to.deep.equal(['person-1', 'person-2'])
    answers = true
    expect(await attempt())
      .to.have.property('delivered')
      .that.has.length(30)
    server.close()
    server.closeAllConnections()
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
