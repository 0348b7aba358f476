/** Writes metrics in the text format of Prometheus (0.0.4), with prom-client: it adds up processes, and measures its own. */
import { AggregatorRegistry, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { MetricObjectWithValues, MetricValue } from 'prom-client'
import { SECOND_MS } from '../clock.ts'
import { within } from '../deadline.ts'
import { createCount, createTimes } from './accumulators.ts'
import type { Value } from './accumulators.ts'
import type { Metric, Metrics, Read } from './metrics.ts'

/** The values of one process, as processes send them to each other. */
export type MetricValues = MetricObjectWithValues<MetricValue<string>>[]

export type Described = {
  name: string
  type: 'counter' | 'histogram' | 'gauge'
  labels: readonly string[]
  help: string
}

export type Prometheus = Metrics & {
  /** Also measures the process: CPU, memory, event loop, garbage collection. */
  watchProcess: () => void
  values: () => Promise<MetricValues>
  /** What is registered, in the order of its names; without the values of the process. */
  described: () => readonly Described[]
}

export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE

/** The longest that reading one gauge may hold up a scrape. */
const READ_WITHIN_MS = SECOND_MS
const DEFAULT_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function createPrometheus(): Prometheus {
  const registry = new Registry()
  const kept = new Map<string, { described: Described; metric: unknown }>()
  const counted: (() => MetricValues[number])[] = []

  function once<Kept>(
    type: Described['type'],
    { name, help, labels = [] }: Metric<string>,
    make: () => Kept,
  ): Kept {
    const known = kept.get(name)
    if (known) return known.metric as Kept
    const metric = make()
    kept.set(name, { described: { name, type, labels, help }, metric })
    return metric
  }

  return {
    isOn: true,
    counter(metric) {
      return once('counter', metric, () => {
        const { add, values } = createCount(metric.name, metric.labels ?? [])
        counted.push(() => asValues('counter', metric, values()))
        return add
      })
    },
    histogram({ buckets = DEFAULT_BUCKETS, ...metric }) {
      return once('histogram', metric, () => {
        const { add, values } = createTimes(metric.name, metric.labels ?? [], buckets)
        counted.push(() => asValues('histogram', metric, values()))
        return add
      })
    },
    gauge(metric, read) {
      once('gauge', metric, () => createGauge(metric, read, registry))
    },
    watchProcess: () => collectDefaultMetrics({ register: registry }),
    values: async () => [...counted.map((read) => read()), ...(await registry.getMetricsAsJSON())],
    described: () =>
      [...kept.values()].map(({ described }) => described).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

/** Sums what several processes counted; single values such as the lag of the event loop are averaged. */
export function textOf(processes: readonly MetricValues[]): Promise<string> {
  return AggregatorRegistry.aggregate([...processes]).metrics()
}

/** As prom-client describes a metric of its own. */
function asValues(type: 'counter' | 'histogram', { name, help }: Metric<string>, values: Value[]) {
  return { name, help, type, aggregator: 'sum', values } as unknown as MetricValues[number]
}

function optionsOf({ name, help, labels = [] }: Metric<string>, registry: Registry) {
  return { name, help, labelNames: [...labels], registers: [registry] }
}

function createGauge<Label extends string>(metric: Metric<Label>, read: Read<Label>, registry: Registry) {
  return new Gauge({
    ...optionsOf(metric, registry),
    async collect() {
      this.reset()
      const readings = await within(
        READ_WITHIN_MS,
        Promise.resolve().then(read),
        () => new Error('too late'),
      ).catch(() => [])
      for (const { labels, value } of readings) this.set(labels, value)
    },
  })
}
