import { expect } from 'chai'
import { pino } from 'pino'
import { createChangeFeed, noteChange } from '../../../src/platform/sql/change-feed.ts'
import { inTransaction } from '../../../src/platform/sql/database.ts'
import type { Db } from '../../../src/platform/sql/database.ts'
import { DATABASES } from '../change-feed-databases.ts'
import type { MigratedDatabase } from '../change-feed-databases.ts'

for (const { name, open } of DATABASES) {
  describe(`change feed on ${name}`, () => {
    let database: MigratedDatabase
    let nowMs = 0
    let lines: { msg: string }[]
    const clock = () => nowMs

    before(async () => (database = await open()))
    after(() => database.drop())
    beforeEach(async () => {
      await database.db('changes').delete()
      lines = []
    })

    function createFeed(db: Db, intervalMs = 1000) {
      const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
      return createChangeFeed({ db, clock, log: pino({}, destination), intervalMs, staleAfterMs: 5000 })
    }

    it('notifies only the listeners of the topic that changed', async () => {
      const feed = createFeed(database.openAnother())
      const heard: string[] = []
      feed.on('clients', () => void heard.push('clients'))
      feed.on('clients', () => void heard.push('clients too'))
      feed.on('keys', () => void heard.push('keys'))
      await feed.check()
      expect(heard.splice(0), 'the first check tells all').to.have.length(3)

      await noteChange(database.db, 'clients')
      await feed.check()
      expect(heard.splice(0)).to.eql(['clients', 'clients too'])

      await feed.check()
      expect(heard).to.eql([])
    })

    it('counts every one of many parallel changes', async () => {
      const other = database.openAnother()
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => noteChange(index % 2 ? other : database.db, 'clients')),
      )
      const row = await database.db('changes').select('version').where({ topic: 'clients' }).first()
      expect(row.version).to.equal(20)
    })

    it('does not announce a change that was rolled back', async () => {
      const feed = createFeed(database.openAnother())
      let heard = 0
      feed.on('clients', () => void (heard += 1))
      await feed.check()
      const failed = inTransaction(database.db, async (trx) => {
        await noteChange(trx, 'clients')
        throw new Error('no')
      })
      expect(await failed.catch((error: Error) => error.message)).to.equal('no')
      await feed.check()
      expect(heard).to.equal(1)
    })

    it('calls a listener that failed again, until it manages', async () => {
      const feed = createFeed(database.db)
      let calls = 0
      feed.on('keys', async () => {
        calls += 1
        if (calls < 3) throw new Error('not yet')
      })
      for (let poll = 0; poll < 5; poll += 1) await feed.check()
      expect(calls).to.equal(3)
    })

    it('polls by itself until it is stopped', async () => {
      const feed = createFeed(database.openAnother(), 5)
      const twice = new Promise<void>((resolve) => {
        let calls = 0
        feed.on('clients', () => void ((calls += 1) === 2 ? resolve() : noteChange(database.db, 'clients')))
      })
      feed.start()
      await twice
      await feed.stop()
    })

    it('logs once that polling fails, and lets no cache become stale meanwhile', async () => {
      const db = database.openAnother()
      const feed = createFeed(db)
      let heard = 0
      feed.on('clients', () => void (heard += 1))
      await feed.check()
      await db.destroy()

      await feed.check()
      nowMs += 4999
      await feed.check()
      expect(heard).to.equal(1)
      nowMs += 1
      await feed.check()
      await feed.check()
      expect(heard).to.equal(2)
      nowMs += 5000
      await feed.check()
      expect(heard).to.equal(3)
      expect(lines.map(({ msg }) => msg)).to.eql(['change-feed.failed'])
    })
  })
}
