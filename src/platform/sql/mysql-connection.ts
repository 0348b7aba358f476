/**
 * Prepares connections to MySQL and MariaDB: their modes and a deadline for each query. Closes connections that are no
 * longer usable. knex itself only drops closed ones.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

/** A server that hangs counts as down. Longer than any query of a request takes, shorter than people wait. */
const QUERY_WITHIN_MS = 5000

/**
 * The server became read-only (1290, 1792, 1836) or left its cluster (1047). After a failover the same address belongs
 * to another server. Only a new connection reaches that server.
 */
const LEFT_BEHIND = new Set([1047, 1290, 1792, 1836])
const HUNG = 'PROTOCOL_SEQUENCE_TIMEOUT'

type Failure = Error & { code?: string; errno?: number }
type Answered = (error: Failure | null, ...results: unknown[]) => void
type Query = (options: string | object, ...rest: unknown[]) => unknown
export type MysqlConnection = {
  query: Query
  destroy: () => void
  /** knex reads this and removes the connection from its pool. */
  __knex__disposed?: unknown
}

const unhurried = new AsyncLocalStorage<true>()

/** Runs `work` without a deadline for its queries: for schema changes, and for waiting for a lock. */
export function withoutQueryDeadline<T>(work: () => Promise<T>): Promise<T> {
  return unhurried.run(true, work)
}

/** Prepares a new connection, for knex's `afterCreate`. */
export function prepareMysql(
  connection: MysqlConnection,
  done: (error: Error | null, connection: unknown) => void,
): void {
  watch(connection)
  const mode = "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'"
  connection.query(mode, (error: Failure | null) => {
    if (error) return done(error, connection)
    // READ COMMITTED: no gap locks, hence far fewer deadlocks; every check that matters is one conditional statement.
    connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', (failure: Failure | null) =>
      done(failure, connection),
    )
  })
}

function watch(connection: MysqlConnection): void {
  const query = connection.query.bind(connection)
  connection.query = (options, ...rest) => {
    const answered = rest.at(-1)
    const given = typeof options === 'string' ? { sql: options } : options
    const timed = unhurried.getStore() ? given : { timeout: QUERY_WITHIN_MS, ...given }
    if (typeof answered !== 'function') return query(timed, ...rest)
    return query(timed, ...rest.slice(0, -1), watched(connection, answered as Answered))
  }
}

function watched(connection: MysqlConnection, answered: Answered): Answered {
  return (error, ...results) => {
    if (error && (error.code === HUNG || LEFT_BEHIND.has(error.errno ?? 0)))
      connection.__knex__disposed = error
    // A late answer would be read as the answer to the next query.
    if (error?.code === HUNG) connection.destroy()
    answered(error, ...results)
  }
}
