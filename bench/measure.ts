/** Rounds of load on each server in turn, so that a machine that is slow for a while slows all of them. */
import { createHistogram } from 'node:perf_hooks'
import { applyLoad } from './load.ts'
import type { Load, Outcome } from './load.ts'
import { processorSeconds } from './targets.ts'
import type { Target } from './targets.ts'
import type { Workload } from './workloads.ts'

export type Plan = { rounds: number; durationMs: number; warmUpMs: number; connections: number }

export type Result = {
  workload: string
  target: string
  /** Median of the rounds. */
  requestsPerSecond: number
  p50Ms: number
  p99Ms: number
  /** Processor time of the server process for one request, in microseconds: hardly disturbed by a busy machine. */
  cpuMicroseconds?: number
  /** Of the round that took least. Other work on the machine only adds. */
  leastCpuMicroseconds?: number
  /** To the bare library's throughput: the median of the rounds' own ratios. */
  ratio: number
  failures: number
  firstFailure?: string
}

/** Measures one workload on all targets; the first target is what the others are compared with. */
export async function measure(workload: Workload, targets: readonly Target[], plan: Plan): Promise<Result[]> {
  const loads = targets.map((target) => loadOf(workload, target, plan))
  const outcomes: Round[][] = loads.map(() => [])
  for (const load of loads) await applyLoad({ ...load, durationMs: plan.warmUpMs })
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const [index, load] of loads.entries()) {
      outcomes[index]!.push(await runRound(load, targets[index]!.pid))
    }
  }
  const base = outcomes[0]!.map(rate)
  return targets.map(({ name }, index) => summarize(workload.name, name, outcomes[index]!, base))
}

type Round = Outcome & { cpuSeconds?: number }

async function runRound(load: Load, pid: number): Promise<Round> {
  const before = processorSeconds(pid)
  const outcome = await applyLoad(load)
  const after = processorSeconds(pid)
  return before === undefined || after === undefined ? outcome : { ...outcome, cpuSeconds: after - before }
}

function loadOf({ requests, expects }: Workload, { fixture }: Target, plan: Plan): Load {
  const { durationMs, connections } = plan
  return { port: fixture.port, requests: requests(fixture), expects, durationMs, connections }
}

function summarize(workload: string, target: string, rounds: Round[], base: number[]): Result {
  const latency = createHistogram()
  for (const round of rounds) latency.add(round.latency)
  const rates = rounds.map(rate)
  return {
    workload,
    target,
    requestsPerSecond: Math.round(median(rates)),
    p50Ms: latency.percentile(50) / 1000,
    p99Ms: latency.percentile(99) / 1000,
    cpuMicroseconds: cpuOf(rounds),
    leastCpuMicroseconds: least(rounds.flatMap((round) => cpuOf([round]) ?? [])),
    ratio: median(rates.map((own, round) => own / base[round]!)),
    failures: rounds.reduce((sum, { failures }) => sum + failures, 0),
    firstFailure: rounds.find(({ firstFailure }) => firstFailure)?.firstFailure,
  }
}

function least(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.min(...values)
}

function cpuOf(rounds: Round[]): number | undefined {
  const requests = rounds.reduce((sum, round) => sum + round.requests, 0)
  const seconds = rounds.reduce((sum, { cpuSeconds = NaN }) => sum + cpuSeconds, 0)
  return Number.isNaN(seconds) ? undefined : Math.round((seconds / requests) * 1_000_000)
}

function rate({ requests, seconds }: Outcome): number {
  return requests / seconds
}

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = (sorted.length - 1) / 2
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2
}
