/** The ledger's log: one JSON line for each event, in a folder of its own with one file a day. Old files are deleted. */
import { appendFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'

export type Log = ReturnType<typeof createLog>

const DAY_MS = 86_400_000
const FILE = /^ledger-(\d{4}-\d\d-\d\d)\.log$/

export function createLog({ dir, days, clock }: { dir: string; days: number; clock: () => number }) {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  let today = ''
  return pino(
    { base: { pid: process.pid }, timestamp: () => `,"time":"${new Date(clock()).toISOString()}"` },
    {
      write(line: string) {
        const day = dayOf(clock())
        if (day !== today) deleteOld(dir, dayOf(clock() - days * DAY_MS))
        today = day
        appendFileSync(join(dir, `ledger-${day}.log`), line, { mode: 0o600 })
      },
    },
  )
}

function deleteOld(dir: string, oldest: string): void {
  for (const name of readdirSync(dir)) {
    const day = FILE.exec(name)?.[1]
    if (day !== undefined && day < oldest) rmSync(join(dir, name), { force: true })
  }
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
