/** `npm run fuzz`: mutated requests over all routes, from a seed, against a server of its own. */
import { parseArgs } from 'node:util'
import type { Store } from '../support/running-server.ts'
import { playApi } from './api-play.ts'
import { play } from './play.ts'
import { playSchemathesis } from './schemathesis.ts'
import type { FuzzReport } from './play.ts'
import { describeFault } from './verdict.ts'

const HELP = `npm run fuzz -- [--requests N] [--seed N] [--store sqlite|mariadb+redis] [--api | --schemathesis]

Sends N mutated requests (300000) over all routes, with people who are signed in, to a server that it starts.
A 5xx, an event loop that is held for more than 100 ms, a leaked detail and memory that grows are faults.
With --api the requests are made of the OpenAPI document (10000), and an undocumented answer is a fault.
With --schemathesis a generator in Python does the same (30 examples for each operation). It is installed at first.
The same seed sends the same mutations again; without one it is taken from the clock and printed.
`
/** The share of the warm heap by which memory may differ at the end: caches are still filling. */
const HEAP_MAY_GROW_BYTES = 24 * 1024 * 1024
const MIB = 1024 * 1024

const { values } = parseArgs({
  options: {
    requests: { type: 'string' },
    api: { type: 'boolean', default: false },
    schemathesis: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    store: { type: 'string', default: 'sqlite' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) process.stdout.write(HELP)
else process.exitCode = await run()

async function run(): Promise<number> {
  const many = values.requests ?? (values.schemathesis ? '30' : values.api ? '10000' : '300000')
  const [requests, seed] = [many, values.seed].map(Number)
  const stores: Store[] = ['sqlite', 'mariadb+redis']
  const store = stores.find((one) => one === values.store)
  if (!store || !Number.isInteger(requests) || requests! < 1 || !Number.isInteger(seed)) {
    process.stderr.write(`Got ${JSON.stringify(values)}.\n\n${HELP}`)
    return 2
  }
  process.stdout.write(`seed ${seed}, ${requests} requests, ${store}\n`)
  if (values.schemathesis) return runSchemathesis({ examples: requests!, seed: seed! })
  if (values.api) return runApi({ store, requests: requests!, seed: seed! })
  const startedMs = performance.now()
  const report = await play({
    store,
    requests: requests!,
    seed: seed!,
    onProgress: progress(requests!, startedMs),
  })
  return conclude(report, (performance.now() - startedMs) / 1000)
}

async function runApi(given: { store: Store; requests: number; seed: number }): Promise<number> {
  const { statuses, faults, reached } = await playApi(given)
  const answers = Object.entries(statuses).map(([status, count]) => `${status} × ${count}`)
  const lines = [
    `answers: ${answers.join(', ')}`,
    ...[...reached].toSorted().map((one) => `  ${one}`),
    ...faults.map((fault) => `✖ ${fault}`),
    faults.length > 0 ? `${faults.length} faults` : 'no fault',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  return faults.length > 0 ? 1 : 0
}

async function runSchemathesis(given: { examples: number; seed: number }): Promise<number> {
  const outcome = await playSchemathesis(given)
  if (typeof outcome === 'string') {
    process.stderr.write(`Schemathesis cannot be run here: ${outcome}.\n`)
    return 2
  }
  process.stdout.write(outcome > 0 ? `${outcome} passes with failures\n` : 'no fault\n')
  return outcome > 0 ? 1 : 0
}

function progress(total: number, startedMs: number) {
  const every = Math.max(1000, Math.floor(total / 20 / 1000) * 1000)
  return (done: number) => {
    if (done % every !== 0) return
    const seconds = (performance.now() - startedMs) / 1000
    process.stdout.write(`${done} of ${total} after ${Math.round(seconds)} s\n`)
  }
}

function conclude(
  { requests, statuses, faults, longestHeldMs, heapBytes }: FuzzReport,
  seconds: number,
): number {
  const grownBytes = heapBytes.end - heapBytes.warm
  const failures = faults.map(describeFault)
  if (grownBytes > HEAP_MAY_GROW_BYTES) failures.push(`the heap grew by ${Math.round(grownBytes / MIB)} MiB`)
  const lines = [
    `${requests} requests in ${Math.round(seconds)} s`,
    `answers: ${Object.entries(statuses)
      .map(([status, count]) => `${status} × ${count}`)
      .join(', ')}`,
    `longest hold of the event loop: ${Math.round(longestHeldMs)} ms`,
    `heap: ${Math.round(heapBytes.warm / MIB)} MiB when warm, ${Math.round(heapBytes.end / MIB)} MiB at the end`,
    ...failures.map((failure) => `✖ ${failure}`),
    failures.length > 0 ? `${failures.length} faults` : 'no fault',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  return failures.length > 0 ? 1 : 0
}
