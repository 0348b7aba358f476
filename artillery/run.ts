/**
 * `npm run load`: starts a server, or takes a running one, and lets artillery sign people in and issue, renew and check
 * tokens. Exits with 1 when any request failed or a threshold of scenarios.yml was exceeded.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { prepareServices } from '../scripts/services.mjs'
import { withProgress } from '../scripts/step.mjs'
import { loadConfig } from '../src/settings/config.ts'
import { createParts } from '../src/process/start/parts.ts'
import { dataFolder, freePort, launch, outerEnvironment, pause } from '../test/support/service-process.ts'
import { startRedis } from '../test/support/services.ts'
import { createFixture } from './fixture.ts'
import type { LoadFixture } from './fixture.ts'
import { DEFAULTS, planLoad, WARM_UP_SECONDS } from './plan.ts'
import type { Plan } from './plan.ts'
import { judge } from './verdict.ts'

const USAGE = `npm run load -- [options]
  --users COUNT         people who sign in, 1 to 1000 (${DEFAULTS.users}); each sign-in costs a password hash
  --rate COUNT          visits that begin each second, 1 to 1000 (${DEFAULTS.rate})
  --duration SECONDS    how long, 1 to 3600, after a warm-up of ${WARM_UP_SECONDS} s (${DEFAULTS.duration})
  --smoke               short and slow: --rate 10 --duration 5 and no warm-up
  --store sqlite|redis  of the server that is started (sqlite)
  --target URL          a running server on this machine instead; its settings are read as it reads them itself
  --help                show this help
Prints the verdict and five numbers; everything else goes into files, which are named at the end. Exits with 1 when any
request failed or a threshold of artillery/scenarios.yml was exceeded.`

const OPTIONS = {
  users: { type: 'string' },
  rate: { type: 'string' },
  duration: { type: 'string' },
  store: { type: 'string', default: 'sqlite' },
  target: { type: 'string' },
  smoke: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

type Given = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']
type Server = { target: string; env: NodeJS.ProcessEnv; stop: () => Promise<void> }

const HERE = import.meta.dirname
const REPORTS = join(HERE, '../.cache/load')
const READY_WITHIN_MS = 60_000

async function run(given: Given): Promise<boolean> {
  const { store, target } = given
  const plan = planLoad(given)
  const server = target ? takeRunning(target) : await startServer(store)
  await ready(server.target)
  const parts = await createParts(loadConfig(server.env))
  const prepared = await createFixture(parts, plan.users)
  const report = newReport()
  let ended: Awaited<ReturnType<typeof runArtillery>>
  try {
    const work = () => runArtillery({ target: server.target, fixture: prepared.fixture, report, plan })
    ended = await withProgress(`Load on ${server.target} for ${plan.seconds} s …`, work)
  } finally {
    if (target) await prepared.remove()
    await parts.close()
    await server.stop()
  }
  const { passed, lines } = judge(readReport(report), ended)
  process.stdout.write(`\n${lines.join('\n')}\n\nReport: ${report}.txt, ${report}.json\n`)
  return passed
}

/** Two files of this name: what artillery printed, and its numbers. */
function newReport(): string {
  mkdirSync(REPORTS, { recursive: true })
  return join(REPORTS, new Date().toISOString().slice(0, 19).replaceAll(':', '-'))
}

function takeRunning(target: string): Server {
  const { hostname, origin } = new URL(target)
  // Load on somebody else's machine is an attack, and the fixture is written to the database directly.
  if (!['localhost', '127.0.0.1', '[::1]'].includes(hostname))
    throw new Error(`--target: got "${target}", takes an address on this machine`)
  const { issuer } = loadConfig()
  if (origin !== issuer) throw new Error(`--target: got "${target}", but the settings say ${issuer}`)
  return { target: origin, env: process.env, stop: async () => undefined }
}

async function startServer(store: string): Promise<Server> {
  if (store !== 'sqlite' && store !== 'redis')
    throw new Error(`--store: got "${store}", takes sqlite or redis`)
  if (store === 'redis') await prepareServices(['redis'])
  const redis = store === 'redis' ? await startRedis() : undefined
  const port = await freePort()
  const target = `http://127.0.0.1:${port}`
  const env = {
    ...outerEnvironment(),
    ACCOUNT_SERVER_PORT: String(port),
    ACCOUNT_SERVER_ISSUER: target,
    // All load comes from one address.
    ACCOUNT_SERVER_FLOWS_PER_NETWORK: '1000000',
    ACCOUNT_SERVER_NETWORK_FAILURES_BEFORE_CHALLENGE: '1000000',
    ACCOUNT_SERVER_NETWORK_FAILURES_LIMIT: '1000000',
    ACCOUNT_SERVER_FLOWS_PER_CLIENT: '10000000',
    ACCOUNT_SERVER_DATA_DIR: dataFolder('load-server'),
    ACCOUNT_SERVER_TOKEN_SECRET_KEY: randomBytes(32).toString('hex'),
    // All visitors come from one address.
    ACCOUNT_SERVER_FORMS_PER_MINUTE: '0',
    ...(redis ? { ACCOUNT_SERVER_REDIS_DSN: redis.url } : {}),
  }
  const args = ['--disable-warning=ExperimentalWarning', join(HERE, '../src/main.ts')]
  const { child } = await launch({ command: process.execPath, args, ports: [port], env })
  const stop = async () => {
    const ended = once(child, 'exit')
    child.ref()
    child.kill('SIGTERM')
    await ended
  }
  return { target, env, stop }
}

async function ready(target: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS
  for (;;) {
    const answer = await fetch(`${target}/health/ready`).catch(() => undefined)
    if (answer?.ok) return
    if (Date.now() > deadline) throw new Error(`${target} is not ready`)
    await pause(50)
  }
}

type Run = { target: string; fixture: LoadFixture; report: string; plan: Plan }

async function runArtillery({ target, fixture, report, plan }: Run) {
  const overrides = JSON.stringify({ config: { phases: plan.phases } })
  const options = ['--target', target, '--overrides', overrides, '--output', `${report}.json`]
  const command = [
    join(HERE, 'node_modules/artillery/bin/run'),
    'run',
    ...options,
    join(HERE, 'scenarios.yml'),
  ]
  const printed = openSync(`${report}.txt`, 'w')
  const child = spawn(process.execPath, command, {
    cwd: HERE,
    stdio: ['ignore', printed, printed],
    env: { ...process.env, ARTILLERY_DISABLE_TELEMETRY: 'true', LOAD_FIXTURE: JSON.stringify(fixture) },
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  closeSync(printed)
  return { exitCode: code ?? 1, printed: readFileSync(`${report}.txt`, 'utf8') }
}

function readReport(report: string): unknown {
  if (!existsSync(`${report}.json`))
    throw new Error(`artillery did not run to its end; what it printed: ${report}.txt`)
  return JSON.parse(readFileSync(`${report}.json`, 'utf8'))
}

// A Redis that was started ends with this process.
try {
  const { values } = parseArgs({ options: OPTIONS })
  if (values.help) process.stdout.write(`${USAGE}\n`)
  else process.exit((await run(values)) ? 0 : 1)
} catch (error) {
  process.stderr.write(`load: ${(error as Error).message}\n`)
  process.exit(1)
}
