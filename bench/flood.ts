/**
 * `npm run bench -- --flood`: how a token request fares while strangers flood the sign-in page. Prints `/token` at rest and
 * under the flood, what was answered to the flood, and what it leaves behind: rows, log and memory.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createHistogram } from 'node:perf_hooks'
import type { RecordableHistogram } from 'node:perf_hooks'
import { loadConfig } from '../src/settings/config.ts'
import { createClient } from '../src/clients/clients.ts'
import { createParts } from '../src/process/start/parts.ts'
import type { Parts } from '../src/process/start/parts.ts'
import { dataFolder, freePort, launch, outerEnvironment, pause } from '../test/support/service-process.ts'
import { createDatabase, startRedis } from '../test/support/services.ts'
import type { FloodPlan, FloodReport } from './flood-sender.ts'
import { processorSeconds, ready } from './targets.ts'

const HERE = import.meta.dirname
const READY_WITHIN_MS = 60_000
/** Connections that ask for tokens, and the pause of each between two requests. */
const ASKERS = 4
const PAUSE_MS = 10
/** Until the compiler has seen everything. */
const WARM_UP_MS = 2000

export const FLOODS = {
  'one network, one address': { networks: 1, addresses: 1 },
  'one network, made-up addresses': { networks: 1, addresses: Infinity },
  'many networks, made-up addresses': { networks: Infinity, addresses: Infinity },
} as const

export type FloodOptions = { store: 'sqlite' | 'redis'; seconds: number; sockets: number }

type Server = { issuer: string; port: number; pid: number; parts: Parts; token: () => Promise<Response> }

/** Prints one block for each kind of flood. */
export async function measureFloods({ store, seconds, sockets }: FloodOptions): Promise<void> {
  const server = await startServer(store)
  await ask(server, WARM_UP_MS)
  for (const [name, kind] of Object.entries(FLOODS)) {
    const rest = await ask(server, seconds * 1000)
    const before = await left(server)
    const plan: FloodPlan = {
      issuer: server.issuer,
      port: server.port,
      sockets,
      seconds: seconds + 1,
      ...kind,
    }
    const sender = fork(join(HERE, 'flood-sender.ts'), [JSON.stringify(plan)])
    await once(sender, 'message')
    const during = await ask(server, seconds * 1000)
    const [report] = (await once(sender, 'message')) as [FloodReport]
    const after = await left(server)
    process.stdout.write(`${describe(name, { rest, during, before, after, report, sockets })}\n`)
    // So that the next one begins with full budgets of this minute.
    if (name !== Object.keys(FLOODS).at(-1)) await pause(5000)
  }
  await server.parts.close()
}

async function startServer(store: FloodOptions['store']): Promise<Server> {
  const port = await freePort()
  const issuer = `http://localhost:${port}`
  const env = {
    ...outerEnvironment(),
    ACCOUNT_SERVER_PORT: String(port),
    ACCOUNT_SERVER_ISSUER: issuer,
    ACCOUNT_SERVER_DATA_DIR: dataFolder('flood'),
    ACCOUNT_SERVER_TOKEN_SECRET_KEY: 'a secret of this measurement, long enough to be one',
    ACCOUNT_SERVER_TRUSTED_PROXIES: 'loopback',
    ACCOUNT_SERVER_LOG_DIR: dataFolder('flood-logs'),
    ...(store === 'redis' ? await services() : {}),
  }
  const { child } = await launch({
    command: process.execPath,
    args: [join(HERE, '../src/main.ts')],
    ports: [port],
    env,
  })
  await ready(port, READY_WITHIN_MS)
  const parts = await createParts(loadConfig(env))
  return { issuer, port, pid: child.pid!, parts, token: await tokenRequest(parts, port) }
}

async function services(): Promise<Record<string, string>> {
  const [database, redis] = await Promise.all([createDatabase(), startRedis()])
  return {
    ACCOUNT_SERVER_MYSQL_DSN: database.dsn,
    ACCOUNT_SERVER_REDIS_DSN: redis.url,
    ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: 'smtp://127.0.0.1:9',
  }
}

async function tokenRequest(parts: Parts, port: number): Promise<() => Promise<Response>> {
  const { client_id: clientId, client_secret: clientSecret } = await createClient(
    parts.db,
    { client_name: 'Measured', grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
    parts,
  )
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
  const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
  const init = { method: 'POST', headers, body: 'grant_type=client_credentials' }
  return () => fetch(`http://127.0.0.1:${port}/oauth/token`, init)
}

/** Token requests for so long: how long each took, in microseconds. */
async function ask({ token }: Server, durationMs: number): Promise<RecordableHistogram> {
  const latency = createHistogram()
  const endAtMs = performance.now() + durationMs
  const one = async () => {
    while (performance.now() < endAtMs) {
      const startedAtMs = performance.now()
      const answer = await token()
      await answer.arrayBuffer()
      if (answer.status !== 200) throw new Error(`/token answered ${answer.status}`)
      latency.record(Math.max(1, Math.round((performance.now() - startedAtMs) * 1000)))
      await pause(PAUSE_MS)
    }
  }
  await Promise.all(Array.from({ length: ASKERS }, one))
  return latency
}

type Left = { attempts: number; audit: number; logLines: number; memoryMib: number; cpuSeconds: number }

async function left({ parts, pid }: Server): Promise<Left> {
  const rows = async (table: string) => Number((await parts.db(table).count({ n: '*' }))[0]?.['n'])
  const dir = parts.config.log.dir ?? ''
  const log = readdirSync(dir).map((name) => readFileSync(join(dir, name), 'utf8'))
  // Of the flood: its requests, its failures, and what was counted together.
  const logLines = log.join('').match(/"(?:\/sign-in|http\.overloaded)"/g)?.length ?? 0
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return {
    attempts: await rows('attempt_buckets'),
    audit: await rows('audit_events'),
    logLines,
    memoryMib: Math.round(Number(kib) / 1024),
    cpuSeconds: processorSeconds(pid) ?? NaN,
  }
}

type Measured = {
  rest: RecordableHistogram
  during: RecordableHistogram
  before: Left
  after: Left
  report: FloodReport
  sockets: number
}

function describe(name: string, { rest, during, before, after, report, sockets }: Measured): string {
  const ms = (latency: RecordableHistogram, share: number) => (latency.percentile(share) / 1000).toFixed(1)
  const line = (latency: RecordableHistogram) => `p50 ${ms(latency, 50)} ms, p99 ${ms(latency, 99)} ms`
  const ratio = (during.percentile(99) / rest.percentile(99)).toFixed(2)
  const answers = Object.entries(report.statuses).map(([status, count]) => `${count} × ${status}`)
  return [
    `${name}, ${sockets} sockets`,
    `  /token at rest    ${line(rest)}`,
    `  /token in flood   ${line(during)}   (p99 × ${ratio})`,
    `  flood             ${report.perSecond}/s: ${answers.join(', ')}`,
    `  left behind       ${after.attempts - before.attempts} attempt rows, ${after.audit - before.audit} audit rows, ${after.logLines - before.logLines} log lines`,
    `  processor         ${(after.cpuSeconds - before.cpuSeconds).toFixed(1)} s of the server, tokens included`,
    `  memory            ${before.memoryMib} MiB, then ${after.memoryMib} MiB`,
  ].join('\n')
}
