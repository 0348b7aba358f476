/**
 * The only statements that change or delete rows of `accounts`, and what a change of groups or roles calls. Each raises the version
 * of its account in the same transaction, and fences the account cache before that commits. A test finds statements elsewhere.
 */
import { hash } from 'node:crypto'
import type { Knex } from 'knex'
import { inTransaction } from '../platform/sql/database.ts'
import type { Sql } from '../platform/sql/database.ts'
import { changeShares, TOPICS } from '../platform/versioned-cache/topics.ts'
import { searchColumns, SEARCHED_FIELDS } from './search-columns.ts'
import type { SearchedFields } from './search-columns.ts'

/** Names the account cache in its topics of the change feed. */
export const ACCOUNT_CACHE = 'account'

/** One byte of a digest: as many shares as a cache has topics. */
export function shareOfAccount(id: string): number {
  return Number.parseInt(hash('sha256', id, 'hex').slice(0, 2), 16)
}

/** Changes the row with this id, if it also has the other values. Answers how many rows it found. */
export function updateAccount(
  sql: Sql,
  where: { id: string } & Record<string, string | null>,
  values: Record<string, unknown>,
): Promise<number> {
  return changing(sql, where.id, async (trx) => {
    const changed: number = await trx('accounts').where(where).update(values)
    if (changed > 0) await changeSearchColumns(trx, where.id, values)
    return changed
  })
}

/** Changes the row with this id, unless it already has all these values. Answers how many rows it changed. */
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
  return changing(sql, id, async (trx) => {
    const changed: number = await trx('accounts')
      .where({ id })
      .where((any) => differs(any))
      .update({ ...values, updatedAtMs })
    if (changed > 0) await changeSearchColumns(trx, id, values)
    return changed
  })
}

/** Answers how many rows it found. */
export function removeAccount(sql: Sql, id: string): Promise<number> {
  return changing(sql, id, (trx) => trx('accounts').where({ id }).delete())
}

/**
 * Fills the search columns of some rows that a former release inserted. Answers how many it found. Nothing that is cached
 * changes.
 */
export async function fillSearchColumns(sql: Sql, limit: number): Promise<number> {
  const rows: (SearchedFields & { id: string })[] = await sql('accounts')
    .whereNull('nameFolded')
    .select('id', ...SEARCHED_FIELDS)
    .limit(limit)
  // A change meanwhile has filled its row itself.
  for (const { id, ...fields } of rows)
    await sql('accounts').where({ id, nameFolded: null }).update(searchColumns(fields))
  return rows.length
}

/** Call it in the transaction that changes the groups or roles of these accounts, or of more than can be named. */
export async function changeCachedOf(trx: Sql, ids: readonly string[] | 'many'): Promise<void> {
  const shares =
    ids === 'many' ? Array.from({ length: TOPICS }, (_, share) => share) : ids.map(shareOfAccount)
  await changeShares(trx, ACCOUNT_CACHE, [...new Set(shares)])
}

async function changeSearchColumns(trx: Sql, id: string, values: Record<string, unknown>): Promise<void> {
  if (!SEARCHED_FIELDS.some((field) => field in values)) return
  const fields: SearchedFields | undefined = await trx('accounts')
    .where({ id })
    .first(...SEARCHED_FIELDS)
  if (fields) await trx('accounts').where({ id }).update(searchColumns(fields))
}

async function changing(sql: Sql, id: string, change: (trx: Sql) => PromiseLike<number>): Promise<number> {
  if (!sql.isTransaction) return inTransaction(sql, (trx) => changing(trx, id, change))
  const changed = await change(sql)
  if (changed > 0) await changeShares(sql, ACCOUNT_CACHE, [shareOfAccount(id)])
  return changed
}
