/**
 * Purges rows in small steps. Each step finds some keys, deletes their rows and pauses for other work. One statement
 * for a million rows would hold locks and undo space for its whole duration. On SQLite it would also block the event
 * loop.
 */
import type { Knex } from 'knex'
import type { Db } from './database.ts'

export type Purge = {
  table: string
  /** The primary key, of one column. */
  key: string
  /** Selects the rows to purge. An index must support it. */
  outdated: (rows: Knex.QueryBuilder) => unknown
}

export type PurgeSteps = {
  /** The most rows of one step. */
  batch: number
  /** The most steps of one round. The next round continues. */
  mostSteps: number
  pauseMs: number
  /** True when the process is stopping: no further step begins. */
  isStopping: () => boolean
}

export const PURGE_STEPS: PurgeSteps = { batch: 500, mostSteps: 200, pauseMs: 10, isStopping: () => false }

/** Purges some rows. Answers how many it found. */
export async function purgeSome(db: Db, { table, key, outdated }: Purge, limit: number): Promise<number> {
  // `pluck` does not convert our column names.
  const rows: Record<string, string | number>[] = await db(table)
    .select(key)
    .where((some) => void outdated(some))
    .limit(limit)
  const keys = rows.map((row) => row[key] ?? '')
  if (keys.length === 0) return 0
  // Checks again: the row may have been renewed a moment ago.
  await db(table)
    .whereIn(key, keys)
    .where((some) => void outdated(some))
    .delete()
  return keys.length
}

/** Repeats a step until it finds fewer rows than its limit, or the round is over. Answers how many rows it found. */
export async function inSteps(
  step: (limit: number) => Promise<number>,
  { batch, mostSteps, pauseMs, isStopping }: PurgeSteps,
): Promise<number> {
  let total = 0
  for (let done = 0; done < mostSteps && !isStopping(); done += 1) {
    const found = await step(batch)
    total += found
    if (found < batch) break
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  return total
}
