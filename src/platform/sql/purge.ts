/**
 * Deletes rows that are wanted no longer, in small steps: each finds some keys, deletes those, and leaves a pause to others.
 * One statement for a million rows would hold locks, undo space and, on SQLite, the event loop for as long as it takes.
 */
import type { Knex } from 'knex'
import type { Db } from './database.ts'

export type Purge = {
  table: string
  /** The primary key, of one column. */
  key: string
  /** Narrows to the rows that may go; an index must serve it. */
  outdated: (rows: Knex.QueryBuilder) => unknown
}

export type PurgeSteps = {
  /** Rows of one step. */
  batch: number
  /** Steps of one round; what is left then is for the next round. */
  mostSteps: number
  pauseMs: number
  /** True once the process is to end: no further step is begun. */
  isStopping: () => boolean
}

export const PURGE_STEPS: PurgeSteps = { batch: 500, mostSteps: 200, pauseMs: 10, isStopping: () => false }

/** Deletes some; answers how many it found. */
export async function purgeSome(db: Db, { table, key, outdated }: Purge, limit: number): Promise<number> {
  // Not `pluck`, which does not know our spelling of columns.
  const rows: Record<string, string | number>[] = await db(table)
    .select(key)
    .where((some) => void outdated(some))
    .limit(limit)
  const keys = rows.map((row) => row[key] ?? '')
  if (keys.length === 0) return 0
  // Asks again: it may have been renewed a moment ago.
  await db(table)
    .whereIn(key, keys)
    .where((some) => void outdated(some))
    .delete()
  return keys.length
}

/** Repeats a step until it finds less than it may, or the round is over. Answers how many were found. */
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
