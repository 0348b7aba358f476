/**
 * What metrics and traces cost: the same server without them, with each, and without them once more, in turns. The second one without
 * shows what the machine itself adds. `npm run bench -- --watching`.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { freePort } from '../test/support/service-process.ts'
import { measure } from './measure.ts'
import type { Plan, Result } from './measure.ts'
import { leaveServerCore, startServer } from './targets.ts'
import { WORKLOADS } from './workloads.ts'
import type { Workload } from './workloads.ts'

const PAGE: Workload = {
  name: 'the sign-in page',
  requests: ({ port }) => [
    Buffer.from(`GET /sign-in HTTP/1.1\r\nHost: localhost:${port}\r\nAccept: text/html\r\n\r\n`),
  ],
  expects: 'name="password"',
}
const MEASURED: readonly Workload[] = [
  ...WORKLOADS.filter(({ name }) => ['introspection', 'client_credentials, opaque'].includes(name)),
  PAGE,
]

/** False when a request failed: figures with errors in them mean nothing. */
export async function benchWatching(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '3' },
      rounds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '16' },
    },
  })
  const durationMs = 1000 * Number(values.seconds)
  const plan: Plan = {
    durationMs,
    warmUpMs: durationMs,
    rounds: Number(values.rounds),
    connections: Number(values.connections),
  }
  leaveServerCore()
  const traces = { ACCOUNT_SERVER_TRACES_URL: await startSink() }
  const metrics = { ACCOUNT_SERVER_METRICS_PORT: String(await freePort()) }
  const targets = [
    await startServer('sqlite', { name: 'neither', settings: {} }),
    await startServer('sqlite', { name: 'neither, again', settings: {} }),
    await startServer('sqlite', { name: 'metrics', settings: metrics }),
    await startServer('sqlite', { name: 'traces', settings: traces }),
    await startServer('sqlite', {
      name: '5 % of traces',
      settings: { ...traces, ACCOUNT_SERVER_TRACES_SAMPLE_PERCENT: '5' },
    }),
  ]
  const results: Result[] = []
  for (const workload of MEASURED) results.push(...(await measure(workload, targets, plan)))
  process.stdout.write(`${table(results)}\n`)
  return results.every(({ failures }) => failures === 0)
}

/** Takes traces and forgets them. It runs on the core of the load. */
async function startSink(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.setHeader('content-type', 'application/json').end('{}'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`
}

function table(results: readonly Result[]): string {
  const head = 'workload                    server          cpu us  least  requests/s'
  const lines = results.map(({ workload, target, cpuMicroseconds, leastCpuMicroseconds, ...result }) => {
    const figures = [cpuMicroseconds ?? '-', leastCpuMicroseconds ?? '-'].map((one) =>
      String(one).padStart(7),
    )
    const rate = result.failures > 0 ? `${result.failures} failed` : String(result.requestsPerSecond)
    return `${workload.padEnd(28)}${target.padEnd(15)}${figures.join('')}${rate.padStart(12)}`
  })
  return [head, ...lines].join('\n')
}
