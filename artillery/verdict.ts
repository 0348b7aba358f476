/** Says whether a load test passed, from artillery's report: counters of everything that happened, and times. */

type Report = {
  aggregate: {
    counters: Record<string, number>
    summaries: Record<string, { p50: number; p99: number; max: number }>
  }
}

export type Verdict = { passed: boolean; lines: string[] }

/** `exitCode` is artillery's own: not 0 when a threshold was exceeded. */
export function judge(report: unknown, exitCode: number): Verdict {
  const { counters, summaries } = (report as Report).aggregate
  const count = (name: string) => counters[name] ?? 0
  const faults = Object.entries(counters)
    .filter(([name]) => /^errors\.|^http\.codes\.[45]/.test(name))
    .map(([name, times]) => `${name}: ${times}`)
  if (count('vusers.failed') > 0) faults.push(`failed: ${count('vusers.failed')}`)
  if (count('vusers.completed') === 0) faults.push('nothing was completed')
  if (count('vusers.completed') !== count('vusers.created')) faults.push('not everything was completed')
  // artillery itself has named the threshold above.
  if (exitCode !== 0 && faults.length === 0) faults.push('a threshold was exceeded')
  const times = summaries['http.response_time']
  const facts = `${count('http.requests')} requests, p50 ${times?.p50 ?? '-'} ms, p99 ${times?.p99 ?? '-'} ms`
  const passed = faults.length === 0
  return {
    passed,
    lines: [
      passed ? `PASSED: ${facts}, no errors` : `FAILED: ${facts}`,
      ...faults.map((fault) => `  ${fault}`),
    ],
  }
}
