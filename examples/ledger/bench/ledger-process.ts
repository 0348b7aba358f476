/** The ledger as a process of its own, which can be killed at any moment and started again on the same port and data. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const MAIN = join(import.meta.dirname, '..', 'main.ts')
const POLL_MS = 20
const READY_WITHIN_MS = 60_000
const ANSWER_WITHIN_MS = 5000
/** Of the times in /proc, on every Linux that Node supports. */
const TICKS_PER_SECOND = 100

export type LedgerProcess = {
  /** Resolves when the ledger answers. @throws Error with its own words when it does not */
  start: () => Promise<void>
  /** Ends it without a warning, wherever it is. */
  kill: () => Promise<void>
  /** Of all its processes so far; `undefined` where the system does not tell it. */
  cpuSeconds: () => number | undefined
}

export function ledgerProcess(publicUrl: string, env: Record<string, string>): LedgerProcess {
  let child: ChildProcess | undefined
  let [said, seconds] = ['', 0]
  process.once('exit', () => child?.kill('SIGKILL'))
  return {
    async start() {
      said = ''
      child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN], {
        env: { ...inherited(), ...env },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      child.stderr?.on('data', (chunk) => (said += String(chunk)))
      const deadline = Date.now() + READY_WITHIN_MS
      while (!(await answers(publicUrl))) {
        if (hasEnded(child) || Date.now() > deadline) throw new Error(`the ledger did not start: ${said}`)
        await pause(POLL_MS)
      }
    },
    async kill() {
      if (!child || hasEnded(child)) return
      seconds += cpuSecondsOf(child) ?? NaN
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
    cpuSeconds() {
      const all = seconds + (child && !hasEnded(child) ? (cpuSecondsOf(child) ?? NaN) : 0)
      return Number.isNaN(all) ? undefined : all
    },
  }
}

/** Nothing else of the caller's settings. */
function inherited(): Record<string, string> {
  const kept = ['PATH', 'NODE_COMPILE_CACHE', 'NODE_V8_COVERAGE'].map((name) => [
    name,
    process.env[name] ?? '',
  ])
  return Object.fromEntries(kept.filter(([, value]) => value !== '')) as Record<string, string>
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

async function answers(publicUrl: string): Promise<boolean> {
  try {
    return (await fetch(`${publicUrl}/openapi.json`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })).ok
  } catch {
    return false
  }
}

/** User and system time; the name of the program before them may have blanks. */
function cpuSecondsOf({ pid }: ChildProcess): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  } catch {
    return undefined
  }
}
