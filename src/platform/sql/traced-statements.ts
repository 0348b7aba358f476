/** SQL statements as steps of a trace: with their text, never with their values. */
import { codeOf } from '../tracing/tracing.ts'
import type { Span, Tracing } from '../tracing/tracing.ts'
import { isSqlite } from './database.ts'
import type { Db } from './database.ts'

type Statement = { __knexQueryUid: string; sql: string }

/** Statements that were begun and have not ended: far more than a pool has connections. */
const MOST_BEGUN = 10_000

export function traceStatements(db: Db, tracing: Tracing): void {
  if (!tracing.isOn) return
  const system = isSqlite(db) ? 'sqlite' : 'mysql'
  const begun = new Map<string, Span>()
  db.on('query', ({ __knexQueryUid: id, sql }: Statement) => {
    const [operation = ''] = sql.trimStart().split(/[\s;]/, 1)
    const name = operation.toUpperCase()
    const attributes = { 'db.system.name': system, 'db.operation.name': name, 'db.query.text': sql }
    const span = tracing.begin(`SQL ${name}`, { kind: 'client', attributes })
    if (span === undefined) return
    if (begun.size >= MOST_BEGUN) begun.clear()
    begun.set(id, span)
  })
  const taken = (id: string) => {
    const span = begun.get(id)
    begun.delete(id)
    return span
  }
  db.on('query-response', (_: unknown, { __knexQueryUid: id }: Statement) => taken(id)?.end())
  db.on('query-error', (error: unknown, { __knexQueryUid: id }: Statement) => {
    const span = taken(id)
    span?.fail(codeOf(error))
    span?.end()
  })
}
