/** The ledger's own database: MySQL or MariaDB, or an SQLite file. */
import { mkdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import knex from 'knex'
import type { Knex } from 'knex'

export type Db = Knex
export type Trx = Knex.Transaction

const MIGRATIONS = join(import.meta.dirname, 'migrations')
const POOL_SIZE = 32
const BUSY_MS = 10_000

/** With the schema of this release. One process of a ledger migrates at a time: start the first one alone. */
export async function openDatabase(address: string): Promise<Db> {
  const db = address.startsWith('mysql:') ? openMysql(address) : openSqlite(address)
  // A killed process leaves knex's lock behind.
  if (await db.schema.hasTable('knex_migrations_lock')) await db.migrate.forceFreeMigrationsLock(SOURCE)
  await db.migrate.latest(SOURCE)
  return db
}

const PAUSE_MS = 5
const LOCK_WAIT_SECONDS = 5
const GIVE_UP_AFTER_MS = 15_000

/** One transaction. A deadlock or a full wait for a lock is no failure: the work begins again, for 15 seconds at most. */
export async function inTransaction<T>(db: Db, work: (trx: Trx) => Promise<T>): Promise<T> {
  const giveUpAtMs = performance.now() + GIVE_UP_AFTER_MS
  for (let tries = 1; ; tries += 1) {
    try {
      return await db.transaction(work)
    } catch (error) {
      if (!isCollision(error) || performance.now() > giveUpAtMs) throw error
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * tries * Math.random()))
    }
  }
}

export function isDuplicate(error: unknown): boolean {
  return /^(?:ER_DUP_ENTRY|SQLITE_CONSTRAINT_(?:PRIMARYKEY|UNIQUE))$/.test(codeOf(error))
}

function isCollision(error: unknown): boolean {
  return /^(?:ER_LOCK_DEADLOCK|ER_LOCK_WAIT_TIMEOUT|ER_CHECKREAD|SQLITE_BUSY.*)$/.test(codeOf(error))
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

const SOURCE: Knex.MigratorConfig = {
  migrationSource: {
    getMigrations: async () => (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.ts')).sort(),
    getMigrationName: (name: string) => name,
    getMigration: (name: string) =>
      import(pathToFileURL(join(MIGRATIONS, name)).href) as Promise<Knex.Migration>,
  },
}

function openMysql(address: string): Db {
  const url = new URL(address)
  return knex({
    client: 'mysql2',
    pool: { min: 0, max: POOL_SIZE, afterCreate: relax },
    connection: {
      host: url.hostname,
      port: Number(url.port || 3306),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: url.pathname.slice(1),
      charset: 'utf8mb4',
      supportBigNumbers: true,
    },
  })
}

type MysqlConnection = { query: (sql: string, done: (error: Error | null) => void) => void }

/**
 * Gap locks of the stricter level would make strangers wait for each other. The wait for a lock is short, so that a stuck
 * transaction does not hold others up for long.
 */
function relax(
  connection: MysqlConnection,
  done: (error: Error | null, connection: MysqlConnection) => void,
): void {
  connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', (error) => {
    if (error) return done(error, connection)
    connection.query(`SET SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}`, (fault) =>
      done(fault, connection),
    )
  })
}

function openSqlite(filename: string): Db {
  mkdirSync(dirname(filename), { recursive: true, mode: 0o700 })
  return knex({
    client: 'better-sqlite3',
    useNullAsDefault: true,
    connection: { filename },
    // One connection: transactions wait for each other here, not in the file.
    pool: { min: 1, max: 1, afterCreate: prepare },
  })
}

type SqliteConnection = { pragma: (text: string) => unknown }

function prepare(
  connection: SqliteConnection,
  done: (error: Error | undefined, connection: unknown) => void,
) {
  for (const pragma of ['journal_mode = WAL', 'foreign_keys = ON', `busy_timeout = ${BUSY_MS}`])
    connection.pragma(pragma)
  done(undefined, connection)
}
