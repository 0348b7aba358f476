/**
 * The SQL connection: SQLite, MySQL 8 or MariaDB through knex, with the same behaviour on each.
 * Columns are snake_case in SQL and camelCase in code. Owns connections and transactions, no table.
 */
import knexModule from 'knex'
import type { Knex } from 'knex'
import { prepareMysql } from './mysql-connection.ts'

export type Db = Knex
/** A connection or a running transaction: what a query takes. */
export type Sql = Knex | Knex.Transaction

export type DatabaseSettings = {
  /** `mysql://user:password@host:port/database`; absent for SQLite. */
  mysqlDsn?: string | undefined
  /** Extra mysql2 connection options in mysql2's or PyMySQL's spelling (`connect_timeout` in seconds). */
  mysqlConnectArgs?: Record<string, unknown>
  /** The SQLite file, used when there is no `mysqlDsn`. */
  sqliteFile: string
  mysqlPoolSize?: number
}

export function openDatabase(settings: DatabaseSettings): Db {
  const shared = {
    wrapIdentifier,
    postProcessResponse,
    useNullAsDefault: true,
    asyncStackTraces: false,
    log: QUIET,
  }
  const opened: Opened = {}
  const own = settings.mysqlDsn
    ? mysqlConfig(settings, settings.mysqlDsn)
    : sqliteConfig(settings.sqliteFile, opened)
  const db = repeating(knexModule({ ...shared, ...own }))
  sqliteConnections.set(db, opened)
  return db
}

// knex writes pool exhaustion to the console; the error itself is thrown and logged.
const QUIET = { warn() {}, error() {}, deprecate() {}, debug() {} }

export function isSqlite(db: Sql): boolean {
  return db.client.config.client === 'better-sqlite3'
}

/**
 * A number that changes when another connection commits to the SQLite file, as other processes do. Always 0 on the other
 * databases. Costs no query: SQLite looks at memory that the processes share.
 */
export function foreignWrites(db: Db): number {
  return sqliteConnections.get(db)?.countForeign?.() ?? 0
}

/** `countForeign` is there once the connection is open. */
type Opened = { countForeign?: () => number }

const sqliteConnections = new WeakMap<Db, Opened>()

const ATTEMPTS = 3
/** Deadlock, lock wait timeout, SQLite busy: the statement had no effect and may be retried. */
const RETRYABLE = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT'])

/**
 * Runs `work` in one transaction. Retries it after a deadlock, at most twice, with jitter. `work` must have no other
 * side effect.
 */
export function inTransaction<T>(db: Db, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
  return retried(() => db.transaction(work))
}

/** True for a unique or primary key violation on any of the databases. */
export function isDuplicate(error: unknown): boolean {
  return ['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY'].includes(
    errorCode(error),
  )
}

/** True for a row that belongs to another one, by a foreign key, which is gone. */
export function isOrphan(error: unknown): boolean {
  return ['ER_NO_REFERENCED_ROW', 'ER_NO_REFERENCED_ROW_2', 'SQLITE_CONSTRAINT_FOREIGNKEY'].includes(
    errorCode(error),
  )
}

/**
 * Retries a single statement after a deadlock, if it commits by itself. knex gives every transaction a client of its
 * own, which does not inherit this. So a statement inside a transaction is never retried alone.
 */
function repeating(db: Db): Db {
  const client = db.client as Pick<Knex.Client, 'query'>
  const query = client.query.bind(client)
  client.query = (connection, statement) => retried(async () => await query(connection, statement))
  return db
}

