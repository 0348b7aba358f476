/** The figures as a table for people, with what they depend on: a figure without its machine says nothing. */
import { availableParallelism, cpus, totalmem } from 'node:os'
import { loadConfig } from '../src/settings/config.ts'
import type { Plan, Result } from './measure.ts'
import { pinned } from './targets.ts'

export type Conditions = {
  cpu: string
  cores: number
  memoryGib: number
  node: string
  oneCoreEach: boolean
  passwordHash: string
  plan: Plan
}

export type Report = { conditions: Conditions; results: Result[] }

export function conditions(plan: Plan): Conditions {
  const { hashMemoryKib, hashPasses } = loadConfig({}, { persist: false }).accounts
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    oneCoreEach: pinned,
    passwordHash: `Argon2id, ${hashMemoryKib} KiB, t=${hashPasses}, p=1`,
    plan,
  }
}

export function describe({
  cpu,
  cores,
  memoryGib,
  node,
  oneCoreEach,
  passwordHash,
  plan,
}: Conditions): string {
  const { rounds, durationMs, warmUpMs, connections } = plan
  return [
    `${cpu}, ${cores} cores, ${memoryGib} GiB; Node ${node}; ${passwordHash} (not part of these figures)`,
    oneCoreEach
      ? 'Each server is one process on one core; the load and Redis are on another.'
      : 'Not pinned: servers and load share the cores (taskset or a second core is missing).',
    `${rounds} x ${durationMs / 1000} s after ${warmUpMs / 1000} s of warm-up, ${connections} connections, in turns.`,
    'bare: the library with a Map as storage. cpu us: processor time of the server process for one request.',
    'ratio: requests/s beside bare in the same round, median of the rounds.',
  ].join('\n')
}

const COLUMNS = ['workload', 'server', 'requests/s', 'p50 ms', 'p99 ms', 'cpu us', 'ratio'] as const

export function table(results: readonly Result[]): string {
  const rows = results.map((result) => [
    result.workload,
    result.target,
    result.failures > 0 ? `${result.failures} failed` : String(result.requestsPerSecond),
    result.p50Ms.toFixed(2),
    result.p99Ms.toFixed(2),
    String(result.cpuMicroseconds ?? '-'),
    result.ratio.toFixed(2),
  ])
  const widths = COLUMNS.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]!.length)),
  )
  const line = (row: readonly string[]) =>
    row.map((cell, at) => (at < 2 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  ')
  return [line(COLUMNS), ...rows.map(line)].join('\n')
}
