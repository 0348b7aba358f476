/** The start of the administration: what happened how often, what waits, and the sections. */
import { z } from 'zod'
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
const QUEUES: Readonly<Record<string, { list: string; href: string }>> = {
  mails_waiting: { list: 'listMails', href: `${sectionHref('mails')}?state=waiting` },
  mails_given_up: { list: 'listMails', href: `${sectionHref('mails')}?state=given_up` },
  messages_waiting: { list: 'listReceivers', href: sectionHref('receivers') },
  messages_given_up: { list: 'listReceivers', href: sectionHref('receivers') },
}

/** Somebody with a role that may not read the statistics has the sections all the same. */
export async function showStart({ ctx, api, may, show }: Desk): Promise<void> {
  if (!may('getStatistics')) return show('start', { charts: [] })
  const period = PERIODS.find((one) => one === ctx.query['period']) ?? 'day'
  const { body } = await api({ id: 'getStatistics', query: { period } })
  show('start', { ...pictures(may, statistics.parse(body)), period })
}

function pictures(
  may: Desk['may'],
  { from, step_seconds: seconds, groups, queues }: z.output<typeof statistics>,
) {
  const stepMs = seconds * SECOND_MS
  const times = { fromMs: Date.parse(from), stepMs }
  return {
    periods: PERIODS,
    stepMs,
    stepLabel,
    picture: PICTURE,
    charts: Object.entries(groups).map(([name, series]) => chartOf(name, series, times)),
    queues: Object.entries(queues).flatMap(([name, count]) => {
      const queue = QUEUES[name]
      return queue && may(queue.list) ? [{ name, count, href: queue.href }] : []
    }),
  }
}
