/**
 * The port of /metrics. Of several server processes the first has the port, and asks the others for their values.
 */
import cluster from 'node:cluster'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createHttpServer, drain } from '../../http/server.ts'
import { loggableError } from '../../platform/logging/loggable-error.ts'
import type { Prometheus } from '../../platform/metrics/prometheus.ts'
import { listen } from '../listeners.ts'
import type { Parts } from '../start/parts.ts'
import { serverVersion } from '../start/start-arguments.ts'
import type { End } from '../stop.ts'
import { answerFirstProcess, valuesOfOthers } from './values-of-processes.ts'

/** Does nothing where METRICS_PORT is not set. */
export async function openMetrics(
  { config, log, prometheus }: Pick<Parts, 'config' | 'log' | 'prometheus'>,
  ends: End[],
): Promise<void> {
  const { metricsHost: host, metricsPort: port } = config.metrics
  if (!prometheus || port === undefined) return
  describeProcess(prometheus)
  if (cluster.isWorker) return answerFirstProcess(prometheus)
  const { CONTENT_TYPE, textOf } = await import('../../platform/metrics/prometheus.ts')
  const server = createHttpServer((request, response) => {
    const refused = refusalOf(request)
    if (refused !== undefined) return end(response, refused)
    Promise.all([prometheus.values(), valuesOfOthers()])
      .then(([own, others]) => textOf([own, ...others]))
      .then(
        (text) => end(response, 200, text, CONTENT_TYPE),
        (error: unknown) => {
          log.error({ err: loggableError(error) }, 'metrics.failed')
          end(response, 500)
        },
      )
  })
  await listen(server, { host, port, portSetting: 'METRICS_PORT' })
  ends.push(async () => void (await drain(server, { idleGraceMs: 0, deadlineMs: 1000 })))
}

function describeProcess(prometheus: Prometheus): void {
  prometheus.watchProcess()
  prometheus.gauge<'version'>(
    { name: 'account_server_processes', help: 'Processes of this release, by version.', labels: ['version'] },
    () => [{ labels: { version: serverVersion() }, value: 1 }],
  )
}

function refusalOf({ method, url = '' }: IncomingMessage): number | undefined {
  if (url.split('?')[0] !== '/metrics') return 404
  return method === 'GET' || method === 'HEAD' ? undefined : 405
}

function end(response: ServerResponse, status: number, text = `${status}\n`, type = 'text/plain'): void {
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(text)
}
