/** Counts of registrations, sign-ins, tokens and failures, and what waits in the queues. */
import { z } from 'zod'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { timeOf } from '../../operations/shown-account.ts'
import { outboxStats } from '../../outbox/dead-letters.ts'
import { mailQueue } from '../../outbox/mail-queue.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import type { Services } from '../../services.ts'
import { PERIODS, STATISTICS } from '../../statistics/series.ts'
import { readStatistics } from '../../statistics/statistics.ts'

const series = z
  .object({
    name: z.string(),
    total: z.int(),
    counts: z.array(z.int()).describe('Of each step, the oldest first.'),
  })
  .meta({ title: 'Series of counts' })
const group = z.array(series)

const shownStatistics = z
  .object({
    period: z.enum(PERIODS),
    from: z.iso.datetime().describe('When the first step begins. Days are those of UTC.'),
    step_seconds: z.int(),
    groups: z.object(Object.fromEntries(Object.keys(STATISTICS).map((name) => [name, group]))),
    queues: z.object({
      mails_waiting: z.int(),
      mails_given_up: z.int(),
      messages_waiting: z.int().describe('Mails too.'),
      messages_given_up: z.int().describe('Mails too.'),
    }),
  })
  .meta({ title: 'Statistics' })

export function statisticsOperations({ db, clock }: Services): readonly Operation[] {
  return [
    operation({
      tag: 'Statistics',
      caller: 'administrator',
      id: 'getStatistics',
      method: 'get',
      path: '/statistics',
      summary: 'Read what happened how often',
      description: 'Of all processes, up to half a minute ago.',
      scope: 'statistics:read',
      query: z.strictObject({ period: z.enum(PERIODS).default('day') }),
      answer: { status: 200, description: 'The counts.', schema: shownStatistics },
      async handle({ query: { period } }) {
        const nowMs = clock()
        const { fromMs, stepMs, groups } = await readStatistics(db, period, nowMs)
        const [mails, all] = [await mailQueue(db, nowMs), await outboxStats(db, nowMs)]
        const queues = {
          mails_waiting: mails.waiting,
          mails_given_up: mails.givenUp,
          messages_waiting: all.pending,
          messages_given_up: all.dead,
        }
        const from = timeOf(fromMs)
        return { body: { period, from, step_seconds: stepMs / SECOND_MS, groups, queues } }
      },
    }),
  ]
}
