/** The settings of metrics: part of the list in settings.ts. */
import type { z } from 'zod'
import { host, integer } from '../kinds/setting-kinds.ts'

const GROUP = 'Metrics'

export const metricsSettings = {
  metrics_port: integer(1, 65535).optional().meta({
    group: GROUP,
    fallback: 'no metrics',
    description: 'Port of /metrics, for Prometheus. Anyone who reaches the port may read them.',
  }),
  metrics_host: host()
    .default('127.0.0.1')
    .meta({ group: GROUP, description: 'Address to listen on for metrics.' }),
  worker_metrics_port: integer(1, 65535).optional().meta({
    group: GROUP,
    fallback: 'METRICS_PORT',
    description: 'The same for a worker process on the machine of a server.',
  }),
} satisfies Record<string, z.ZodType>

type MetricsSettings = { [Name in keyof typeof metricsSettings]: z.output<(typeof metricsSettings)[Name]> }

export function metricsConfig(given: MetricsSettings) {
  return {
    /** Absent: nothing is counted. */
    metricsPort: given.metrics_port,
    metricsHost: given.metrics_host,
    workerMetricsPort: given.worker_metrics_port ?? given.metrics_port,
  }
}
