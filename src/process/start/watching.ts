/** What operators see of a process: its log, its metrics and its traces. */
import type { DestinationStream } from 'pino'
import type { Clock } from '../../platform/clock.ts'
import { createLogFile } from '../../platform/logging/log-file.ts'
import { createLogger } from '../../platform/logging/log.ts'
import type { Logger } from '../../platform/logging/log.ts'
import { NO_METRICS } from '../../platform/metrics/metrics.ts'
import type { Metrics } from '../../platform/metrics/metrics.ts'
import type { Prometheus } from '../../platform/metrics/prometheus.ts'
import { createTally } from '../../platform/metrics/tally.ts'
import type { Tally } from '../../platform/metrics/tally.ts'
import { NO_TRACING } from '../../platform/tracing/tracing.ts'
import type { Tracing } from '../../platform/tracing/tracing.ts'
import type { Config } from '../../settings/config.ts'
import { TALLIED } from '../../statistics/series.ts'
import { keepDataPrivate } from './data-folder.ts'
import { serverVersion } from './start-arguments.ts'

type Measuring = {
  metrics: Metrics
  /** What was counted for the statistics, also where metrics are off. */
  tally: Tally
  /** There where metrics are on. */
  prometheus?: Prometheus
}
export type Watching = Measuring & {
  log: Logger
  /** What a request caused, step by step, where traces are on. */
  tracing: Tracing
}

/** The data folder is made private first, because the log may be in it. */
export async function openWatching(
  config: Config,
  clock: Clock,
  terminal: DestinationStream | undefined,
): Promise<Watching> {
  const tightened = config.mode === 'embedded' ? keepDataPrivate(config) : []
  const watching = await openLog(config, clock, terminal)
  if (tightened.length > 0) watching.log.warn({ tightened }, 'files.tightened')
  return { ...watching, ...(await openMetrics(config)) }
}

/** Loaded only where it is on. */
async function openTracing({ traces, log: { prefix } }: Config, log: Logger): Promise<Tracing> {
  const { url, ...settings } = traces
  if (url === undefined) return NO_TRACING
  const { createOpenTelemetry } = await import('../../platform/tracing/open-telemetry.ts')
  const onLost = (err: Error | undefined) => log.warn({ err, url }, 'traces.lost')
  return createOpenTelemetry({
    ...settings,
    url,
    serviceName: prefix,
    serviceVersion: serverVersion(),
    onLost,
  })
}

/** Loaded only where it is on: prom-client costs memory. */
async function openMetrics({ metrics: { metricsPort } }: Config): Promise<Measuring> {
  if (metricsPort === undefined) return tallied(createTally(NO_METRICS, TALLIED))
  const { createPrometheus } = await import('../../platform/metrics/prometheus.ts')
  const prometheus = createPrometheus()
  return { prometheus, ...tallied(createTally(prometheus, TALLIED)) }
}

function tallied(tally: Tally) {
  return { tally, metrics: tally.metrics }
}

/** The log names the trace of a line, and says when traces are lost. */
async function openLog(config: Config, clock: Clock, terminal: DestinationStream | undefined) {
  let tracing = NO_TRACING
  const log = createLogger(config.log.level, config.log.prefix, {
    ...destinationOf(config, clock, terminal),
    ...(config.traces.url !== undefined && { mixin: () => tracing.ids() }),
  })
  tracing = await openTracing(config, log)
  return { log, tracing }
}

function destinationOf({ log }: Config, clock: Clock, terminal: DestinationStream | undefined) {
  const { dir } = log
  const file = dir ? createLogFile({ ...log, dir, clock }) : undefined
  const destination = file && terminal ? both(file, terminal) : (file ?? terminal)
  return destination && { destination }
}

function both(one: DestinationStream, other: DestinationStream): DestinationStream {
  return {
    write(line) {
      one.write(line)
      other.write(line)
    },
  }
}
