/**
 * `npm run bench -- --ledger [--transfers N] [--at-once N] [--kills N] [--people N] [--database mysql://…]`: transfers per
 * second, and whether the books balance after the ledger was killed again and again. MariaDB by default.
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { showProgress } from './progress.ts'
import { storm } from './storm.ts'
import type { StormResult } from './storm.ts'

const OPTIONS = {
  transfers: { type: 'string', default: '1000000' },
  'at-once': { type: 'string', default: '32' },
  kills: { type: 'string', default: '20' },
  people: { type: 'string', default: '1000' },
  database: { type: 'string' },
} as const

const FAULTS = [
  'different',
  'sumOfBalances',
  'sumOfEntries',
  'overdrawn',
  'unbalanced',
  'unaccounted',
] as const

/** `empty` makes a database for the run where none is named. Answers whether the books balance. */
export async function benchLedger(args: string[], empty: () => Promise<{ dsn: string }>): Promise<boolean> {
  const { values } = parseArgs({ args, options: OPTIONS })
  const [transfers, atOnce, kills, people] = (['transfers', 'at-once', 'kills', 'people'] as const).map(
    (name) => count(name, values[name]),
  ) as [number, number, number, number]
  if (people < 2) throw new Error('--people takes 2 or more: nobody sends money to oneself')
  const database = values.database ?? (await empty()).dsn
  const before = loadavg()[0]?.toFixed(1)
  process.stdout.write(`${transfers} transfers, ${atOnce} at once, ${people} people, kill -9 × ${kills}\n`)
  const progress = showProgress({ transfers, kills }, process.stdout)
  const result = await storm({ database, transfers, atOnce, kills, people, ...progress })
  process.stdout.write(
    `${report(result, transfers)}\nMachine: ${cpus().length} cores, load ${before} before, ${loadavg()[0]?.toFixed(1)} after\n`,
  )
  return FAULTS.every((name) => result[name] === 0)
}

function count(name: string, text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || (value === 0 && name !== 'kills'))
    throw new Error(`--${name} takes a whole number above zero, not: ${text}`)
  return value
}

function report(result: StormResult, transfers: number): string {
  const answers = Object.entries(result.answers).map(([status, number]) => `${number} × ${status}`)
  const cpu = (seconds: number) => `${((seconds * 1000) / transfers).toFixed(2)} ms`
  return [
    `${Math.round(result.perSecond)} transfers/s over ${result.seconds.toFixed(1)} s, restarts included`,
    `Processor for each transfer: ledger ${result.cpuSeconds === undefined ? 'unknown' : cpu(result.cpuSeconds)}, this bench ${cpu(result.ownCpuSeconds)}`,
    `Answers: ${answers.join(', ')}; ${result.resent} requests sent again without an answer`,
    `Sum of balances ${result.sumOfBalances}, of entries ${result.sumOfEntries}; overdrawn accounts ${result.overdrawn}`,
    `Accounts and transfers that differ from their entries: ${result.unbalanced}`,
    `Transfers in the books without an answer, or the other way round: ${result.unaccounted}`,
    `Same key, same answer: ${result.checked - result.different} of ${result.checked}`,
  ].join('\n')
}
