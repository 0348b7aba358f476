/**
 * `npm run load`: starts a server, or takes a running one, and lets artillery sign people in and issue, renew and check
 * tokens. Exits with 1 when any request failed or a threshold of scenarios.yml was exceeded.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { prepareServices } from '../scripts/services.mjs'
import { loadConfig } from '../src/settings/config.ts'
import { createParts } from '../src/process/parts.ts'
import { dataFolder, freePort, launch, pause } from '../test/support/service-process.ts'
import { startRedis } from '../test/support/services.ts'
import { createFixture } from './fixture.ts'
import type { LoadFixture } from './fixture.ts'
import { judge } from './verdict.ts'

const USAGE = `npm run load -- [options]
  --store sqlite|redis  of the server that is started; sqlite unless told
  --target URL          a running server on this machine instead; its settings are read as it reads them itself
  --smoke               five seconds instead of forty`

const OPTIONS = {
  store: { type: 'string', default: 'sqlite' },
  target: { type: 'string' },
  smoke: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

type Given = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']
type Server = { target: string; env: NodeJS.ProcessEnv; stop: () => Promise<void> }

const HERE = import.meta.dirname
const READY_WITHIN_MS = 30_000

async function run({ store, target, smoke }: Given): Promise<boolean> {
  const server = target ? takeRunning(target) : await startServer(store)
  await ready(server.target)
  const parts = await createParts(loadConfig(server.env))
  const prepared = await createFixture(parts)
  const report = join(dataFolder('load'), 'report.json')
  let exitCode: number
  try {
    exitCode = await runArtillery({ target: server.target, fixture: prepared.fixture, report, smoke })
  } finally {
    if (target) await prepared.remove()
    await parts.close()
    await server.stop()
  }
  const { passed, lines } = judge(readReport(report), exitCode)
  process.stdout.write(`\n${lines.join('\n')}\n`)
  return passed
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
  const outer = Object.entries(process.env).filter(([name]) => !/^account_server_/i.test(name))
  const env = {
    ...Object.fromEntries(outer),
    ACCOUNT_SERVER_PORT: String(port),
    ACCOUNT_SERVER_ISSUER: target,
    // All load comes from one address.
    ACCOUNT_SERVER_FLOWS_PER_NETWORK: '1000000',
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

type Run = { target: string; fixture: LoadFixture; report: string; smoke: boolean }

async function runArtillery({ target, fixture, report, smoke }: Run): Promise<number> {
  const options = ['--environment', smoke ? 'smoke' : 'full', '--target', target, '--output', report]
  const command = [
    join(HERE, 'node_modules/artillery/bin/run'),
    'run',
    ...options,
    join(HERE, 'scenarios.yml'),
  ]
  const child = spawn(process.execPath, command, {
    cwd: HERE,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ARTILLERY_DISABLE_TELEMETRY: 'true', LOAD_FIXTURE: JSON.stringify(fixture) },
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

function readReport(file: string): unknown {
  if (!existsSync(file)) throw new Error('artillery did not run to its end')
  return JSON.parse(readFileSync(file, 'utf8'))
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
