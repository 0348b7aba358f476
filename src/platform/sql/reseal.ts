/**
 * Seals again, with the current key, what older keys sealed in SQL, so that those can go. Works in small transactions
 * beside running servers: a value that changed meanwhile is left as it is, and what is done needs not be done again.
 */
import { inTransaction } from './database.ts'
import type { Db, Sql } from './database.ts'
import { SEAL_KEY_ID_LENGTH } from '../tokens.ts'
import type { Sealer } from '../tokens.ts'

export type SealedColumn = {
  /** What is sealed, in words for the operator. */
  what: string
  table: string
  column: string
  /** The primary key. */
  key: string
  /** Columns that the context is made of, besides the key. */
  needs?: readonly string[]
  /** What a value is bound to: as it was sealed, so it is sealed again. */
  context: (row: Record<string, string>) => string
}

export type Resealed = {
  resealed: number
  /** Sealed with a key that is not configured, or altered: left as they are. */
  unreadable: number
}

/** Seals a column's values anew, in batches; `onBatch` hears of each. */
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
