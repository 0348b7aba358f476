import { expect } from 'chai'
import { inTransaction, isSqlite, openDatabase } from '../../../src/platform/sql/database.ts'
import type { Db } from '../../../src/platform/sql/database.ts'
import { until } from '../../provider/stage.ts'
import { lockWaits } from '../../support/lock-waits.ts'
import { createDatabase } from '../../support/services.ts'
import type { TestDatabase } from '../../support/services.ts'
import { DATABASES } from '../change-feed-databases.ts'
import type { MigratedDatabase } from '../change-feed-databases.ts'

const FAR_FUTURE_MS = Date.UTC(2100, 0, 1)

for (const { name, open } of DATABASES)
  describe(`a database, ${name}`, function () {
    let opened: MigratedDatabase

    before(async () => {
      opened = await open()
      const { db } = opened
      await db.schema.createTable('tallies', (table) => {
        table.string('name', 20).primary()
        table.bigInteger('at_ms').notNullable()
      })
    })
    after(() => opened.drop())
    beforeEach(async () => {
      await opened.db('tallies').delete()
      await opened.db('tallies').insert([
        { name: 'a', atMs: 1 },
        { name: 'b', atMs: FAR_FUTURE_MS },
      ])
    })

    it('answers numbers where numbers are kept: times, counts, sums and limits are never text [S-4.10][S-6.28]', async () => {
      const { db } = opened
      const [row] = (await db('tallies')
        .sum({ sum: 'atMs' })
        .count({ count: '*' })
        .max({ max: 'atMs' })) as object[]
      expect(row).to.eql({ sum: FAR_FUTURE_MS + 1, count: 2, max: FAR_FUTURE_MS })
      const { atMs } = (await db('tallies').where({ name: 'b' }).first('atMs')) as { atMs: number }
      expect(atMs + 1).to.equal(FAR_FUTURE_MS + 1)
    })

    it('runs a transaction again after a deadlock, so that both are carried out [S-5.4]', async () => {
      const { db } = opened
      // Two connections of one process to SQLite would wait for each other.
      const other = isSqlite(db) ? db : opened.openAnother()
      let [runs, locked] = [0, 0]
      const both = isSqlite(db) ? undefined : Promise.withResolvers<void>()
      const bump = (on: Db, names: [string, string]) =>
        inTransaction(on, async (trx) => {
          runs += 1
          await trx('tallies').where({ name: names[0] }).increment('atMs', 1)
          // Each has its first row before either asks for the other's.
          locked += 1
          if (locked === 2) both?.resolve()
          await both?.promise
          await trx('tallies').where({ name: names[1] }).increment('atMs', 1)
        })
      await Promise.all([bump(db, ['a', 'b']), bump(other, ['b', 'a'])])
      const rows = (await db('tallies').orderBy('name').select('atMs')) as { atMs: number }[]
      expect(rows.map(({ atMs }) => atMs)).to.eql([3, FAR_FUTURE_MS + 2])
      expect(runs).to.equal(isSqlite(db) ? 2 : 3)
    })

    it('gives a transaction up after three deadlocks', async () => {
      let runs = 0
      const failing = inTransaction(opened.db, async () => {
        runs += 1
        throw Object.assign(new Error('Deadlock found'), { code: 'ER_LOCK_DEADLOCK' })
      })
      expect(await failing.catch((error: Error) => error.message)).to.equal('Deadlock found')
      expect(runs).to.equal(3)
    })
  })

