/**
 * Runs a role: `server`, `worker`, or both in one process when embedded. Handles settings that are wrong and several
 * server processes on one port; what the server consists of stands in app.ts.
 */
import cluster from 'node:cluster'
import { createApp } from './app.ts'
import type { App } from './app.ts'
import { loadConfig } from './settings/config.ts'
import { createWorker } from './process/worker.ts'
import { openListeners } from './process/listeners.ts'
import { createParts } from './process/start/parts.ts'
import type { Parts } from './process/start/parts.ts'
import { checkPlaces } from './process/places.ts'
import { readStartArguments } from './process/start/start-arguments.ts'
import { describeFailure } from './process/start/start-failure.ts'
import { announce, orSayHowToSignIn, prepare, prepareUntilReady } from './process/start/startup.ts'
import type { Prepared } from './process/start/startup.ts'
import { stopOnSignal } from './process/stop.ts'
import type { End } from './process/stop.ts'
import { superviseWorkers } from './process/supervisor.ts'

type Role = 'server' | 'worker' | 'all'

async function main(): Promise<void> {
  const asked = readStartArguments(process.argv.slice(2))
  if (asked.kind === 'print') return void process.stdout.write(asked.text)
  const planned = loadConfig(undefined, { persist: false })
  const role = cluster.isWorker ? 'server' : (asked.role ?? (planned.mode === 'embedded' ? 'all' : 'server'))
  if (cluster.isPrimary) await checkPlaces(planned, { serves: role !== 'worker' })
  const parts = await createParts(loadConfig())
  const ends = stopOnSignal(parts, stopWith)
  try {
    const several = role !== 'worker' && planned.workers > 1 && cluster.isPrimary
    await (several ? startPrimary(parts, role, ends) : startRole(parts, role, ends))
  } catch (error) {
    if (!parts.draining) throw error
  }
}

async function startRole(parts: Parts, role: Role, ends: End[]): Promise<void> {
  const ready = (prepared: Prepared) => {
    if (role !== 'server') ends.push(startWorker(parts))
    announce(parts, prepared, announcedRoles(role))
  }
  if (role !== 'worker') return listen(parts, ends, ready)
  const prepared = await prepareUntilReady(parts)
  await orSayHowToSignIn(prepared, () => ready(prepared))
}

function announcedRoles(role: Role): string[] {
  if (role === 'worker') return ['worker']
  return cluster.isWorker ? [] : ['server']
}

function startWorker(parts: Parts): End {
  const worker = createWorker(parts)
  worker.start()
  return worker.stop
}

/** Listens first and prepares then, so that a database that is still away makes the server unready, not dead. */
async function listen(parts: Parts, ends: End[], ready: (prepared: Prepared) => void): Promise<void> {
  const { config } = parts
  const app = createApp(parts)
  const early = cluster.isWorker ? await openEarly(parts, app) : false
  await openListeners(config, app.callback, ends)
  if (early) return
  const prepared = prepareUntilReady(parts).then((outcome) =>
    orSayHowToSignIn(outcome, async () => {
      await app.open()
      ready(outcome)
    }),
  )
  if (config.mode === 'embedded') await prepared
  else prepared.catch((error: unknown) => parts.draining || stopWith(error))
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
async function startPrimary(parts: Parts, role: Role, ends: End[]): Promise<void> {
  const prepared = await prepareUntilReady(parts)
  await orSayHowToSignIn(prepared, async () => {
    if (role === 'all') ends.push(startWorker(parts))
    const { listening, stop } = superviseWorkers(parts.config.workers, parts.log)
    ends.push(stop)
    await listening
    announce(parts, prepared, ['server'])
  })
}

function stopWith(error: unknown): never {
  for (const line of describeFailure(error)) process.stderr.write(`account-server: ${line}\n`)
  process.exit(1)
}

main().catch(stopWith)
