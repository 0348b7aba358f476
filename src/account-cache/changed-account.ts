/**
 * The only statements that change or delete rows of `accounts`. Each raises the version of its account in the same
 * transaction, and fences the account cache before that commits. A test finds statements elsewhere.
 */
import { hash } from 'node:crypto'
import type { Knex } from 'knex'
import { inTransaction } from '../platform/sql/database.ts'
import type { Db, Sql } from '../platform/sql/database.ts'
import { raiseVersion } from '../platform/sql/change-feed.ts'

/** Waits until no process finds an older version cached. Never rejects. */
export type Fence = (id: string, version: number) => Promise<void>

// The connection carries the cache: knex hands `userParams` on to every transaction. So no change can forget it.
const fences = new WeakMap<object, Fence>()

/** From here on, changes through this connection are fenced. */
export function fenceChangesOf(db: Db, fence: Fence): void {
  fences.set(db.userParams, fence)
}

/** Accounts share versions, so that the change feed stays small. A change evicts what shares its version. */
const TOPIC_DIGITS = 2

/** The change feed's topic of an account. */
export function accountTopic(id: string): string {
  return `account/${hash('sha256', id, 'hex').slice(0, TOPIC_DIGITS)}`
}

/** Changes the row with this id, if it also has the other values. Answers how many rows it found. */
export function updateAccount(
  sql: Sql,
  where: { id: string } & Record<string, string | null>,
  values: Record<string, unknown>,
): Promise<number> {
  return changing(sql, where.id, (trx) => trx('accounts').where(where).update(values))
}

/** The same, if any value is another than before. */
export function updateAccountIfDifferent(
  sql: Sql,
  id: string,
  values: Record<string, string | null>,
  updatedAtMs: number,
): Promise<number> {
  const differs = (any: Knex.QueryBuilder) => {
    void any.whereRaw('1 = 0')
    for (const [name, value] of Object.entries(values))
      if (value === null) void any.orWhereNotNull(name)
      else void any.orWhereNull(name).orWhereNot(name, value)
  }
  return changing(sql, id, (trx) =>
    trx('accounts')
      .where({ id })
      .where((any) => differs(any))
      .update({ ...values, updatedAtMs }),
  )
}

/** Answers how many rows it found. */
export function removeAccount(sql: Sql, id: string): Promise<number> {
  return changing(sql, id, (trx) => trx('accounts').where({ id }).delete())
}

// The fence comes before the commit. A reader that still finds the old row cannot cache it, so nobody finds it afterwards.
async function changing(sql: Sql, id: string, change: (trx: Sql) => PromiseLike<number>): Promise<number> {
  if (!sql.isTransaction) return inTransaction(sql, (trx) => changing(trx, id, change))
  const changed = await change(sql)
  if (changed === 0) return 0
  const version = await raiseVersion(sql, accountTopic(id), Date.now())
  await fences.get(sql.userParams)?.(id, version)
  return changed
}
