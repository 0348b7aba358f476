/** What waits in the outbox and what it delivers. Every worker reads the same queues: do not sum them over workers. */
import type { Clock } from '../../platform/clock.ts'
import { NO_METRICS } from '../../platform/metrics/metrics.ts'
import type { Metrics, Reading } from '../../platform/metrics/metrics.ts'
import type { Db } from '../../platform/sql/database.ts'

type Delivered = 'delivered' | 'postponed' | 'dead'

/** Of `webhook.<id>` the first word: the metrics do not grow with the number of webhooks. */
export function topicLabel(topic: string): string {
  return /^[\w-]+/.exec(topic)?.[0] ?? 'other'
}

export function countDeliveries(
  metrics: Metrics = NO_METRICS,
): (topic: string, result: Delivered, times?: number) => void {
  const count = metrics.counter<'topic' | 'result'>({
    name: 'account_server_outbox_deliveries_total',
    help: 'Attempts to deliver a message, by topic and result: `delivered`, `postponed` or `dead`.',
    labels: ['topic', 'result'],
  })
  return (topic, result, times = 1) => {
    const labels = { topic: topicLabel(topic), result }
    for (let turn = 0; turn < times; turn += 1) count(labels)
  }
}

export function measureQueues({ db, clock, metrics }: { db: Db; clock: Clock; metrics: Metrics }): void {
  metrics.gauge<'topic' | 'state'>(
    {
      name: 'account_server_outbox_messages',
      help: 'Messages of the outbox, by topic and state: `waiting`, or `dead` after the last attempt.',
      labels: ['topic', 'state'],
    },
    async () => [
      ...summed(await countBy(db, 'nextAttemptAtMs'), (topic) => ({ topic, state: 'waiting' })),
      ...summed(await countBy(db, 'deadAtMs'), (topic) => ({ topic, state: 'dead' })),
    ],
  )
  metrics.gauge<'topic'>(
    {
      name: 'account_server_outbox_oldest_message_age_seconds',
      help: 'How long the oldest waiting message of a topic has waited.',
      labels: ['topic'],
    },
    async () => oldestOf(await waiting(db), clock()),
  )
}

type Counted = { topic: string; found: number }

async function countBy(db: Db, column: 'nextAttemptAtMs' | 'deadAtMs'): Promise<Counted[]> {
  return db('outbox_messages').whereNotNull(column).groupBy('topic').select('topic').count({ found: '*' })
}

type Oldest = { topic: string; createdAtMs: number }

async function waiting(db: Db): Promise<Oldest[]> {
  return db('outbox_messages')
    .whereNotNull('nextAttemptAtMs')
    .groupBy('topic')
    .select('topic')
    .min({ createdAtMs: 'createdAtMs' })
}

function summed<Label extends string>(
  rows: readonly Counted[],
  labelsOf: (topic: string) => Readonly<Record<Label, string>>,
): Reading<Label>[] {
  const topics = Map.groupBy(rows, ({ topic }) => topicLabel(topic))
  return [...topics].map(([topic, some]) => ({
    labels: labelsOf(topic),
    value: some.reduce((sum, { found }) => sum + Number(found), 0),
  }))
}

function oldestOf(rows: readonly Oldest[], nowMs: number): Reading<'topic'>[] {
  const topics = Map.groupBy(rows, ({ topic }) => topicLabel(topic))
  return [...topics].map(([topic, some]) => {
    const oldestMs = Math.min(...some.map(({ createdAtMs }) => Number(createdAtMs)))
    return { labels: { topic }, value: Math.max(0, nowMs - oldestMs) / 1000 }
  })
}
