/**
 * Runs a role: `server`, `worker`, or both in one process when embedded. Handles settings that are wrong, signals and
 * several server processes on one port; what the server consists of stands in app.ts.
 */
import cluster from 'node:cluster'
import { parseArgs } from 'node:util'
import { createApp } from './app.ts'
import type { App } from './app.ts'
import { loadConfig } from './settings/config.ts'
import type { Config } from './settings/config.ts'
import { createWorker } from './features/worker.ts'
import { openListeners } from './process/listeners.ts'
import { createParts } from './process/parts.ts'
import type { Parts } from './process/parts.ts'
import { describeFailure } from './process/start-failure.ts'
import { announce, prepare, prepareUntilReady } from './process/startup.ts'
import { superviseWorkers } from './process/supervisor.ts'

const SAME_SIGNAL_MS = 1000
/** Draining takes 25 s at most; a mail on its way to a silent server must not take longer. */
const HARD_STOP_MS = 28_000

type Role = 'server' | 'worker' | 'all'

async function main(): Promise<void> {
  const config = loadConfig()
  const role = roleOf(config)
  if (role !== 'worker' && config.workers > 1 && cluster.isPrimary) return runPrimary(config, role)
  const parts = await createParts(config)
  const ends = stoppable(parts)
  ends.push(await startRole(parts, cluster.isWorker ? 'server' : role))
}

function roleOf(config: Config): Role {
  const { values } = parseArgs({ options: { role: { type: 'string' } } })
  if (values.role === 'server' || values.role === 'worker') return values.role
  if (values.role !== undefined) throw new Error(`--role: got "${values.role}", takes server or worker`)
  return config.mode === 'embedded' ? 'all' : 'server'
}

type End = () => Promise<void>

async function startRole(parts: Parts, role: Role): Promise<End> {
  if (role === 'worker') {
    const prepared = await prepareUntilReady(parts)
    const stopWorker = startWorker(parts)
    if (prepared) announce(parts, prepared, ['worker'])
    return stopWorker
  }
  const stopListening = await listen(parts)
  if (role !== 'all') return stopListening
  const stopWorker = startWorker(parts)
  return async () => {
    await Promise.all([stopListening(), stopWorker()])
  }
}

function startWorker(parts: Parts): End {
  const worker = createWorker(parts)
  worker.start()
  return worker.stop
}

/** Listens first and prepares then, so that a database that is still away makes the server unready, not dead. */
async function listen(parts: Parts): Promise<End> {
  const { config } = parts
  const app = createApp(parts)
  const early = cluster.isWorker ? await openEarly(parts, app) : false
  const stopListening = await openListeners(config, app.callback)
  if (early) return stopListening
  const prepared = prepareUntilReady(parts).then(async (outcome) => {
    await app.open()
    announce(parts, outcome, cluster.isWorker ? [] : ['server'])
  })
  if (config.mode === 'embedded') await prepared
  else prepared.catch((error: unknown) => parts.draining || stopWith(error))
  return stopListening
}

/** One of several processes shares its port with others that serve: it takes no connection before it can serve too. */
async function openEarly(parts: Parts, app: App): Promise<boolean> {
  try {
    await prepare(parts)
    await app.open()
    return true
  } catch (error) {
    parts.log.warn({ err: error }, 'startup.waiting')
    return false
  }
}

/** Several server processes: this one prepares once, runs the worker when embedded, and keeps the others alive. */
async function runPrimary(config: Config, role: Role): Promise<void> {
  const parts = await createParts(config)
  const ends = stoppable(parts)
  const prepared = await prepareUntilReady(parts)
  if (role === 'all') ends.push(startWorker(parts))
  ends.push(await superviseWorkers(config.workers, parts.log))
  announce(parts, prepared, ['server'])
}

/** Listens for signals before anything is announced, since whoever reads the announcement may stop us at once. */
function stoppable(parts: Parts): End[] {
  const ends: End[] = []
  onStop(parts, async () => {
    parts.draining = true
    await Promise.all(ends.map((end) => end()))
    await parts.close()
  })
  return ends
}

/** The first signal drains and ends with 0; a later one ends at once. */
function onStop(parts: Parts, stop: () => Promise<void>): void {
  let stoppingSinceMs = 0
  const handle = (signal: NodeJS.Signals) => {
    // Ctrl-C reaches every process of a terminal, and again through the one that started us.
    if (signal === 'SIGINT' && cluster.isWorker) return
    if (stoppingSinceMs > 0 && Date.now() - stoppingSinceMs > SAME_SIGNAL_MS) process.exit(1)
    if (stoppingSinceMs > 0) return
    stoppingSinceMs = Date.now()
    setTimeout(() => process.exit(0), HARD_STOP_MS).unref()
    parts.log.info({ signal }, 'process.stopping')
    stop().then(() => process.exit(0), stopWith)
  }
  process.on('SIGTERM', handle)
  process.on('SIGINT', handle)
}

function stopWith(error: unknown): never {
  for (const line of describeFailure(error)) process.stderr.write(`account-server: ${line}\n`)
  process.exit(1)
}

main().catch(stopWith)
