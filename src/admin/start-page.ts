/** The start of the administration: what happened how often, what waits, and the sections. */
import { z } from 'zod'
import { AppError } from '../platform/errors.ts'
import { SECOND_MS } from '../platform/clock.ts'
import { chartOf, PICTURE, stepLabel } from './charts.ts'
import type { Desk } from './desk.ts'
import { sectionHref } from './hrefs.ts'

const PERIODS = ['hour', 'day', 'month'] as const

const statistics = z.object({
  from: z.iso.datetime(),
  step_seconds: z.number(),
  groups: z.record(
    z.string(),
    z.array(z.object({ name: z.string(), total: z.number(), counts: z.array(z.number()) })),
  ),
  queues: z.record(z.string(), z.number()),
})

/** Where each number of the queues leads. */
const QUEUES: Readonly<Record<string, string>> = {
  mails_waiting: `${sectionHref('mails')}?state=waiting`,
  mails_given_up: `${sectionHref('mails')}?state=given_up`,
  messages_waiting: sectionHref('receivers'),
  messages_given_up: sectionHref('receivers'),
}

export async function showStart({ ctx, api, show }: Desk): Promise<void> {
  const period = PERIODS.find((one) => one === ctx.query['period']) ?? 'day'
  const found = await readable(async () => (await api({ id: 'getStatistics', query: { period } })).body)
  show('start', found === undefined ? { charts: [] } : { ...pictures(statistics.parse(found)), period })
}

function pictures({ from, step_seconds: seconds, groups, queues }: z.output<typeof statistics>) {
  const stepMs = seconds * SECOND_MS
  const times = { fromMs: Date.parse(from), stepMs }
  return {
    periods: PERIODS,
    stepMs,
    stepLabel,
    picture: PICTURE,
    charts: Object.entries(groups).map(([name, series]) => chartOf(name, series, times)),
    queues: Object.entries(queues).map(([name, count]) => ({ name, count, href: QUEUES[name] })),
  }
}

/** Undefined for somebody with a role that may not read them: the sections are there all the same. */
async function readable<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AppError && error.code === 'insufficient_scope') return undefined
    throw error
  }
}
