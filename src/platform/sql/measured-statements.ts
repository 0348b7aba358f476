/** How long SQL statements take, and how busy the connections are. */
import { only } from '../metrics/metrics.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Db } from './database.ts'

type Statement = { __knexQueryUid: string; method?: string }
type Pool = { numUsed: () => number; numFree: () => number; numPendingAcquires: () => number }

/** By knex's name for the method. */
const OPERATIONS: Record<string, string> = {
  select: 'select',
  first: 'select',
  pluck: 'select',
  insert: 'insert',
  update: 'update',
  del: 'delete',
}
/** Statements that were begun and have not ended: far more than a pool has connections. */
const MOST_BEGUN = 10_000

export function measureStatements(db: Db, metrics: Metrics): void {
  if (!metrics.isOn) return
  const observe = metrics.histogram<'operation'>({
    name: 'account_server_sql_statement_duration_seconds',
    help: 'SQL statements, from sending to the answer; `other` are raw statements, and those of transactions.',
    labels: ['operation'],
  })
  const begun = new Map<string, number>()
  db.on('query', ({ __knexQueryUid: id }: Statement) => {
    if (begun.size >= MOST_BEGUN) begun.clear()
    begun.set(id, performance.now())
  })
  const ended = (_: unknown, { __knexQueryUid: id, method = '' }: Statement) => {
    const startedMs = begun.get(id)
    begun.delete(id)
    if (startedMs === undefined) return
    observe({ operation: OPERATIONS[method] ?? 'other' }, (performance.now() - startedMs) / 1000)
  }
  db.on('query-response', ended)
  db.on('query-error', ended)
  measurePool(db, metrics)
}

function measurePool(db: Db, metrics: Metrics): void {
  const pool = () => (db.client as { pool?: Pool }).pool
  metrics.gauge<'state'>(
    {
      name: 'account_server_sql_connections',
      help: 'Connections to the SQL database, by state: `used` or `free`.',
      labels: ['state'],
    },
    () => [
      { labels: { state: 'used' }, value: pool()?.numUsed() ?? 0 },
      { labels: { state: 'free' }, value: pool()?.numFree() ?? 0 },
    ],
  )
  metrics.gauge(
    {
      name: 'account_server_sql_connections_awaited',
      help: 'Work that waits for a connection to the SQL database.',
    },
    () => only(pool()?.numPendingAcquires() ?? 0),
  )
}