describe('a statement that commits by itself, on MariaDB', function () {
  let database: TestDatabase
  let db: Db
  let other: Db
  let watcher: Db

  const open = () => openDatabase({ mysqlDsn: database.dsn, sqliteFile: '', mysqlPoolSize: 1 })

  before(async () => {
    database = await createDatabase()
    db = open()
    other = open()
    watcher = open()
    await db.raw('CREATE TABLE tallies (name CHAR(1) PRIMARY KEY, count INT NOT NULL)')
  })
  after(async () => {
    await Promise.all([db, other, watcher].map((each) => each.destroy()))
    await database.drop()
  })
  beforeEach(async () => {
    await db('tallies').delete()
    await db('tallies').insert(['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, count: 0 })))
  })

  /** The codes of what is refused while `work` runs. */
  async function refusalsOf(work: () => Promise<unknown>): Promise<(string | undefined)[]> {
    const refused: (string | undefined)[] = []
    const note = ({ code }: { code?: string }) => refused.push(code)
    db.on('query-error', note)
    await work()
    db.off('query-error', note)
    return refused
  }

  const isWaiting = async () => (await lockWaits(watcher, 'tallies')) > 0

  it('is repeated when it was the victim of a deadlock [S-5.24]', async () => {
    const refused = await refusalsOf(async () => {
      const trx = await other.transaction()
      // The side that has changed less is the victim.
      await trx('tallies').whereIn('name', ['b', 'c', 'd', 'e']).update({ count: 1 })
      const statement = db('tallies').increment('count', 10).then(Number)
      await until(isWaiting, 'it has the first row and waits for the second')
      await trx('tallies').where({ name: 'a' }).update({ count: 1 })
      await trx.commit()
      expect(await statement).to.equal(5)
    })
    expect(refused).to.include('ER_LOCK_DEADLOCK')
    expect(await db('tallies').distinct('count')).to.eql([{ count: 11 }])
  })

  it('is repeated when it has waited for a lock for too long', async () => {
    await db.raw('SET SESSION innodb_lock_wait_timeout = 1')
    const refused = await refusalsOf(async () => {
      const trx = await other.transaction()
      await trx('tallies').where({ name: 'a' }).update({ count: 1 })
      db.once('query-error', () => void trx.commit())
      expect(await db('tallies').where({ name: 'a' }).increment('count', 10)).to.equal(1)
    })
    expect(refused).to.eql(['ER_LOCK_WAIT_TIMEOUT'])
    expect(await db('tallies').where({ name: 'a' }).first('count')).to.eql({ count: 11 })
  })

  it('is given up after three times, and any other fault at once', async () => {
    const failing = (errno: number) => async () => {
      const signal = `SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = ${errno}, MESSAGE_TEXT = 'x'`
      expect(await db.raw(signal).catch((error: unknown) => error)).to.include({ errno })
    }
    expect(await refusalsOf(failing(1213))).to.eql(Array(3).fill('ER_LOCK_DEADLOCK'))
    expect(await refusalsOf(failing(1062))).to.eql(['ER_DUP_ENTRY'])
  })

  it('is not repeated alone in a transaction, which is gone as a whole [S-5.26]', async () => {
    const refused = await refusalsOf(async () => {
      const signal = `SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'x'`
      const work = db.transaction(async (trx) => await trx.raw(signal))
      expect(await work.catch((error: unknown) => error)).to.include({ errno: 1213 })
    })
    expect(refused).to.eql(['ER_LOCK_DEADLOCK'])
  })
})

describe('a connection to MariaDB', function () {
  let database: TestDatabase
  let db: Db

  before(async () => {
    database = await createDatabase()
    db = openDatabase({ mysqlDsn: database.dsn, sqliteFile: '', mysqlPoolSize: 1 })
    await db.raw('CREATE TABLE notes (id INT PRIMARY KEY)')
  })
  after(async () => {
    await db.destroy()
    await database.drop()
  })

  const connectionId = async () => {
    const [[row]] = (await db.raw('SELECT CONNECTION_ID() AS id')) as [[{ id: number }]]
    return row.id
  }

  it('that became read-only is given up, so that the next write uses another server [S-4.11]', async () => {
    await db.raw('SET SESSION TRANSACTION READ ONLY')
    const failure = await db('notes')
      .insert({ id: 1 })
      .catch((error: unknown) => error)
    expect(failure).to.include({ errno: 1792 })
    await db('notes').insert({ id: 1 })
    expect(await db('notes').pluck('id')).to.eql([1])
  })

  for (const [errno, what] of [
    [1047, 'has left its cluster'],
    [1290, 'runs with read_only'],
    [1836, 'runs with innodb_read_only'],
  ] as const)
    it(`is given up when its server ${what} (${errno}) [S-5.3]`, async () => {
      const before = await connectionId()
      const signal = `SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = ${errno}, MESSAGE_TEXT = 'x'`
      expect(await db.raw(signal).catch((error: unknown) => error)).to.include({ errno })
      expect(await connectionId()).not.to.equal(before)
    })

  it('is kept when a statement was simply wrong', async () => {
    const before = await connectionId()
    await db.raw('SELECT nothing').catch(() => undefined)
    expect(await connectionId()).to.equal(before)
  })

  it('does not wait longer than five seconds for a query, and is then given up', async () => {
    const before = await connectionId()
    const startedAt = performance.now()
    const failure = await db.raw('SELECT SLEEP(20)').catch((error: unknown) => error)
    expect(failure).to.include({ code: 'PROTOCOL_SEQUENCE_TIMEOUT' })
    expect(performance.now() - startedAt).to.be.within(4500, 19_000)
    expect(await connectionId()).not.to.equal(before)
  })
})
