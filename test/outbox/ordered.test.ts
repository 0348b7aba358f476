import { expect } from 'chai'
import { EVENT_TOPICS, REGISTRATION_TOPICS } from '../../src/events/lanes.ts'
import { createOutbox } from '../../src/outbox/outbox.ts'
import { createRelay } from '../../src/outbox/relay.ts'
import { DeliveryFailure } from '../../src/outbox/sink.ts'
import type { Sink } from '../../src/outbox/sink.ts'
import { HOUR_MS } from '../../src/platform/clock.ts'
import type { Db } from '../../src/platform/sql/database.ts'
import { databases, movableClock, recordingLog, sealer } from './outbox-database.ts'
import type { Opened } from './outbox-database.ts'

const TOPIC = EVENT_TOPICS.kafka

for (const { name, open } of databases) {
  describe(`An ordered sink on ${name}`, () => {
    let opened: Opened
    let db: Db
    let time: ReturnType<typeof movableClock>
    let failing: (key: string | undefined) => DeliveryFailure | undefined
    let delivered: string[]

    before(async () => {
      opened = await open()
      db = opened.db
    })
    beforeEach(async () => {
      time = movableClock()
      delivered = []
      failing = () => undefined
      await db('outbox_messages').delete()
    })
    after(async () => opened.close())

    const record = async (key: string, number: number, clock = time.clock) =>
      createOutbox({ sealer, clock }).record(db, { topic: TOPIC, key, payload: { number }, ordered: true })
    const sink: Sink = {
      ordered: true,
      async deliver({ key, payload }) {
        const failure = failing(key)
        if (failure) throw failure
        delivered.push(`${key}${(payload as { number: number }).number}`)
      },
    }
    const worker = (settings = {}) =>
      createRelay({
        db,
        clock: time.clock,
        log: recordingLog().log,
        sealer,
        sinks: { [TOPIC]: sink, [REGISTRATION_TOPICS.kafka]: sink },
        ...settings,
      })
    const drain = async (relay = worker()) => {
      while ((await relay.runOnce()) > 0);
    }

    it('gets no later message of a key before an earlier one that failed, and other keys meanwhile', async () => {
      for (const number of [1, 2, 3]) for (const key of ['a', 'b']) await record(key, number)
      failing = (key) => (key === 'a' ? new DeliveryFailure('away') : undefined)
      await drain()
      expect(delivered).to.deep.equal(['b1', 'b2', 'b3'])
      failing = () => undefined
      await record('a', 4)
      await drain()
      expect(delivered, 'the first waits for its next attempt').to.have.length(3)
      time.advance(HOUR_MS)
      await drain()
      expect(delivered.slice(3)).to.deep.equal(['a1', 'a2', 'a3', 'a4'])
    })

    it('gets the messages after one that was given up', async () => {
      for (const number of [1, 2]) await record('a', number)
      let refused = 0
      failing = () => ((refused += 1) === 1 ? new DeliveryFailure('refused', { permanent: true }) : undefined)
      await drain()
      expect(delivered).to.deep.equal(['a2'])
    })

    it('gets nothing twice and nothing out of order from several workers at once', async () => {
      const numbers = Array.from({ length: 12 }, (_, index) => index)
      for (const number of numbers) for (const key of ['a', 'b', 'c']) await record(key, number)
      await Promise.all([drain(), drain(), drain()])
      await drain()
      for (const key of ['a', 'b', 'c'])
        expect(
          delivered.filter((one) => one.startsWith(key)),
          key,
        ).to.deep.equal(numbers.map((n) => key + n))
    })

    it('keeps the order of changes that processes with different clocks recorded', async () => {
      const ahead = () => time.clock() + HOUR_MS
      await record('a', 1, ahead)
      await record('a', 2)
      await record('a', 3, ahead)
      await record('a', 4)
      time.advance(2 * HOUR_MS)
      await drain()
      expect(delivered).to.deep.equal(['a1', 'a2', 'a3', 'a4'])
    })
  })
}
