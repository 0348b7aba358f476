import { expect } from 'chai'
import { createOutbox } from '../../src/outbox/outbox.ts'
import { createRelay } from '../../src/outbox/relay.ts'
import { deadLetters, outboxStats, replayDead } from '../../src/outbox/dead-letters.ts'
import { DeliveryFailure } from '../../src/outbox/sink.ts'
import type { Sink } from '../../src/outbox/sink.ts'
import { purgeDelivered } from '../../src/outbox/dead-letters.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'
import type { Db } from '../../src/platform/sql/database.ts'
import { isSqlite, openDatabase } from '../../src/platform/sql/database.ts'
import { createSealer } from '../../src/platform/tokens.ts'
import { databases, movableClock, recordingLog, recordingSink, sealer, until } from './outbox-database.ts'
import type { Opened } from './outbox-database.ts'

const refuse = (error: Error) => () => {
  throw error
}

for (const { name, open } of databases) {
  describe(`Relay on ${name}`, () => {
    let opened: Opened
    let db: Db
    let time: ReturnType<typeof movableClock>

    before(async () => {
      opened = await open()
      db = opened.db
    })
    beforeEach(async () => {
      time = movableClock()
      await db('outbox_messages').delete()
    })
    after(async () => opened.close())

    const record = async (payload: object = { secret: 'open sesame' }, topic = 'events') =>
      createOutbox({ sealer, clock: time.clock }).record(db, { topic, key: 'k', payload })
    const relayTo = (sink: Sink, settings: object = {}) =>
      createRelay({
        db,
        clock: time.clock,
        log: recordingLog().log,
        sealer,
        sinks: { events: sink },
        ...settings,
      })
    const row = async (id: string) => db('outbox_messages').where({ id }).first()

    it('delivers a message once and then erases its payload', async () => {
      const id = await record()
      const { sink, delivered } = recordingSink()
      const relay = relayTo(sink)
      expect(await relay.runOnce()).to.equal(1)
      expect(await relay.runOnce()).to.equal(0)
      const message = { id, topic: 'events', key: 'k', attempt: 1, createdAtMs: time.clock() }
      expect(delivered).to.deep.equal([{ ...message, payload: { secret: 'open sesame' } }])
      expect(await row(id)).to.include({ payload: null, deliveredAtMs: time.clock(), nextAttemptAtMs: null })
    })

    it('waits longer after each failure, with jitter and a ceiling, and delivers in the end', async () => {
      const id = await record()
      let down = true
      const { sink, delivered } = recordingSink(() => {
        if (down) throw new Error('connection refused')
      })
      const relay = relayTo(sink, { retryBaseMs: 5 * SECOND_MS, retryCapMs: MINUTE_MS })
      for (const ceilingMs of [5, 10, 20, 40, 60, 60].map((seconds) => seconds * SECOND_MS)) {
        expect(await relay.runOnce(), `${ceilingMs} ms`).to.equal(1)
        const waitMs = Number((await row(id)).nextAttemptAtMs) - time.clock()
        expect(waitMs, `${ceilingMs} ms`).to.be.within(ceilingMs / 2, ceilingMs)
        time.advance(waitMs - 1)
        expect(await relay.runOnce(), 'not yet due').to.equal(0)
        time.advance(1)
      }
      down = false
      await relay.runOnce()
      expect(delivered).to.have.length(1)
      expect(delivered[0]).to.include({ id, attempt: 7 })
    })

    it('gives up after the last attempt, keeps the payload sealed, and delivers after a replay [S-5.11]', async () => {
      const id = await record()
      let down = true
      const { sink, delivered } = recordingSink(() => {
        if (down) throw new Error('refused ada@example.org')
      })
      const relay = relayTo(sink, { maxAttempts: 3 })
      for (let attempt = 1; attempt <= 3; attempt += 1) {
        await relay.runOnce()
        time.advance(HOUR_MS)
      }
      expect(await relay.runOnce()).to.equal(0)
      expect(await outboxStats(db, time.clock())).to.deep.equal({
        pending: 0,
        dead: 1,
        oldestPendingAgeMs: 0,
      })
      const [dead] = await deadLetters(db)
      expect(dead).to.include({ id, topic: 'events', attempts: 3, lastError: 'Error' })
      expect(JSON.stringify(await row(id))).not.to.contain('sesame')

      down = false
      expect(await replayDead(db, ['no-such-id'], time.clock())).to.equal(0)
      expect(await replayDead(db, [id], time.clock())).to.equal(1)
      expect(await replayDead(db, 'all', time.clock())).to.equal(0)
      await relay.runOnce()
      expect(delivered.map((message) => message.payload)).to.deep.equal([{ secret: 'open sesame' }])
      expect(await outboxStats(db, time.clock())).to.include({ pending: 0, dead: 0 })
    })

    it('gives up at once when the receiver says that retries cannot succeed', async () => {
      const id = await record()
      const relay = relayTo(recordingSink(refuse(new DeliveryFailure('smtp 550', { permanent: true }))).sink)
      await relay.runOnce()
      expect(await row(id)).to.include({ attempts: 1, lastError: 'smtp 550', deadAtMs: time.clock() })
    })

    it('writes no payload, address or far-end text into row or log', async () => {
      const { log, lines } = recordingLog()
      await record({ to: 'ada@example.org' })
      const { sink } = recordingSink(refuse(new Error('550 no mailbox ada@example.org here')))
      await relayTo(sink, { log }).runOnce()
      expect(lines.join('')).to.contain('outbox.delivery_failed').and.not.contain('ada@')
      expect(JSON.stringify(await db('outbox_messages').select())).not.to.contain('ada@')
    })

    it('lets several relays in parallel deliver each message once', async () => {
      const ids = new Set<string>()
      for (let count = 0; count < 120; count += 1) ids.add(await record({ count }))
      // SQLite has one connection per process; worker-process.test.ts has several workers.
      const others = [1, 2, 3].map(() => (isSqlite(db) ? db : openDatabase(opened.settings)))
      const { sink, delivered } = recordingSink(async () => new Promise((resolve) => setTimeout(resolve, 2)))
      const relays = [db, ...others].map((own) => relayTo(sink, { db: own, pollMs: 5 }))
      relays.forEach((relay) => relay.start())
      await until(() => delivered.length >= ids.size)
      await Promise.all(relays.map((relay) => relay.stop()))
      await Promise.all(others.filter((own) => own !== db).map(async (own) => own.destroy()))
      expect(new Set(delivered.map((message) => message.id))).to.deep.equal(ids)
      expect(delivered).to.have.length(ids.size)
    })

    it('hands a message to another worker only when the lease of the first has run out', async () => {
      const id = await record()
      const stuck = Promise.withResolvers<void>()
      const first = relayTo({ deliver: () => stuck.promise }, { leaseMs: MINUTE_MS }).runOnce()
      await until(async () => (await row(id)).attempts === 1)
      const { sink, delivered } = recordingSink()
      const second = relayTo(sink)
      time.advance(MINUTE_MS - 1)
      expect(await second.runOnce()).to.equal(0)
      time.advance(1)
      expect(await second.runOnce()).to.equal(1)
      expect(delivered[0]).to.include({ id, attempt: 2 })
      stuck.reject(new Error('too late to matter'))
      await first
      expect(await row(id)).to.include({ deliveredAtMs: time.clock(), lastError: null })
    })

    it('gives up a message that kills every worker that takes it', async () => {
      const id = await record()
      await db('outbox_messages').where({ id }).update({ attempts: 20 })
      const { sink, delivered } = recordingSink()
      await relayTo(sink).runOnce()
      expect(delivered).to.deep.equal([])
      expect(await row(id)).to.include({ lastError: 'attempts_exhausted', deadAtMs: time.clock() })
    })

    it('counts a receiver that never answers as a failure', async () => {
      const id = await record()
      await relayTo({ deliver: () => new Promise(() => undefined) }, { deliveryTimeoutMs: 20 }).runOnce()
      expect(await row(id)).to.include({ lastError: 'delivery_timeout', deliveredAtMs: null })
    })

    it('does not open a payload that was moved to another row or sealed with a lost key', async () => {
      const [first, second] = [await record(), await record()]
      await db('outbox_messages')
        .where({ id: second })
        .update({ payload: (await row(first)).payload })
      const { sink, delivered } = recordingSink()
      await relayTo(sink).runOnce()
      expect(delivered.map((message) => message.id)).to.deep.equal([first])
      expect(await row(second)).to.include({ lastError: 'payload_unreadable' })

      const third = await record()
      await relayTo(sink, { sealer: createSealer([Buffer.alloc(32)]) }).runOnce()
      expect(await row(third)).to.include({ lastError: 'payload_unreadable' })
      const relay = relayTo(sink)
      await replayDead(db, [third], time.clock())
      await relay.runOnce()
      expect(delivered.map((message) => message.id)).to.deep.equal([first, third])
    })

    it('leaves messages without a sink alone', async () => {
      await record({}, 'kafka')
      expect(await relayTo(recordingSink().sink).runOnce()).to.equal(0)
      time.advance(1000)
      const waiting = { pending: 1, dead: 0, oldestPendingAgeMs: 1000 }
      expect(await outboxStats(db, time.clock())).to.deep.equal(waiting)
    })

    it('does not let a slow receiver hold up another', async () => {
      await record({}, 'slow')
      const stuck = Promise.withResolvers<void>()
      const { sink, delivered } = recordingSink()
      const slow: Sink = { deliver: () => stuck.promise }
      const relay = relayTo(sink, { sinks: { slow, events: sink }, pollMs: 5 })
      relay.start()
      for (let count = 0; count < 3; count += 1) {
        await record()
        await until(() => delivered.length === count + 1)
      }
      stuck.resolve()
      await relay.stop()
      expect(await outboxStats(db, time.clock())).to.include({ pending: 0 })
    })

    it('delivers at once when woken, and finishes what is in flight when stopped', async () => {
      const started = Promise.withResolvers<void>()
      const gate = Promise.withResolvers<void>()
      const { sink, delivered } = recordingSink(async () => {
        started.resolve()
        await gate.promise
      })
      const relay = relayTo(sink, { pollMs: HOUR_MS })
      relay.start()
      const outbox = createOutbox({ sealer, clock: time.clock }, relay.wake)
      await db.transaction(async (trx) => outbox.record(trx, { topic: 'events', payload: {} }))
      await started.promise
      const stopped = relay.stop()
      gate.resolve()
      await stopped
      expect(delivered).to.have.length(1)
      expect(await outboxStats(db, time.clock())).to.include({ pending: 0 })
    })

    it('purges delivered rows after their retention, and no others', async () => {
      await record()
      await relayTo(recordingSink().sink).runOnce()
      const dead = await record()
      await relayTo(recordingSink(refuse(new DeliveryFailure('no', { permanent: true }))).sink).runOnce()
      time.advance(7 * DAY_MS)
      const waiting = await record()
      expect(await purgeDelivered(db, time.clock() - 7 * DAY_MS)).to.equal(0)
      expect(await purgeDelivered(db, time.clock() - 7 * DAY_MS + 1)).to.equal(1)
      expect(await db('outbox_messages').orderBy('id').pluck('id')).to.deep.equal([dead, waiting])
    })
  })
}

describe('Relay without its database', () => {
  it('goes on when the database comes back', async () => {
    const [sqlite] = databases
    const { db, close } = await sqlite!.open()
    const { clock } = movableClock()
    const { log, lines } = recordingLog()
    const { sink, delivered } = recordingSink()
    await createOutbox({ sealer, clock }).record(db, { topic: 'events', payload: {} })
    await db.schema.renameTable('outbox_messages', 'away')
    const relay = createRelay({ db, clock, log, sealer, sinks: { events: sink }, pollMs: 5 })
    relay.start()
    await until(() => lines.some((line) => line.includes('outbox.relay_failed')))
    await db.schema.renameTable('away', 'outbox_messages')
    await until(() => delivered.length === 1)
    await relay.stop()
    await close()
  })
})
