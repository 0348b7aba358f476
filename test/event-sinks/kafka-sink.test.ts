import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { expect } from 'chai'
import { createKafkaEvents } from '../../src/event-sinks/kafka/kafka.feature.ts'
import { waitFor } from '../contracts/sink-receivers.ts'

describe('a Kafka that accepts connections and answers nothing', () => {
  it('is given up in time, and nothing of the attempt goes on', async () => {
    const open = new Set<Socket>()
    const server = createServer((socket) => {
      open.add(socket)
      socket.on('error', () => undefined).once('close', () => open.delete(socket))
      socket.resume()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const brokers = [`127.0.0.1:${(server.address() as AddressInfo).port}`]
    const sink = createKafkaEvents({ brokers, sasl: undefined, tls: undefined }, 'account-events', 300)
    const payload = { id: 'event', type: 'account.changed', subject: 'ada', time: '2026-01-05T12:00:00Z' }
    const message = { id: 'one', topic: 'events.test', key: 'ada', payload, attempt: 1, createdAtMs: 0 }
    const outcome: unknown = await sink.deliverAll([message]).catch((error: unknown) => error)
    expect(outcome).to.include({ reason: 'send_timeout' })
    await waitFor(async () => (open.size === 0 ? true : undefined), 'every connection to be closed')
    server.close()
    await once(server, 'close')
  })
})
