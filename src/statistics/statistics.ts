/**
 * Counts of what happened, which survive restarts and add up over processes: the table `statistics`. A process adds what it
 * counted with one statement now and then, never while a request waits. Rows are bounded: the series are fixed, and each step is
 * kept for its time.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../platform/clock.ts'
import { isSqlite } from '../platform/sql/database.ts'
import type { Db } from '../platform/sql/database.ts'
import { STATISTICS } from './series.ts'
import type { Period, StatisticsGroup } from './series.ts'

/** Days are those of UTC. */
const STEPS = {
  minute: { ms: MINUTE_MS, keptMs: 2 * HOUR_MS },
  quarter: { ms: 15 * MINUTE_MS, keptMs: 2 * DAY_MS },
  day: { ms: DAY_MS, keptMs: 62 * DAY_MS },
} as const
type Step = keyof typeof STEPS

const SHOWN = {
  hour: { step: 'minute', bars: 60 },
  day: { step: 'quarter', bars: 96 },
  month: { step: 'day', bars: 30 },
} as const satisfies Record<Period, { step: Step; bars: number }>

/** Adds counts to the steps that are now. */
export async function addCounts(db: Db, counts: ReadonlyMap<string, number>, nowMs: number): Promise<void> {
  if (counts.size === 0) return
  const steps = Object.keys(STEPS) as Step[]
  // Always in one order: two processes that add at once then wait for each other and do not deadlock.
  const series = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const rows = steps.flatMap((step) =>
    series.map(([name, total]) => ({ step, atMs: beginOf(step, nowMs), series: name, total })),
  )
  const added = isSqlite(db) ? 'statistics.total + excluded.total' : 'statistics.total + values(total)'
  await db('statistics')
    .insert(rows)
    .onConflict(['step', 'atMs', 'series'])
    .merge({ total: db.raw(added) })
}

export type Statistics = {
  fromMs: number
  stepMs: number
  bars: number
  groups: Record<StatisticsGroup, { name: string; total: number; counts: number[] }[]>
}

/** The last hour by minutes, day by quarters of an hour, or month by days. The last bar is of now, and still grows. */
export async function readStatistics(db: Db, period: Period, nowMs: number): Promise<Statistics> {
  const { step, bars } = SHOWN[period]
  const { ms: stepMs } = STEPS[step]
  const fromMs = beginOf(step, nowMs) - (bars - 1) * stepMs
  const rows: { atMs: number; series: string; total: number }[] = await db('statistics')
    .where({ step })
    .where('atMs', '>=', fromMs)
    .select('atMs', 'series', 'total')
  const found = Map.groupBy(rows, ({ series }) => series)
  const countsOf = (series: string) => {
    const counts = Array.from({ length: bars }, () => 0)
    for (const { atMs, total } of found.get(series) ?? []) {
      const bar = Math.round((Number(atMs) - fromMs) / stepMs)
      if (bar < bars) counts[bar] = Number(total)
    }
    return counts
  }
  const groups = Object.entries(STATISTICS).map(([group, names]) => [
    group,
    names.map((name) => {
      const counts = countsOf(`${group}.${name}`)
      return { name, total: counts.reduce((sum, count) => sum + count, 0), counts }
    }),
  ])
  return { fromMs, stepMs, bars, groups: Object.fromEntries(groups) as Statistics['groups'] }
}

/** Answers how many rows it deleted. Of each step there are a few hundred at most. */
export async function purgeStatistics(db: Db, nowMs: number): Promise<number> {
  let deleted = 0
  for (const [step, { keptMs }] of Object.entries(STEPS))
    deleted += await db('statistics')
      .where({ step })
      .where('atMs', '<', nowMs - keptMs)
      .delete()
  return deleted
}

function beginOf(step: Step, nowMs: number): number {
  const { ms } = STEPS[step]
  return Math.floor(nowMs / ms) * ms
}
