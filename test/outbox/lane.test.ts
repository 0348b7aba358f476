import { expect } from 'chai'
import { up } from '../../migrations/0023_event_receivers.ts'
import { up as addOrder } from '../../migrations/0021_outbox_order.ts'
import type { BatchSink } from '../../src/outbox/batch-sink.ts'
import { createLane } from '../../src/outbox/lane.ts'
import { withdrawAttempt } from '../../src/outbox/lane-queue.ts'
import { createOutbox } from '../../src/outbox/outbox.ts'
import { DeliveryFailure } from '../../src/outbox/sink.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'
import { databases, movableClock, recordingLog, sealer } from './outbox-database.ts'
import type { Opened } from './outbox-database.ts'

const TOPIC = 'events.test'
const RETRY = { baseMs: SECOND_MS, capMs: MINUTE_MS, laneCapMs: 5 * SECOND_MS, giveUpAfterMs: 3 * DAY_MS }

for (const { name, open } of databases) {
  describe(`A lane on ${name}`, () => {
    let opened: Opened
    let time: ReturnType<typeof movableClock>
    let arrived: string[]
    let refuse: (payload: string) => DeliveryFailure | undefined

    before(async () => {
      opened = await open()
      await addOrder(opened.db)
      await up(opened.db)
    })
    after(() => opened.close())
    beforeEach(async () => {
      time = movableClock()
      arrived = []
      refuse = () => undefined
      for (const table of ['outbox_messages', 'outbox_lanes']) await opened.db(table).delete()
    })

    const sink: BatchSink = {
      batchSize: 100,
      retry: RETRY,
      async deliverAll(messages) {
        const failed = new Map<string, DeliveryFailure>()
        const stopped = new Set<string | undefined>()
        const delivered = messages.flatMap(({ id, key, payload }) => {
          const failure = stopped.has(key) ? undefined : refuse(String(payload))
          if (failure) failed.set(id, failure)
          if (failure && !failure.permanent) stopped.add(key)
          if (failure || stopped.has(key)) return []
          arrived.push(String(payload))
          return [id]
        })
        return { delivered, failed }
      },
    }
    const lane = (own = sink) =>
      createLane({ db: opened.db, clock: time.clock, log: recordingLog().log, sealer }, TOPIC, own)
    const record = async (...texts: string[]) => {
      const outbox = createOutbox({ sealer, clock: time.clock })
      for (const payload of texts)
        await outbox.record(opened.db, {
          topic: TOPIC,
          key: payload[0] ?? '',
          ordered: true,
          payload: Object(payload) as object,
        })
    }

    it('holds back what follows a failed message of the same person, and nobody else’s', async () => {
      await record('a1', 'b1', 'a2', 'b2')
      refuse = (payload) => (payload === 'a1' ? new DeliveryFailure('busy') : undefined)
      const one = lane()
      await one.run()
      expect(arrived).to.deep.equal(['b1', 'b2'])
      await record('a3', 'b3')
      await one.run()
      expect(arrived).to.deep.equal(['b1', 'b2', 'b3'])
      refuse = () => undefined
      time.advance(MINUTE_MS)
      await one.run()
      expect(arrived).to.deep.equal(['b1', 'b2', 'b3', 'a1', 'a2', 'a3'])
    })

    it('goes on after a message that was given up', async () => {
      await record('a1', 'a2')
      refuse = (payload) => (payload === 'a1' ? new DeliveryFailure('no', { permanent: true }) : undefined)
      await lane().run()
      expect(arrived).to.deep.equal(['a2'])
      expect(await opened.db('outbox_messages').whereNotNull('deadAtMs').pluck('last_error')).to.deep.equal([
        'no',
      ])
    })

    it('gives a message up after three days of failures', async () => {
      await record('a1')
      refuse = () => new DeliveryFailure('busy')
      const one = lane()
      for (let attempt = 1; attempt <= 3; attempt += 1) {
        await one.run()
        const dead = await opened.db('outbox_messages').whereNotNull('deadAtMs').pluck('id')
        expect(dead, `after ${attempt} attempts`).to.have.length(attempt === 3 ? 1 : 0)
        time.advance(2 * DAY_MS)
      }
    })

    it('is delivered by one worker at a time, and by another once the first is gone', async () => {
      await record('a1', 'a2')
      const started = Promise.withResolvers<void>()
      const stuck: BatchSink = {
        ...sink,
        async deliverAll() {
          started.resolve()
          return new Promise(() => undefined)
        },
      }
      void lane(stuck).run()
      await started.promise
      const other = lane()
      expect((await other.run()).taken).to.equal(0)
      time.advance(16 * SECOND_MS)
      while ((await other.run()).taken > 0);
      expect(arrived).to.deep.equal(['a1', 'a2'])
    })

    it('gives a message up in which the worker died five times, and delivers all others', async () => {
      const sent = Array.from({ length: 30 }, (_, index) => `${'abcde'[index % 5]}${index}`)
      await record(...sent)
      let deaths = 0
      let died = Promise.withResolvers<void>()
      // A worker that dies answers nothing, and the next one gets the lane when its lease has run out.
      const deadly: BatchSink = {
        ...sink,
        async deliverAll(messages) {
          if (!messages.some(({ payload }) => String(payload) === 'c7')) return sink.deliverAll(messages)
          deaths += 1
          died.resolve()
          return new Promise(() => undefined)
        },
      }
      for (let worker = 0; worker < 8; worker += 1) {
        const one = lane(deadly)
        died = Promise.withResolvers()
        const dead = died.promise.then(() => ({ taken: 0 }))
        while ((await Promise.race([one.run(), dead])).taken > 0);
        time.advance(16 * SECOND_MS)
      }
      expect(deaths).to.equal(5)
      expect(arrived).to.have.members(sent.filter((text) => text !== 'c7'))
      const dead = await opened
        .db('outbox_messages')
        .whereNotNull('deadAtMs')
        .select('lastError', 'attempts', 'interruptions')
      expect(dead).to.deep.equal([{ lastError: 'worker_died', attempts: 5, interruptions: 5 }])
    })

    it('counts no attempt while the receiver is away, and none for what it did not try', async () => {
      await record('a1', 'a2', 'b1')
      const counts = () => opened.db('outbox_messages').orderBy('id').select('attempts', 'interruptions')
      const none = { attempts: 0, interruptions: 0 }
      await lane({ ...sink, deliverAll: () => Promise.reject(new Error('away')) }).run()
      expect(await counts()).to.deep.equal([none, none, none])
      time.advance(MINUTE_MS)
      refuse = (payload) => (payload === 'a1' ? new DeliveryFailure('busy') : undefined)
      await lane().run()
      const [first, second] = await counts()
      expect([first, second]).to.deep.equal([{ attempts: 1, interruptions: 0 }, none])
    })

    it('counts no death of a worker for a message that was delivered or refused, once settled', async () => {
      await record('a1', 'b1', 'c1')
      await opened.db('outbox_messages').where({ recordKey: 'b' }).update({ attempts: 1, interruptions: 1 })
      refuse = (payload) => (payload === 'a1' ? undefined : new DeliveryFailure('no', { permanent: true }))
      const state = () =>
        opened.db('outbox_messages').orderBy('id').select('attempts', 'interruptions', 'lastError')
      const settled = [
        { attempts: 1, interruptions: 0, lastError: null },
        { attempts: 2, interruptions: 1, lastError: 'no' },
        { attempts: 1, interruptions: 0, lastError: 'no' },
      ]
      // A message in which a worker died comes alone.
      const one = lane()
      for (let batch = 0; batch < 3; batch += 1) await one.run()
      expect(await state()).to.deep.equal(settled)
      await withdrawAttempt(opened.db, await opened.db('outbox_messages').select())
      expect(await state(), 'a failure to record the lane withdraws no settled attempt').to.deep.equal(
        settled,
      )
    })

    it('asks a receiver that is away seldom, and delivers 500 a second after ten minutes of it', async () => {
      let asked = 0
      let away = true
      const one = lane({
        ...sink,
        async deliverAll(messages) {
          asked += 1
          if (away) throw new Error('connection refused')
          return sink.deliverAll(messages)
        },
      })
      const sent = Array.from({ length: 1000 }, (_, index) => `${'abcdefghij'[index % 10]}${index}`)
      await record(...sent.slice(0, 10))
      for (let second = 0; second < 600; second += 1) {
        await one.run()
        time.advance(SECOND_MS)
      }
      expect(asked).to.be.within(100, 260)
      await record(...sent.slice(10))
      away = false
      time.advance(5 * SECOND_MS)
      const sinceMs = performance.now()
      while (arrived.length < sent.length && (await one.run()).taken > 0);
      const perSecond = (1000 * sent.length) / (performance.now() - sinceMs)
      expect(arrived).to.have.members(sent).and.have.length(sent.length)
      expect(perSecond).to.be.above(500)
    })
  })
}
