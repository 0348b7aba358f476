/**
 * Counts some of the metrics once more, by series of one name each, until somebody takes the counts. It counts also where no
 * metrics are kept, so that statistics do not depend on a scraper. A count is one look-up and one addition.
 */
import type { Metrics, MetricName } from './metrics.ts'

/** Which series a count of a metric adds to, by its labels. */
export type Tallied = Readonly<Partial<Record<MetricName, (labels: Labels) => readonly string[]>>>
type Labels = Readonly<Record<string, string>>

export type Tally = {
  metrics: Metrics
  /** What was counted since the last time. Empty where nothing was. */
  take: () => Map<string, number>
  add: (series: string, count?: number) => void
}

export function createTally(metrics: Metrics, tallied: Tallied): Tally {
  let counts = new Map<string, number>()
  const add = (series: string, count = 1) => void counts.set(series, (counts.get(series) ?? 0) + count)
  return {
    add,
    take() {
      const taken = counts
      counts = new Map()
      return taken
    },
    metrics: {
      ...metrics,
      counter(metric) {
        const count = metrics.counter(metric)
        const seriesOf = tallied[metric.name]
        if (!seriesOf) return count
        return (labels) => {
          count(labels)
          for (const series of seriesOf(labels)) add(series)
        }
      },
    },
  }
}
