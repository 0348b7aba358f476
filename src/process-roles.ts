/** What a role runs in this process: listeners and routes for a server, deliveries and upkeep for a worker. */
import cluster from 'node:cluster'
import { createApp } from './app.ts'
import type { App } from './app.ts'
import type { DrainTimes } from './http/server.ts'
import { openListeners } from './process/listeners.ts'
import { openMetrics } from './process/metrics/metrics-listener.ts'
import type { Parts } from './process/start/parts.ts'
import { orSayHowToSignIn, prepare, prepareUntilReady } from './process/start/startup.ts'
import type { Prepared } from './process/start/startup.ts'
import type { End } from './process/stop.ts'
import { createWorker } from './process/worker.ts'

/** `all` is a server with a worker inside. */
export type Role = 'server' | 'worker' | 'all'

export type Run = {
  role: Role
  /** What was started joins it, so that it can be ended. */
  ends: End[]
  /** Called once the role does its work. */
  onReady: (prepared: Prepared) => void
  /** Called when a server that listens already cannot be prepared. */
  onFailure: (error: unknown) => void
  /** How long its listeners wait for open requests at the end. */
  drainTimes?: DrainTimes
}

/** Resolves when the role is ready. Beside a database of its own a server listens before it is. */
export async function startRole(parts: Parts, run: Run): Promise<void> {
  await openMetrics(parts, run.ends)
  const ready = (prepared: Prepared, app?: App) => {
    if (run.role !== 'server') run.ends.push(startWorker(parts, app))
    run.onReady(prepared)
  }
  if (run.role !== 'worker') return listen(parts, run, ready)
  const prepared = await prepareUntilReady(parts)
  await orSayHowToSignIn(prepared, () => ready(prepared))
}

/** In the process of a server it shares the server's provider. */
export function startWorker(parts: Parts, app?: App): End {
  const worker = createWorker(parts, app?.provider)
  worker.start()
  return worker.stop
}

/** Listens first and prepares then, so that a database that is still away makes the server unready, not dead. */
async function listen(parts: Parts, run: Run, ready: (prepared: Prepared, app: App) => void): Promise<void> {
  const { config } = parts
  const app = createApp(parts)
  const early = cluster.isWorker ? await openEarly(parts, app) : false
  await openListeners(config, app.callback, run)
  if (early) return
  const prepared = prepareUntilReady(parts).then((outcome) =>
    orSayHowToSignIn(outcome, async () => {
      await app.open()
      ready(outcome, app)
    }),
  )
  if (config.mode === 'embedded') await prepared
  else prepared.catch((error: unknown) => parts.draining || run.onFailure(error))
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
