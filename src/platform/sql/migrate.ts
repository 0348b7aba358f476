/**
 * Schema migrations under a lock. The operating system or the SQL server releases the lock when its holder dies. It is
 * GET_LOCK on MySQL and MariaDB, and an exclusive transaction on a side file for SQLite. Of several processes that
 * start together, one migrates and the others wait.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import SqliteDatabase from 'better-sqlite3'
import type { Knex } from 'knex'
import { isSqlite } from './database.ts'
import type { Db } from './database.ts'
import { withoutQueryDeadline } from './mysql-connection.ts'
import { makePrivate } from '../private-files.ts'
import { begunMigrations, prepareToResume, resumable } from './resumed-migration.ts'

const MIGRATIONS = join(import.meta.dirname, '../../../migrations')
const LOCK_WAIT_SECONDS = 60

export type Migrated = { batch: number; applied: string[] }

/** Brings the schema up to date. Call inside `withStartupLock`. */
export async function migrate(db: Db): Promise<Migrated> {
  const config = migrations()
  // A killed process leaves knex's own lock row set. This process holds the real lock, so that row is stale.
  if (await db.schema.hasTable('knex_migrations_lock')) await db.migrate.forceFreeMigrationsLock(config)
  await prepareToResume(db)
  const [batch, applied] = (await db.migrate.latest(config)) as [number, string[]]
  return { batch, applied }
}

/** True when the schema lacks a migration that this release brings. */
export async function hasPendingMigrations(db: Db): Promise<boolean> {
  const { pending } = await migrationState(db)
  return pending.length > 0
}

export type MigrationState = {
  /** False for an empty database. */
  isThere: boolean
  pending: string[]
  /** Those of a newer release. */
  unknown: string[]
  /** Those that began and did not end. */
  interrupted: string[]
}

/** Only reads: a database without a schema stays empty. */
export async function migrationState(db: Db): Promise<MigrationState> {
  const known = await migrationNames()
  const isThere = await db.schema.hasTable('knex_migrations')
  const rows: { name: string }[] = isThere ? await db('knex_migrations').orderBy('id').select('name') : []
  const applied = new Set(rows.map(({ name }) => name))
  const pending = known.filter((name) => !applied.has(name))
  const begun = await begunMigrations(db)
  return {
    isThere,
    pending,
    unknown: [...applied].filter((name) => !known.includes(name)),
    interrupted: pending.filter((name) => begun.has(name)),
  }
}

/** The path of a migration by its name. */
export function migrationFile(name: string): string {
  return join(MIGRATIONS, name)
}

/** An older release runs on a newer schema, so an unknown migration is not an error. */
function migrations(): Knex.MigratorConfig {
  return { migrationSource: migrationFiles(), disableMigrationsListValidation: true }
}

function migrationFiles(): Knex.MigrationSource<string> {
  return {
    getMigrations: migrationNames,
    getMigrationName: (name) => name,
    getMigration: async (name) => {
      const migration = (await import(pathToFileURL(migrationFile(name)).href)) as Knex.Migration
      return resumable(name, migration)
    },
  }
}

async function migrationNames(): Promise<string[]> {
  return (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.ts')).sort()
}

/** Runs `work` while no other process runs its own. For everything that must happen once at start. */
export async function withStartupLock<T>(db: Db, work: () => Promise<T>): Promise<T> {
  return isSqlite(db)
    ? withFileLock(sqliteFile(db), work)
    : withoutQueryDeadline(() => withServerLock(db, work))
}

function sqliteFile(db: Db): string {
  return (db.client.config.connection as { filename: string }).filename
}

async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  makePrivate(`${file}.lock`)
  const lock = new SqliteDatabase(`${file}.lock`, { timeout: 0 })
  try {
    await acquireFileLock(lock)
    return await work()
  } finally {
    lock.close()
  }
}

async function acquireFileLock(lock: SqliteDatabase.Database): Promise<void> {
  const deadline = Date.now() + LOCK_WAIT_SECONDS * 1000
  for (;;) {
    try {
      lock.exec('BEGIN EXCLUSIVE')
      return
    } catch (error) {
      if (Date.now() > deadline)
        throw new Error('another process held the startup lock for 60 s', { cause: error })
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
}

async function withServerLock<T>(db: Db, work: () => Promise<T>): Promise<T> {
  const connection: unknown = await db.client.acquireConnection()
  try {
    const [rows] = await db
      .raw("SELECT GET_LOCK(CONCAT(DATABASE(), '.account_server'), ?) AS acquired", [LOCK_WAIT_SECONDS])
      .connection(connection)
    if (Number(rows[0].acquired) !== 1) throw new Error('another process held the startup lock for 60 s')
    return await work()
  } finally {
    await db.raw("SELECT RELEASE_LOCK(CONCAT(DATABASE(), '.account_server'))").connection(connection)
    await db.client.releaseConnection(connection)
  }
}
