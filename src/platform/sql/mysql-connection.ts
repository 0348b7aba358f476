/**
 * What a connection to MySQL or MariaDB is given before it serves: its modes, a deadline for each query, and its end
 * where it is of no more use. knex itself gives up only connections that are closed.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

/** A server that hangs is away. Longer than any query of a request takes, shorter than people wait. */
const QUERY_WITHIN_MS = 5000

/**
 * The server took a write once and takes none now (1290, 1792, 1836), or left its cluster (1047): after a failover the
 * same address leads to another server, which only a new connection reaches.
 */
const LEFT_BEHIND = new Set([1047, 1290, 1792, 1836])
const HUNG = 'PROTOCOL_SEQUENCE_TIMEOUT'

type Failure = Error & { code?: string; errno?: number }
type Answered = (error: Failure | null, ...results: unknown[]) => void
type Query = (options: string | object, ...rest: unknown[]) => unknown
export type MysqlConnection = {
  query: Query
  destroy: () => void
  /** Read by knex, which then takes the connection out of its pool. */
  __knex__disposed?: unknown
}

const unhurried = new AsyncLocalStorage<true>()

/** Runs `work`, whose queries may take as long as they need: changes of the schema, and waiting for a lock. */
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
    // Its answer may still come, and would be taken for that of the next query.
    if (error?.code === HUNG) connection.destroy()
    answered(error, ...results)
  }
}
