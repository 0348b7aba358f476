import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { openDatabase } from '../../../src/platform/sql/database.ts'
import type { Db } from '../../../src/platform/sql/database.ts'
import { migrate } from '../../../src/platform/sql/migrate.ts'
import { createDatabase } from '../../support/services.ts'
import { serverSchema } from './server-schema.ts'

/** Rows are there before the migrations that fill new columns of old rows. */
const ROWS_COME_AFTER = '0016_consents_of_a_client.ts'
const CHANGE = /^\s*(?:create|alter|drop|insert|update|delete)\b/i
const RECORD = /^insert into `knex_migrations` /
const MARK = /^insert into `knex_migrations_begun` /
const MOST_STARTS = 5000

/** `own` are the statements of a start before its first migration. */
type Progress = { changes: number; own?: number; recorded?: string | undefined }
type Start = Progress & { done: boolean }

/** Ends where `dies` says so, as a killed process does: nothing that comes later reaches the database. */
async function startThatDies(
  open: () => Db,
  dies: (progress: Progress, sql: string) => boolean,
): Promise<Start> {
  const db = open()
  const progress: Progress = { changes: 0 }
  let isDead = false
  db.on('query', ({ sql, bindings }: { sql: string; bindings?: unknown[] }) => {
    if (CHANGE.test(sql)) progress.changes += 1
    isDead ||= CHANGE.test(sql) && dies(progress, sql)
    if (isDead) throw new Error('killed')
    if (MARK.test(sql)) progress.own ??= progress.changes
    if (RECORD.test(sql)) progress.recorded = bindings?.map(String).find((value) => value.endsWith('.ts'))
  })
  try {
    await migrate(db)
    return { ...progress, done: true }
  } catch (error) {
    if (!isDead) throw error
    return { ...progress, done: false }
  } finally {
    await db.destroy()
  }
}

/** Each start does one statement more than the one before, until a migration is recorded. Then the next one begins. */
async function killedAfterEachStatement(open: () => Db): Promise<number> {
  let [allowed, own] = [1, 1]
  for (let starts = 1; starts < MOST_STARTS; starts += 1) {
    const most = allowed
    const start = await startThatDies(open, ({ changes }) => changes > most)
    if (start.done) return starts
    if (start.recorded === ROWS_COME_AFTER) await addRows(open)
    own = start.own ?? own
    allowed = start.recorded ? own : allowed + 1
  }
  throw new Error(`the schema is not complete after ${MOST_STARTS} starts`)
}

async function neverKilled(open: () => Db): Promise<void> {
  await startThatDies(open, ({ recorded }) => recorded === ROWS_COME_AFTER)
  await addRows(open)
  expect(await startThatDies(open, () => false)).to.include({ done: true })
}

async function addRows(open: () => Db): Promise<void> {
  const db = open()
  const account = (number: number, username: string, emailVerifiedAtMs: number | null) => ({
    id: `account-${number}`,
    email: `${number}@example.com`,
    emailCanonical: `${number}@example.com`,
    name: 'Ann',
    username,
    emailVerifiedAtMs,
    sessionsValidFromMs: 0,
    createdAtMs: number,
    updatedAtMs: 0,
  })
  await db('accounts').insert([account(1, 'Ann', 1), account(2, 'ANN', null), account(3, 'Bo', null)])
  await db.destroy()
}

describe('A migration that is killed', function () {
  this.timeout(300_000)

  it('after any of its statements is finished by the next start, on MariaDB [S-4.38]', async () => {
    const [whole, killed] = [await createDatabase(), await createDatabase()]
    const open = (dsn: string) => () => openDatabase({ mysqlDsn: dsn, sqliteFile: '' })
    await neverKilled(open(whole.dsn))
    const starts = await killedAfterEachStatement(open(killed.dsn))
    expect(starts, 'starts').to.be.greaterThan(150)
    const [expected, healed] = [open(whole.dsn)(), open(killed.dsn)()]
    expect(await serverSchema(healed)).to.eql(await serverSchema(expected))
    const rowsOf = (db: Db) =>
      Promise.all([db('accounts').orderBy('id'), db('knex_migrations').pluck('name')])
    expect(await rowsOf(healed)).to.eql(await rowsOf(expected))
    await Promise.all([expected.destroy(), healed.destroy()])
    await Promise.all([whole.drop(), killed.drop()])
  })

  it('leaves nothing behind on SQLite, and the next start does all of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'killed-'))
    const open = () => openDatabase({ sqliteFile: join(folder, 'test.sqlite') })
    // Between two starts at most one migration is done, so that each of its statements is the last one once.
    for (const allowed of [1, 5, 50, 150]) {
      const { done } = await startThatDies(open, ({ changes }) => changes > allowed)
      expect(done, `done after ${allowed}`).to.equal(false)
    }
    expect(await startThatDies(open, () => false)).to.include({ done: true })
    await rm(folder, { recursive: true })
  })

  it('is not done again on SQLite where it was committed and not recorded', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'killed-'))
    const open = () => openDatabase({ sqliteFile: join(folder, 'test.sqlite') })
    let starts = 0
    // Each start records the migration that the one before has done, does the next one, and dies.
    const unrecorded = (progress: Progress, sql: string) =>
      RECORD.test(sql) && progress.recorded !== undefined
    while (!(await startThatDies(open, unrecorded)).done) starts += 1
    expect(starts, 'starts').to.be.greaterThan(40)
    await rm(folder, { recursive: true })
  })

  it('is the only one that skips a table that is there: a foreign table is an error at each start', async () => {
    const { dsn, drop } = await createDatabase()
    const db = openDatabase({ mysqlDsn: dsn, sqliteFile: '' })
    await db.raw('create table `groups` (id int)')
    for (const start of ['first', 'second']) {
      const outcome = await migrate(db).then(
        () => 'migrated',
        ({ message }: Error) => message,
      )
      expect(outcome, start).to.contain('already exists')
    }
    await db.raw('drop table `groups`')
    expect((await migrate(db)).applied).to.include('0032_groups.ts')
    await db.destroy()
    await drop()
  })
})
