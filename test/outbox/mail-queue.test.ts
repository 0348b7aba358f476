import { expect } from 'chai'
import { createMailDelay, mailQueue, withdraw } from '../../src/outbox/mail-queue.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'
import { databases, movableClock } from './outbox-database.ts'
import type { Opened } from './outbox-database.ts'

for (const { name, open } of databases) {
  describe(`Late mails on ${name}`, () => {
    const { clock, advance } = movableClock()
    let opened: Opened
    before(async () => {
      opened = await open()
    })
    afterEach(() => opened.db('outbox_messages').delete())
    after(() => opened.close())

    const mail = (change: object = {}) => ({
      id: 'one',
      topic: 'mail',
      payload: 'sealed',
      nextAttemptAtMs: clock() + MINUTE_MS,
      createdAtMs: clock() - MINUTE_MS - 1,
      ...change,
    })
    const late = () => createMailDelay({ db: opened.db, clock })()

    const cases: [string, object, boolean][] = [
      ['one that no worker took', { nextAttemptAtMs: clock() - MINUTE_MS - 1 }, true],
      ['one that an outage holds up', { lastError: 'smtp ETIMEDOUT CONN mail.example:587' }, true],
      ['one whose recipient is refused for now', { lastError: 'smtp 451 RCPT TO' }, false],
      ['one of a minute', { createdAtMs: clock() - MINUTE_MS }, false],
      ['one that was delivered', { nextAttemptAtMs: null, deliveredAtMs: clock() }, false],
      ['one that was given up', { nextAttemptAtMs: null, deadAtMs: clock() }, false],
      ['an event', { topic: 'events.kafka' }, false],
    ]
    for (const [what, change, expected] of cases) {
      it(`${expected ? 'counts' : 'does not count'} ${what}`, async () => {
        await opened.db('outbox_messages').insert(mail(change))
        expect(await late()).to.equal(expected)
      })
    }

    it('counts for operators what waits and what was given up, today and earlier', async () => {
      expect(await mailQueue(opened.db, clock())).to.eql({
        waiting: 0,
        oldestAgeMs: 0,
        late: false,
        givenUp: 0,
        givenUpToday: 0,
        lastError: null,
      })
      const dead = (id: string, deadAtMs: number) => mail({ id, nextAttemptAtMs: null, deadAtMs })
      await opened
        .db('outbox_messages')
        .insert([
          mail({ lastError: 'smtp 451 RCPT TO' }),
          mail({ id: 'two', createdAtMs: clock() }),
          mail({ id: 'three', topic: 'events.kafka' }),
          dead('four', clock()),
          dead('five', clock() - DAY_MS),
        ])
      expect(await mailQueue(opened.db, clock())).to.eql({
        waiting: 2,
        oldestAgeMs: MINUTE_MS + 1,
        late: false,
        givenUp: 2,
        givenUpToday: 1,
        lastError: 'smtp 451 RCPT TO',
      })
    })

    it('takes a message back that no worker has, and that was not delivered', async () => {
      await opened
        .db('outbox_messages')
        .insert([
          mail({ leasedUntilMs: clock() }),
          mail({ id: 'leased', leasedUntilMs: clock() + 1 }),
          mail({ id: 'delivered', leasedUntilMs: 0, deliveredAtMs: clock() }),
        ])
      const taken: boolean[] = []
      for (const id of ['one', 'leased', 'delivered']) taken.push(await withdraw(opened.db, id, clock()))
      expect(taken).to.eql([true, false, false])
      expect(await opened.db('outbox_messages').orderBy('id').pluck('id')).to.eql(['delivered', 'leased'])
    })

    it('asks SQL once in five seconds, by the index of what is due', async () => {
      const asked: string[] = []
      const listen = ({ sql }: { sql: string }) => void asked.push(sql)
      opened.db.on('query', listen)
      const mailsAreLate = createMailDelay({ db: opened.db, clock })
      expect(await Promise.all([mailsAreLate(), mailsAreLate()])).to.eql([false, false])
      await opened.db('outbox_messages').insert(mail())
      asked.length = 0
      advance(5 * SECOND_MS - 1)
      expect(await mailsAreLate()).to.equal(false)
      expect(asked).to.eql([])
      advance(1)
      expect(await mailsAreLate()).to.equal(true)
      expect(asked).to.have.length(1)
      opened.db.removeListener('query', listen)
      const dialect = name === 'SQLite' ? 'explain query plan' : 'explain'
      const plan: unknown = await opened.db.raw(`${dialect} ${asked[0]}`, ['mail', clock(), 1])
      expect(JSON.stringify(plan)).to.contain('outbox_messages_due')
    })
  })
}
