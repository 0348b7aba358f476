/** The ledger as a process of its own, which can be killed at any moment and started again on the same port and data. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const MAIN = join(import.meta.dirname, '..', 'main.ts')
const POLL_MS = 20
const READY_WITHIN_MS = 60_000

export type LedgerProcess = {
  /** Resolves when the ledger answers. @throws Error with its own words when it does not */
  start: () => Promise<void>
  /** Ends it without a warning, wherever it is. */
  kill: () => Promise<void>
}

export function ledgerProcess(publicUrl: string, env: Record<string, string>): LedgerProcess {
  let child: ChildProcess | undefined
  let said = ''
  process.once('exit', () => child?.kill('SIGKILL'))
  return {
    async start() {
      said = ''
      child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN], {
        env: { PATH: process.env['PATH'], ...env },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      child.stderr?.on('data', (chunk) => (said += String(chunk)))
      const deadline = Date.now() + READY_WITHIN_MS
      while (!(await answers(publicUrl))) {
        if (child.exitCode !== null || Date.now() > deadline)
          throw new Error(`the ledger did not start: ${said}`)
        await pause(POLL_MS)
      }
    },
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

async function answers(publicUrl: string): Promise<boolean> {
  try {
    return (await fetch(`${publicUrl}/openapi.json`)).ok
  } catch {
    return false
  }
}
