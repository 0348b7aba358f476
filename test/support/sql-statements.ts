import type { Db } from '../../src/platform/sql/database.ts'

export type Statements = { texts: string[]; stop: () => void }

/** What change feed and worker ask by themselves, at any time. */
const BY_ITSELF = /\b(from|into|update) [`"](changes|outbox_messages)[`"]/

/** Records the statements of every connection to the same kind of database in this process. */
export function recordStatements(db: Db): Statements {
  type Emits = { emit: (event: string, ...args: unknown[]) => boolean }
  const client = Object.getPrototypeOf(db.client as object) as Emits
  const { emit } = client
  const texts: string[] = []
  client.emit = function (this: Emits, event, ...args) {
    const [query] = args as [{ sql: string }]
    if (event === 'query' && !BY_ITSELF.test(query.sql)) texts.push(query.sql)
    return emit.call(this, event, ...args)
  }
  return { texts, stop: () => void (client.emit = emit) }
}
