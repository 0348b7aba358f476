/** Each statement and how long it took, for DEBUG. In place of values it has `?`, so no personal data is in the log. */
import { loggableError } from '../logging/loggable-error.ts'
import type { Logger } from '../logging/log.ts'
import type { Db } from './database.ts'

type Statement = { __knexQueryUid: string; sql: string }

/** Adds nothing where the log leaves debug lines out. */
export function withStatementLog(db: Db, log: Logger): Db {
  if (!log.isLevelEnabled('debug')) return db
  const begun = new Map<string, number>()
  const msOf = ({ __knexQueryUid: id }: Statement) => {
    const startedMs = begun.get(id) ?? performance.now()
    begun.delete(id)
    return Math.round(performance.now() - startedMs)
  }
  db.on('query', ({ __knexQueryUid: id }: Statement) => void begun.set(id, performance.now()))
  db.on('query-response', (_rows: unknown, one: Statement) =>
    log.debug({ sql: one.sql, ms: msOf(one) }, 'sql.answered'),
  )
  db.on('query-error', (error: unknown, one: Statement) =>
    log.debug({ sql: one.sql, ms: msOf(one), err: loggableError(error) }, 'sql.failed'),
  )
  return db
}
