/**
 * `npm run bench`: this server, on SQLite and on Redis, beside the bare library, in one run on the same machine.
 * Exits with 1 when any request failed: figures with errors in them mean nothing.
 */
import { parseArgs } from 'node:util'
import { benchLedger } from '../examples/ledger/bench/run.ts'
import { createDatabase } from '../test/support/services.ts'
import { benchAccounts } from './accounts.ts'
import { benchAudit } from './audit.ts'
import { benchEvents } from './events.ts'
import { abandonedTable, measureAbandoned } from './abandoned.ts'
import { measureFloods } from './flood.ts'
import { measure } from './measure.ts'
import type { Plan, Result } from './measure.ts'
import { conditions, describe, table } from './report.ts'
import { benchSignIns } from './sign-ins.ts'
import { leaveServerCore, startTargets, TARGET_NAMES } from './targets.ts'
import type { TargetName } from './targets.ts'
import { benchWatching } from './watching.ts'
import { WORKLOADS } from './workloads.ts'

const USAGE = `npm run bench -- [options]
  --only a,b         workloads whose names begin so: ${WORKLOADS.map(({ name }) => name).join('; ')}
  --servers a,b      sqlite, redis; default both
  --seconds n        length of a round, default 3
  --rounds n         of each pair, default 3
  --connections n    kept open, default 32
  --quick            one round of one second
  --json             one JSON object on standard output
  --abandoned        what flows that are begun and left take in Redis, and for how long
  --flood            /token while the sign-in page is flooded; with --servers and --seconds (10)
  --sockets n        of the flood, default 60
  --events           what is lost when the worker is killed, or a receiver is away; with --count, --kills, --away-seconds
  --accounts         searches among a million accounts; with --count, --rounds, --servers (sqlite,mariadb)
  --audit            lists of a million entries of the audit trail; with --count, --rounds, --servers (sqlite,mariadb)
  --watching         what metrics and traces cost for each request; with --seconds, --rounds, --connections
  --sign-ins         sign-ins beside the audit trail's chain, and without it; with --seconds, --rounds, --connections, --people
  --ledger           transfers of examples/ledger while it is killed; with --transfers, --at-once, --kills, --people`

const OPTIONS = {
  only: { type: 'string' },
  servers: { type: 'string', default: 'sqlite,redis' },
  seconds: { type: 'string' },
  rounds: { type: 'string' },
  connections: { type: 'string', default: '32' },
  quick: { type: 'boolean', default: false },
  abandoned: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  flood: { type: 'boolean', default: false },
  sockets: { type: 'string', default: '60' },
  help: { type: 'boolean', default: false },
} as const

async function runFloods({ servers, seconds, sockets }: Given): Promise<void> {
  for (const store of ['sqlite', 'redis'] as const)
    if (chosenServers(servers).includes(store)) {
      process.stdout.write(`${store === 'redis' ? 'MariaDB and Redis' : 'SQLite'}\n`)
      await measureFloods({
        store,
        seconds: positive('--seconds', seconds ?? '10'),
        sockets: positive('--sockets', sockets),
      })
    }
}

type Given = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']

async function run(given: Given): Promise<boolean> {
  if (given.abandoned) return reportAbandoned(given.json)
  const plan = planOf(given)
  const workloads = chosenWorkloads(given.only)
  const servers = chosenServers(given.servers)
  const under = conditions(plan)
  if (!given.json) process.stdout.write(`${describe(under)}\n\n`)
  leaveServerCore()
  const targets = await startTargets(servers)
  const results: Result[] = []
  for (const workload of workloads) {
    if (!given.json) process.stderr.write(`measuring ${workload.name}\n`)
    results.push(...(await measure(workload, targets, plan)))
  }
  const report = given.json ? JSON.stringify({ conditions: under, results }, null, 2) : table(results)
  process.stdout.write(`${report}\n`)
  const failed = results.filter(({ failures }) => failures > 0)
  for (const { workload, target, failures, firstFailure } of failed)
    process.stderr.write(`${workload} on ${target}: ${failures} failed, the first with: ${firstFailure}\n`)
  return failed.length === 0
}

async function reportAbandoned(json: boolean): Promise<boolean> {
  const report = await measureAbandoned()
  process.stdout.write(`${json ? JSON.stringify(report, null, 2) : abandonedTable(report)}\n`)
  return true
}

function planOf({ seconds, rounds, connections, quick }: Given): Plan {
  const durationMs = 1000 * positive('--seconds', seconds ?? (quick ? '1' : '3'))
  return {
    durationMs,
    // As long as a round: it takes that many requests until the compiler has seen everything.
    warmUpMs: quick ? durationMs / 2 : durationMs,
    rounds: positive('--rounds', rounds ?? (quick ? '1' : '3')),
    connections: positive('--connections', connections),
  }
}

function positive(name: string, text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 1000)) throw new Error(`${name}: got "${text}", takes a number above 0`)
  return value
}

function chosenWorkloads(only: string | undefined) {
  if (only === undefined) return WORKLOADS
  const wanted = only.split(',').map((part) => part.trim())
  const unknown = wanted.filter((part) => !WORKLOADS.some(({ name }) => name.startsWith(part)))
  if (unknown.length > 0) throw new Error(`--only: no workload begins with "${unknown.join('", "')}"`)
  return WORKLOADS.filter(({ name }) => wanted.some((part) => name.startsWith(part)))
}

function chosenServers(text: string): TargetName[] {
  const wanted = text.split(',').map((part) => part.trim())
  const known = TARGET_NAMES.filter((name) => wanted.includes(name))
  if (known.length !== wanted.length) throw new Error(`--servers: got "${text}", takes sqlite and redis`)
  return known
}

// The servers end with this process, so it does not wait for them.
try {
  const [first, ...rest] = process.argv.slice(2)
  if (first === '--ledger') process.exit((await benchLedger(rest, createDatabase)) ? 0 : 1)
  if (first === '--accounts') process.exit((await benchAccounts(process.argv.slice(2))) ? 0 : 1)
  if (first === '--audit') process.exit((await benchAudit(rest)) ? 0 : 1)
  if (first === '--watching') process.exit((await benchWatching(rest)) ? 0 : 1)
  if (first === '--sign-ins') process.exit((await benchSignIns(process.argv.slice(2))) ? 0 : 1)
  if (first === '--events') process.exit((await benchEvents(rest)) ? 0 : 1)
  const { values } = parseArgs({ options: OPTIONS })
  if (values.help) process.stdout.write(`${USAGE}\n`)
  else if (values.flood) {
    await runFloods(values)
    process.exit(0)
  } else process.exit((await run(values)) ? 0 : 1)
} catch (error) {
  process.stderr.write(`bench: ${(error as Error).message}\n`)
  process.exit(1)
}
