/** Tables that record in SQL what Redis may lose. Each row has the time of recording and a key of its own. */
import { DAY_MS } from '../platform/clock.ts'
import type { Db } from '../platform/sql/database.ts'
import { purgeSome } from '../platform/sql/purge.ts'
import type { Purge } from '../platform/sql/purge.ts'

/** A failover loses seconds; a Redis restored from a snapshot loses what came after it. */
const KEPT_MS = DAY_MS
const BATCH = 500

export type RecordTable = {
  table: string
  /** The column of the time, in milliseconds. */
  time: string
  key: string
  columns: readonly string[]
}

/** What is still kept, oldest first, in batches. */
export async function* recordedRows<Row extends Record<string, unknown>>(
  db: Db,
  { table, time, key, columns }: RecordTable,
  nowMs: number,
): AsyncGenerator<Row[]> {
  for (let [atMs, from] = [nowMs - KEPT_MS, '']; ;) {
    const rows: Row[] = await db(table)
      .select(time, key, ...columns)
      .where((later) =>
        later.where(time, '>', atMs).orWhere((same) => same.where(time, atMs).where(key, '>', from)),
      )
      .orderBy([{ column: time }, { column: key }])
      .limit(BATCH)
    yield rows
    const last = rows.at(-1)
    if (!last || rows.length < BATCH) return
    ;[atMs, from] = [Number(last[time]), String(last[key])]
  }
}

/** Purges some expired rows. Answers how many it found. */
export async function purgeRecorded(
  db: Db,
  { table, time, key }: RecordTable,
  nowMs: number,
  limit = BATCH,
): Promise<number> {
  const outdated: Purge['outdated'] = (rows) => rows.where(time, '<=', nowMs - KEPT_MS)
  return purgeSome(db, { table, key, outdated }, limit)
}
