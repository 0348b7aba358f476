/** Loaded into a process with `--import`: it kills itself as soon as its first transaction is committed. */
import { createRequire } from 'node:module'

type Transaction = {
  query: (connection: unknown, sql: string, ...rest: unknown[]) => Promise<unknown>
}

const load = createRequire(import.meta.url)
// MySQL's has a query of its own.
for (const module of ['knex/lib/execution/transaction.js', 'knex/lib/dialects/mysql2/transaction.js']) {
  const { prototype } = load(module) as { prototype: Transaction }
  const query = Reflect.get(prototype, 'query') as Transaction['query']
  prototype.query = async function (this: Transaction, connection, sql, ...rest) {
    const answered = (await Reflect.apply(query, this, [connection, sql, ...rest])) as unknown
    if (/^commit/i.test(sql)) process.kill(process.pid, 'SIGKILL')
    return answered
  }
}
