/**
 * Counting and measuring: the small interface that every floor uses. What counts something registers it where it happens.
 * Owns no format: `prometheus.ts` keeps the values and writes them, and is loaded only where metrics are on.
 */

/** By the conventions of Prometheus: a counter ends in `_total`, a time is in seconds. */
export type MetricName = `account_server_${string}`

export type Metric<Label extends string> = {
  name: MetricName
  /** One sentence. docs/observability.md shows it as the meaning. */
  help: string
  /** Every value of a label is one of a few that the code knows: never text that somebody sent, and no personal data. */
  labels?: readonly Label[]
}

export type Labels<Label extends string> = Readonly<Record<Label, string>>
export type Reading<Label extends string> = { labels: Labels<Label>; value: number }

export type Count<Label extends string> = (labels: Labels<Label>) => void
export type Observe<Label extends string> = (labels: Labels<Label>, seconds: number) => void

/** The same name may be registered again, as by a second part of the process: both count the same. */
export type Metrics = {
  /** False where nothing is kept: what costs time only to be measured may be left out. */
  isOn: boolean
  counter: <Label extends string = never>(metric: Metric<Label>) => Count<Label>
  histogram: <Label extends string = never>(
    metric: Metric<Label> & {
      /** Upper bounds in seconds. */
      buckets?: readonly number[]
    },
  ) => Observe<Label>
  /** `read` is called at each scrape. Where it fails or takes longer than a second, the metric has no values. */
  gauge: <Label extends string = never>(metric: Metric<Label>, read: Read<Label>) => void
}

export type Read<Label extends string> = () => Promise<readonly Reading<Label>[]> | readonly Reading<Label>[]

/** Keeps nothing: metrics are off. */
export const NO_METRICS: Metrics = {
  isOn: false,
  counter: () => () => undefined,
  histogram: () => () => undefined,
  gauge: () => undefined,
}

/** For a gauge without labels. */
export const only = (value: number): readonly Reading<never>[] => [{ labels: {}, value }]