async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= ATTEMPTS || !RETRYABLE.has(errorCode(error))) throw error
      await new Promise((resolve) => setTimeout(resolve, attempt * 20 * (1 + Math.random())))
    }
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function mysqlConfig(settings: DatabaseSettings, dsn: string): Knex.Config {
  return {
    client: 'mysql2',
    connection: {
      // SQLAlchemy writes the driver into the scheme (mysql+aiomysql://). The rest has the same meaning.
      uri: dsn.replace(/^(mysql|mariadb)(\+\w+)?:/, 'mysql:'),
      // knex also writes this into CREATE TABLE, where MySQL refuses a collation name.
      charset: 'utf8mb4',
      timezone: 'Z',
      // BIGINT columns hold milliseconds and counters. They become numbers, which are exact below 2^53. So do sums,
      // which are DECIMAL.
      supportBigNumbers: true,
      bigNumberStrings: false,
      decimalNumbers: true,
      // knex prepares no statements. mysql2 would keep half a mebibyte per connection for a cache of 16,000.
      maxPreparedStatements: 1,
      ...connectArgs(settings.mysqlConnectArgs),
    } as Knex.MySql2ConnectionConfig,
    pool: { min: 0, max: settings.mysqlPoolSize ?? 10, afterCreate: prepareMysql },
    acquireConnectionTimeout: 5000,
  }
}

function connectArgs(args: Record<string, unknown> = {}): Record<string, unknown> {
  const { connect_timeout: seconds, ...rest } = args
  return typeof seconds === 'number' ? { connectTimeout: seconds * 1000, ...rest } : rest
}

function sqliteConfig(filename: string, opened: Opened): Knex.Config {
  return {
    client: 'better-sqlite3',
    connection: { filename },
    // One connection: SQLite is synchronous. A second one would block the event loop while it waits for the first.
    pool: { min: 1, max: 1, idleTimeoutMillis: 2 ** 31 - 1, afterCreate: prepareSqlite(opened) },
    acquireConnectionTimeout: 10_000,
  }
}

type Done = (error: Error | null, connection: unknown) => void
type SqliteConnection = {
  pragma: (sql: string, options?: { simple: boolean }) => unknown
  prepare: (sql: string) => unknown
}

function prepareSqlite(opened: Opened) {
  return (connection: SqliteConnection, done: Done): void => {
    connection.pragma('journal_mode = WAL')
    connection.pragma('synchronous = NORMAL')
    connection.pragma('busy_timeout = 5000')
    connection.pragma('foreign_keys = ON')
    opened.countForeign = () => Number(connection.pragma('data_version', { simple: true }))
    const prepare = connection.prepare.bind(connection)
    // A deferred transaction that starts to write fails at once if another process wrote meanwhile.
    connection.prepare = rememberStatements((sql) => prepare(sql === 'BEGIN;' ? 'BEGIN IMMEDIATE;' : sql))
    done(null, connection)
  }
}

const REMEMBERED_STATEMENTS = 500
const REPEATED = /^(?:select(?! \*)|insert|update|delete) /i

/**
 * knex prepares every statement again, which takes longer than running most of them. This cache evicts the oldest. It
 * skips `select *`, because columns may change.
 */
function rememberStatements(prepare: (sql: string) => unknown): (sql: string) => unknown {
  const statements = new Map<string, unknown>()
  return (sql) => {
    const known = statements.get(sql)
    if (known !== undefined) return known
    const statement = prepare(sql)
    if (!REPEATED.test(sql)) return statement
    statements.set(sql, statement)
    const [oldest] = statements.keys()
    if (statements.size > REMEMBERED_STATEMENTS && oldest !== undefined) statements.delete(oldest)
    return statement
  }
}

// knex passes an unnamed constraint as undefined, contrary to its types.
function wrapIdentifier(value: string, wrap: (value: string) => string): string {
  return value ? wrap(snakeCase(value)) : value
}

const snakeNames = new Map<string, string>()

function snakeCase(name: string): string {
  let snake = snakeNames.get(name)
  if (snake === undefined) {
    snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    snakeNames.set(name, snake)
  }
  return snake
}

const camelNames = new Map<string, string>()

function camelCase(name: string): string {
  let camel = camelNames.get(name)
  if (camel === undefined) {
    camel = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    camelNames.set(name, camel)
  }
  return camel
}

function postProcessResponse(result: unknown): unknown {
  if (Array.isArray(result)) return result.map(camelRow)
  return camelRow(result)
}

function camelRow(row: unknown): unknown {
  if (row === null || typeof row !== 'object' || Object.getPrototypeOf(row) === Array.prototype) return row
  if (Buffer.isBuffer(row) || 'affectedRows' in row) return row
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [camelCase(name), value]))
}
