/** Says whether a load test passed, from artillery's report (counters of everything that happened, and times) and its words. */
import { stripVTControlCharacters } from 'node:util'

type Report = {
  aggregate: {
    counters: Record<string, number>
    summaries: Record<string, { p50: number; p99: number; max: number }>
    firstCounterAt?: number
    lastCounterAt?: number
  }
}

/** How artillery ended: its exit code, not 0 when a threshold was exceeded, and what it printed. */
export type Ended = { exitCode: number; printed: string }
export type Verdict = { passed: boolean; lines: string[] }

export function judge(report: unknown, { exitCode, printed }: Ended): Verdict {
  const { aggregate } = report as Report
  const { counters } = aggregate
  const count = (name: string) => counters[name] ?? 0
  const errors = Object.entries(counters).filter(([name]) => /^errors\.|^http\.codes\.[45]/.test(name))
  const faults = errors.map(([name, times]) => `${name}: ${times}`)
  if (count('vusers.failed') > 0) faults.push(`failed: ${count('vusers.failed')}`)
  if (count('vusers.completed') === 0) faults.push('nothing was completed')
  if (count('vusers.completed') !== count('vusers.created')) faults.push('not everything was completed')
  faults.push(...exceeded(printed))
  if (exitCode !== 0 && faults.length === 0) faults.push(`artillery ended with ${exitCode}`)
  const passed = faults.length === 0
  const failures = errors.reduce((sum, [, times]) => sum + times, 0)
  return {
    passed,
    lines: [
      passed ? 'PASSED' : 'FAILED',
      ...numbers(aggregate, failures),
      ...faults.map((fault) => `  ${fault}`),
    ],
  }
}

function numbers({ counters, summaries, ...times }: Report['aggregate'], failures: number): string[] {
  const requests = counters['http.requests'] ?? 0
  const seconds = ((times.lastCounterAt ?? 0) - (times.firstCounterAt ?? 0)) / 1000
  const rate = seconds > 0 ? ` (${Math.round(requests / seconds)} a second)` : ''
  const took = summaries['http.response_time']
  return [
    `  requests  ${requests}${rate}`,
    `  sign-ins  ${counters['vusers.created_by_name.sign-in journey'] ?? 0}`,
    `  p50       ${took?.p50 ?? '-'} ms`,
    `  p99       ${took?.p99 ?? '-'} ms`,
    `  errors    ${failures}`,
  ]
}

/** The thresholds of scenarios.yml that artillery calls failed. */
function exceeded(printed: string): string[] {
  const lines = stripVTControlCharacters(printed).split('\n')
  return lines
    .flatMap((line) => /^fail: (.*)$/.exec(line.trim())?.[1] ?? [])
    .map((what) => `exceeded: ${what}`)
}
