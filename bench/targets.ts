/** The servers that are measured: each one process, on a core that it shares with none of its callers. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { findBinary } from '../scripts/find-binary.mjs'
import { loadConfig } from '../src/settings/config.ts'
import { createParts } from '../src/process/start/parts.ts'
import { dataFolder, freePort, launch, outerEnvironment, pause } from '../test/support/service-process.ts'
import { startRedis } from '../test/support/services.ts'
import type { BareSetup } from './bare.ts'
import { fill } from './fill.ts'
import type { Filled, Minted } from './fill.ts'
import type { Fixture } from './workloads.ts'

export const TARGET_NAMES = ['bare', 'sqlite', 'redis'] as const
export type TargetName = (typeof TARGET_NAMES)[number]
export type Target = { name: string; fixture: Fixture; pid: number }

const HERE = import.meta.dirname
const READY_WITHIN_MS = 30_000
/** All servers take this core, one after the other; what applies the load, and Redis, take another. */
const SERVER_CORE = '0'
const LOAD_CORE = '1'

/** True where servers and load can be kept apart. */
export const pinned = availableParallelism() > 1 && findBinary('taskset') !== undefined

/** Moves this process, and what it will start, off the servers' core. */
export function leaveServerCore(): void {
  if (pinned) execFileSync('taskset', ['-acp', LOAD_CORE, String(process.pid)], { stdio: 'ignore' })
}

/** Starts the servers, filled; they end with this process. The bare library is always among them: it is what the others are compared with. */
export async function startTargets(names: readonly TargetName[]): Promise<Target[]> {
  const own: (Target & { filled: Filled })[] = []
  for (const name of ['sqlite', 'redis'] as const) {
    if (names.includes(name)) own.push(await startServer(name))
  }
  const [first] = own
  if (!first) throw new Error('name at least one of sqlite and redis')
  return [await startBare(first.filled), ...own]
}

/** `name`: what the figures call it. */
export async function startServer(
  store: 'sqlite' | 'redis',
  { name, settings }: { name: string; settings: Readonly<Record<string, string>> } = {
    name: store,
    settings: {},
  },
) {
  const port = await freePort()
  const redis = store === 'redis' ? await startRedis() : undefined
  const env = { ...environment(port, redis?.url), ...settings }
  const { child } = await launch({ ...node(join(HERE, '../src/main.ts')), ports: [port], env })
  await ready(port)
  const parts = await createParts(loadConfig(env))
  const filled = await fill(parts)
  await parts.close()
  return { name, filled, fixture: filled.fixture, pid: child.pid! }
}

/** Settings of a server that is measured. */
export function environment(port: number, redisDsn: string | undefined): Record<string, string> {
  return {
    ...outerEnvironment(),
    ACCOUNT_SERVER_PORT: String(port),
    ACCOUNT_SERVER_ISSUER: `http://localhost:${port}`,
    // All load comes from one address.
    ACCOUNT_SERVER_FLOWS_PER_NETWORK: '1000000',
    ACCOUNT_SERVER_NETWORK_FAILURES_BEFORE_CHALLENGE: '1000000',
    ACCOUNT_SERVER_NETWORK_FAILURES_LIMIT: '1000000',
    ACCOUNT_SERVER_FLOWS_PER_CLIENT: '10000000',
    ACCOUNT_SERVER_DATA_DIR: dataFolder('bench'),
    ACCOUNT_SERVER_TOKEN_SECRET_KEY: randomBytes(32).toString('hex'),
    ...(redisDsn ? { ACCOUNT_SERVER_REDIS_DSN: redisDsn } : {}),
  }
}

async function startBare({ fixture, ...served }: Filled): Promise<Target> {
  const port = await freePort()
  const folder = dataFolder('bench-bare')
  const [setupFile, tokensFile] = [join(folder, 'setup.json'), join(folder, 'tokens.json')]
  const setup: BareSetup = { ...served, issuer: `http://localhost:${port}`, port, tokensFile }
  writeFileSync(setupFile, JSON.stringify(setup), { mode: 0o600 })
  const { child } = await launch({ ...node(join(HERE, 'bare.ts'), setupFile), ports: [port] })
  const minted = JSON.parse(readFileSync(tokensFile, 'utf8')) as Minted
  return { name: 'bare', fixture: { ...fixture, ...minted, port }, pid: child.pid! }
}

function node(...args: string[]): { command: string; args: string[] } {
  const quiet = ['--disable-warning=ExperimentalWarning', ...args]
  if (!pinned) return { command: process.execPath, args: quiet }
  return { command: 'taskset', args: ['-c', SERVER_CORE, process.execPath, ...quiet] }
}

/** Waits until the server on the port says that it is ready. @throws Error when it does not in time */
export async function ready(port: number, withinMs = READY_WITHIN_MS): Promise<void> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined)
    if (answer?.ok) return
    if (Date.now() > deadline) throw new Error('the server did not become ready')
    await pause(25)
  }
}

/** Processor seconds a process has used so far, where the system tells (proc(5)). */
export function processorSeconds(pid: number): number | undefined {
  try {
    // Behind the name, which may hold anything: the 12th and 13th fields, in hundredths of a second.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return undefined
  }
}
