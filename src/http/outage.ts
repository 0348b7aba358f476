/** Recognises that the database, Redis or another dependency is away, so that the answer is 503 and not 500. */

const CODES = new Set(
  (
    'ECONNREFUSED ECONNRESET ETIMEDOUT EPIPE EHOSTUNREACH ENETUNREACH ENOTFOUND EAI_AGAIN ' +
    'PROTOCOL_CONNECTION_LOST PROTOCOL_SEQUENCE_TIMEOUT ER_CON_COUNT_ERROR ER_SERVER_SHUTDOWN ' +
    // Read-only after a failover, and a Galera node outside the primary component (ER_UNKNOWN_COM_ERROR).
    'ER_OPTION_PREVENTS_STATEMENT ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION ER_READ_ONLY_MODE ' +
    'ER_UNKNOWN_COM_ERROR ER_LOCK_DEADLOCK ER_LOCK_WAIT_TIMEOUT ER_QUERY_INTERRUPTED ' +
    'SQLITE_BUSY SQLITE_BUSY_SNAPSHOT SQLITE_FULL SQLITE_IOERR SQLITE_READONLY'
  ).split(' '),
)

const NAMES = new Set(['KnexTimeoutError', 'MaxRetriesPerRequestError', 'ClusterAllFailedError'])

// Redis answers and ioredis states that carry no code.
const MESSAGES =
  /^(LOADING|READONLY|CLUSTERDOWN|MASTERDOWN|OOM|TRYAGAIN|NOREPLICAS|BUSY|Connection is closed|Command timed out|Stream isn't writeable|Too many Cluster redirections|Can't add new command when connection is in closed state)/

const DEPTH = 5

/** True when the error, or a cause of it, says that a dependency cannot be reached or cannot write for now. */
export function isOutage(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > DEPTH) return false
  if ('status' in error && error.status === 503) return true
  const code = 'code' in error ? error.code : undefined
  if ((typeof code === 'string' && CODES.has(code)) || NAMES.has(error.name) || MESSAGES.test(error.message))
    return true
  const causes = error instanceof AggregateError ? [error.cause, ...error.errors] : [error.cause]
  return causes.some((cause) => isOutage(cause, depth + 1))
}
