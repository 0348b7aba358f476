/**
 * `npm run bench -- --sign-ins`: sign-ins while the audit trail is chained and while it is not, in turns. Then how many entries a
 * second one process chains. On MariaDB and Redis. This process chains as a worker does, so no other work of a worker disturbs.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { linkSome } from '../src/audit/chain/link.ts'
import { recordAudit } from '../src/audit/audit.ts'
import { addAccount } from '../src/accounts/operator/operator-account.ts'
import { createChaining } from '../src/process/worker.ts'
import { loadConfig } from '../src/settings/config.ts'
import { createParts } from '../src/process/start/parts.ts'
import type { Parts } from '../src/process/start/parts.ts'
import { dataFolder, freePort, launch } from '../test/support/service-process.ts'
import { createDatabase, startRedis } from '../test/support/services.ts'
import { median } from './measure.ts'
import { environment, processorSeconds, ready } from './targets.ts'

const MAIN = join(import.meta.dirname, '../src/main.ts')
const READY_WITHIN_MS = 60_000
const ADDED_AT_ONCE = 4
const CHAINED_ENTRIES = 20_000

type Round = { perSecond: number; serverMs: number; entries: number }
type Person = { email: string; password: string }
type Bench = { parts: Parts; issuer: string; serverPid: number; people: Person[] }

/** False when a sign-in failed: figures with errors in them mean nothing. */
export async function benchSignIns(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'sign-ins': { type: 'boolean' },
      seconds: { type: 'string', default: '5' },
      rounds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '8' },
      people: { type: 'string', default: '400' },
    },
  })
  const [durationMs, rounds] = [1000 * Number(values.seconds), Number(values.rounds)]
  const bench = await startBench(Number(values.people))
  const connections = Number(values.connections)
  await signIns(bench, { connections, durationMs })
  const unchained: Round[] = []
  const chained: Round[] = []
  for (let round = 0; round < rounds; round += 1) {
    unchained.push(await signIns(bench, { connections, durationMs }))
    const chaining = createChaining(bench.parts)
    chaining.start()
    chained.push(await signIns(bench, { connections, durationMs }))
    await chaining.stop()
    await chainAll(bench)
  }
  report({ unchained, chained, chain: await chainAlone(bench) })
  await bench.parts.close()
  return true
}

async function startBench(people: number): Promise<Bench> {
  const port = await freePort()
  const issuer = `http://localhost:${port}`
  const [database, redis] = await Promise.all([createDatabase(), startRedis()])
  const env = {
    ...environment(port, redis.url),
    ACCOUNT_SERVER_FORMS_PER_MINUTE: '0',
    ACCOUNT_SERVER_LOG_DIR: dataFolder('sign-ins-logs'),
    ACCOUNT_SERVER_MYSQL_DSN: database.dsn,
    ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: 'smtp://127.0.0.1:9',
  }
  const { child } = await launch({
    command: process.execPath,
    args: [MAIN, '--role', 'server'],
    ports: [port],
    env,
  })
  await ready(port, READY_WITHIN_MS)
  const parts = await createParts(loadConfig(env))
  return { parts, issuer, serverPid: child.pid!, people: await addPeople(parts, people) }
}

/** A few at a time: the hasher turns away what would wait too long. */
async function addPeople(parts: Parts, count: number): Promise<Person[]> {
  const people: Person[] = []
  while (people.length < count) {
    const batch = Array.from({ length: ADDED_AT_ONCE }, () => ({
      email: `person-${randomBytes(8).toString('hex')}@example.com`,
      password: randomBytes(12).toString('base64url'),
    }))
    await Promise.all(batch.map((one) => addAccount(parts, { ...one, verified: true, actor: 'cli' })))
    people.push(...batch)
  }
  return people
}

type Load = { connections: number; durationMs: number }

/** The form of the sign-in page, sent again and again by browsers that forget their session. */
async function signIns({ parts, issuer, serverPid, people }: Bench, load: Load): Promise<Round> {
  const page = await fetch(`${issuer}/sign-in`, { headers: { accept: 'text/html' } })
  const cookie = page.headers.getSetCookie().map((line) => line.split(';', 1)[0])
  const csrf = /name="_csrf" value="([^"]*)"/.exec(await page.text())?.[1] ?? ''
  const headers = { accept: 'text/html', origin: issuer, cookie: cookie.join('; ') }
  const [entriesBefore, secondsBefore] = [await countEntries(parts), processorSeconds(serverPid) ?? NaN]
  const startedAtMs = performance.now()
  let done = 0
  const one = async () => {
    while (performance.now() - startedAtMs < load.durationMs) {
      const person = people[Math.floor(Math.random() * people.length)]!
      const body = new URLSearchParams({ _csrf: csrf, ...person })
      const answer = await fetch(`${issuer}/sign-in`, { method: 'POST', headers, body, redirect: 'manual' })
      await answer.arrayBuffer()
      const to = answer.headers.get('location') ?? ''
      if (answer.status !== 303 || to.includes('sign-in')) throw new Error(`got ${answer.status} to "${to}"`)
      done += 1
    }
  }
  await Promise.all(Array.from({ length: load.connections }, one))
  const seconds = (performance.now() - startedAtMs) / 1000
  return {
    perSecond: done / seconds,
    serverMs: (1000 * ((processorSeconds(serverPid) ?? NaN) - secondsBefore)) / done,
    entries: ((await countEntries(parts)) - entriesBefore) / done,
  }
}

async function countEntries({ db }: Parts): Promise<number> {
  return Number((await db('audit_events').count({ n: '*' }))[0]?.['n'])
}

async function chainAll({ parts }: Bench): Promise<number> {
  let entries = 0
  for (let some = await linkSome(parts); some > 0; some = await linkSome(parts)) entries += some
  return entries
}

/** Entries of sign-ins that wait, chained by this process as fast as it can. */
async function chainAlone(bench: Bench): Promise<{ perSecond: number; cpuMicroseconds: number }> {
  const { parts } = bench
  const atMs = parts.clock()
  for (let n = 0; n < CHAINED_ENTRIES; n += 1)
    await recordAudit(parts.db, { atMs, action: 'sign_in.succeeded', actor: 'system', detail: { n } })
  const [startedAtMs, cpu] = [performance.now(), process.cpuUsage()]
  const entries = await chainAll(bench)
  const { user, system } = process.cpuUsage(cpu)
  return {
    perSecond: (1000 * entries) / (performance.now() - startedAtMs),
    cpuMicroseconds: (user + system) / entries,
  }
}

type Figures = { unchained: Round[]; chained: Round[]; chain: { perSecond: number; cpuMicroseconds: number } }

function report({ unchained, chained, chain }: Figures): void {
  const line = (name: string, rounds: Round[]) => {
    const middle = (figure: keyof Round) => median(rounds.map((round) => round[figure])).toFixed(1)
    return `${name}  ${middle('perSecond')} sign-ins/s, ${middle('serverMs')} ms of the server's processor and ${middle('entries')} entries each`
  }
  const ratio = median(chained.map(({ perSecond }, round) => perSecond / unchained[round]!.perSecond))
  process.stdout.write(
    [
      line('without the chain', unchained),
      line('with the chain   ', chained),
      `with ÷ without     ${ratio.toFixed(2)} (median of the rounds' own ratios)`,
      `the chain alone    ${Math.round(chain.perSecond)} entries/s, ${Math.round(chain.cpuMicroseconds)} µs of processor each`,
    ].join('\n') + '\n',
  )
}
