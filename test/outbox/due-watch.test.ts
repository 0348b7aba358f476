import { expect } from 'chai'
import { createDueWatch } from '../../src/outbox/due-watch.ts'
import { createOutbox } from '../../src/outbox/outbox.ts'
import { createRelay } from '../../src/outbox/relay.ts'
import { databases, movableClock, recordingLog, recordingSink, sealer, until } from './outbox-database.ts'
import type { Opened } from './outbox-database.ts'

const TOPICS = ['a', 'b', 'c', 'd', 'e']
const POLL_MS = 5

for (const { name, open } of databases)
  describe(`a look for all lanes at once, on ${name}`, () => {
    const time = movableClock()
    let opened: Opened
    let statements: string[] = []

    before(async () => {
      opened = await open()
      opened.db.on('query', ({ sql }: { sql: string }) => statements.push(sql))
    })
    beforeEach(async () => {
      await opened.db('outbox_messages').delete()
      statements = []
    })
    after(() => opened.close())

    const record = (topic: string) =>
      createOutbox({ sealer, clock: time.clock }).record(opened.db, { topic, payload: {} })

    it('rings for each topic that has a message which is due, and for no other', async () => {
      let rung: string[] = []
      const watch = createDueWatch({ db: opened.db, clock: time.clock }, POLL_MS, (error) => {
        throw error
      })
      for (const topic of TOPICS) watch.add(topic, () => rung.push(topic))
      watch.remove('e')
      const ids = [await record('b'), await record('c'), await record('d'), await record('e')]
      const set = (id: string | undefined, nextAttemptAtMs: number | null) =>
        opened.db('outbox_messages').where({ id }).update({ nextAttemptAtMs })
      await set(ids[0], null)
      await set(ids[1], time.clock() + 1000)
      watch.start()
      await until(() => rung.length >= 3)
      expect(new Set(rung)).to.eql(new Set(['d']))
      time.advance(1000)
      rung = []
      await until(() => rung.length >= 6)
      await watch.stop()
      expect(new Set(rung)).to.eql(new Set(['c', 'd']))
    })

    it('is the one statement of a worker that has nothing to do, and finds what comes without a wake', async () => {
      const { sink, delivered } = recordingSink()
      const sinks = Object.fromEntries(TOPICS.map((topic) => [topic, sink]))
      const given = { db: opened.db, clock: time.clock, log: recordingLog().log, sealer, sinks }
      const relay = createRelay({ ...given, pollMs: POLL_MS })
      relay.start()
      const isIdle = () => statements.length > 5 && new Set(statements.slice(-5)).size === 1
      await until(isIdle)
      for (const count of [1, 2]) {
        const { length } = statements
        await until(() => statements.length >= length + 10)
        const idle = statements.slice(length)
        expect(new Set(idle).size, `${count}: ${idle.join('\n')}`).to.equal(1)
        await record('c')
        await until(() => delivered.length === count)
        const left = () => opened.db('outbox_messages').whereNotNull('nextAttemptAtMs').first('id')
        await until(async () => (await left()) === undefined)
        await until(isIdle)
      }
      await relay.stop()
    })
  })
