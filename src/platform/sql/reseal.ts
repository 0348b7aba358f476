/**
 * Reseals values in SQL from older keys to the current key, so that the older keys can be removed. Works in small
 * transactions while servers run. A value that changed meanwhile is skipped. A second run skips finished work.
 */
import { inTransaction } from './database.ts'
import type { Db, Sql } from './database.ts'
import { SEAL_KEY_ID_LENGTH } from '../tokens.ts'
import type { Sealer } from '../tokens.ts'

export type SealedColumn = {
  /** A name of the data for the operator. */
  what: string
  table: string
  column: string
  /** The primary key. */
  key: string
  /** The columns that form the context, besides the key. */
  needs?: readonly string[]
  /** The context of a value. It must be the same for opening and sealing. */
  context: (row: Record<string, string>) => string
}

export type Resealed = {
  resealed: number
  /** Values that are altered or sealed with an unknown key. They are left unchanged. */
  unreadable: number
}

/** Reseals the values of a column in batches. `onBatch` is called for each. */
export async function resealColumn(
  db: Db,
  sealer: Sealer,
  sealed: SealedColumn,
  { batch = 100, onBatch = () => {} }: { batch?: number; onBatch?: (soFar: Resealed) => void } = {},
): Promise<Resealed> {
  const total = { resealed: 0, unreadable: 0 }
  for (let after = ''; ;) {
    const rows = await olderThanCurrent(db, sealer, sealed, { after, limit: batch })
    if (rows.length === 0) return total
    const opened = rows.map((row) => ({
      row,
      plain: sealer.open(row[sealed.column] ?? '', sealed.context(row)),
    }))
    const readable = opened.flatMap(({ row, plain }) => (plain === undefined ? [] : [{ row, plain }]))
    total.unreadable += rows.length - readable.length
    total.resealed += await inTransaction(db, async (trx) => {
      let changed = 0
      for (const each of readable) changed += await replace(trx, sealer, sealed, each)
      return changed
    })
    onBatch(total)
    after = rows.at(-1)?.[sealed.key] ?? ''
  }
}

/** How many values of a column each key sealed, by the key's id. */
export async function countByKey(sql: Sql, { table, column }: SealedColumn): Promise<Map<string, number>> {
  const rows: { keyId: string; values: unknown }[] = await sql(table)
    .whereNotNull(column)
    .groupByRaw('substr(??, 1, ?)', [column, SEAL_KEY_ID_LENGTH])
    .select(sql.raw('substr(??, 1, ?) as ??', [column, SEAL_KEY_ID_LENGTH, 'keyId']))
    .count({ values: '*' })
  return new Map(rows.map(({ keyId, values }) => [keyId, Number(values)]))
}

async function olderThanCurrent(
  db: Db,
  { keyIds: [current] }: Sealer,
  { table, column, key, needs = [] }: SealedColumn,
  { after, limit }: { after: string; limit: number },
): Promise<Record<string, string>[]> {
  return await db(table)
    .select(key, column, ...needs)
    .whereNotNull(column)
    .whereRaw('substr(??, 1, ?) <> ?', [column, SEAL_KEY_ID_LENGTH, current])
    .where(key, '>', after)
    .orderBy(key)
    .limit(limit)
}

async function replace(
  sql: Sql,
  sealer: Sealer,
  { table, column, key, context }: SealedColumn,
  { row, plain }: { row: Record<string, string>; plain: string },
): Promise<number> {
  return await sql(table)
    .where({ [key]: row[key], [column]: row[column] })
    .update({ [column]: sealer.seal(plain, context(row)) })
}
