/** The metrics of several server processes, which the first one collects by their channel. */
import cluster from 'node:cluster'
import type { Worker } from 'node:cluster'
import { z } from 'zod'
import { SECOND_MS } from '../../platform/clock.ts'
import { within } from '../../platform/deadline.ts'
import type { MetricValues, Prometheus } from '../../platform/metrics/prometheus.ts'

/** Its reading may take a second by itself. A process that does not answer is left out. */
const ANSWER_WITHIN_MS = 2 * SECOND_MS

const question = z.object({ metricsAsked: z.number() })
const answer = z.object({ metricsOf: z.number(), values: z.array(z.unknown()) })

export function answerFirstProcess(prometheus: Prometheus): void {
  process.on('message', (message) => {
    const { data } = question.safeParse(message)
    if (!data) return
    prometheus.values().then(
      (values) => process.send?.({ metricsOf: data.metricsAsked, values }),
      () => undefined,
    )
  })
}

let asked = 0

export async function valuesOfOthers(): Promise<MetricValues[]> {
  const others = Object.values(cluster.workers ?? {}).flatMap((one) => (one?.isConnected() ? [one] : []))
  const answers = await Promise.all(others.map((one) => ask(one).catch(() => undefined)))
  return answers.flatMap((values) => (values ? [values] : []))
}

async function ask(worker: Worker): Promise<MetricValues> {
  asked += 1
  const id = asked
  const heard = Promise.withResolvers<MetricValues>()
  const onMessage = (message: unknown) => {
    const { data } = answer.safeParse(message)
    // Of a process of this very release.
    if (data?.metricsOf === id) heard.resolve(data.values as MetricValues)
  }
  worker.on('message', onMessage)
  try {
    worker.send({ metricsAsked: id })
    return await within(ANSWER_WITHIN_MS, heard.promise, () => new Error('a process does not answer'))
  } finally {
    worker.off('message', onMessage)
  }
}
