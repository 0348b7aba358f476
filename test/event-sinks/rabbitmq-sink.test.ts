import { randomUUID } from 'node:crypto'
import { connect } from 'amqplib'
import { expect } from 'chai'
import { createRabbitmqEvents } from '../../src/event-sinks/rabbitmq/rabbitmq.feature.ts'
import { waitFor } from '../contracts/sink-receivers.ts'
import { createGate } from '../faults/gate.ts'
import type { Gate } from '../faults/gate.ts'
import { startRabbitmq } from '../support/service-rabbitmq.ts'

describe('a RabbitMQ that cannot take events', () => {
  const exchange = `events-${randomUUID()}`
  let url: string
  let gate: Gate

  before(async () => {
    ;({ url } = await startRabbitmq())
    gate = await createGate(url)
    await gate.open()
  })
  after(() => gate?.close())

  const message = { id: 'one', topic: 'events.test', key: 'ada', payload: {}, attempt: 1, createdAtMs: 0 }
  const noConnection = async () => (gate.connections() === 0 ? true : undefined)

  it('keeps no connection of an attempt that found an exchange of another kind', async () => {
    const connection = await connect(url)
    await (await connection.createChannel()).assertExchange(exchange, 'fanout', { autoDelete: true })
    await connection.close()
    const sink = createRabbitmqEvents({ url: gate.url, exchange })
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const outcome: unknown = await sink.deliverAll([message]).catch((error: unknown) => error)
      expect(outcome, `attempt ${attempt}`).to.be.an('error').with.property('code', 406)
    }
    await waitFor(noConnection, 'every connection to be closed')
  })

  it('is waited for no longer than said, when it stops between the handshake and the channel', async () => {
    const timeouts = { connectMs: 300, confirmMs: 300 }
    const sink = createRabbitmqEvents({ url: gate.url, exchange, timeouts })
    // The request that opens a channel (AMQP 0-9-1 §1.5): class 20, method 10.
    gate.before({ test: (text) => text.includes('\0\u0014\0\n') }, () => gate.hold())
    const outcome: unknown = await sink.deliverAll([message]).catch((error: unknown) => error)
    gate.release()
    expect(outcome).to.include({ reason: 'connect_timeout' })
    await waitFor(noConnection, 'the connection to be closed')
  })
})
