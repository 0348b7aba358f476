/** Runs several server processes on one port: starts them, replaces one that dies, and passes the stop signal on. */
import cluster from 'node:cluster'
import type { Worker } from 'node:cluster'
import type { Logger } from '../platform/logging/log.ts'

/** A process that dies sooner than this is replaced after a growing delay, so that a fault does not loop. */
const HEALTHY_MS = 10_000
const MAX_DELAY_MS = 30_000

export type Supervised = {
  /** Resolves when all listen, and rejects when one exits before. */
  listening: Promise<void>
  /** Stops all processes, also those that still start. Resolves when the last has ended. */
  stop: () => Promise<void>
}

/** Starts the processes. The first may answer requests before the last one listens, so `stop` works from now on. */
export function superviseWorkers(count: number, log: Logger): Supervised {
  let stopping = false
  let quickDeaths = 0
  const start = (): Worker => {
    const startedAtMs = Date.now()
    const worker = cluster.fork()
    worker.once('exit', (code, signal) => {
      if (stopping) return
      quickDeaths = Date.now() - startedAtMs < HEALTHY_MS ? quickDeaths + 1 : 0
      const delayMs = quickDeaths === 0 ? 0 : Math.min(MAX_DELAY_MS, 250 * 2 ** quickDeaths)
      log.error({ exitCode: code, signal, delayMs }, 'process.died')
      setTimeout(() => !stopping && start(), delayMs)
    })
    return worker
  }
  const all = Promise.all(Array.from({ length: count }, () => listening(start())))
  return {
    listening: all.then(() => undefined),
    stop: async () => {
      stopping = true
      const workers = Object.values(cluster.workers ?? {})
      await Promise.all(workers.flatMap((worker) => (worker ? [stop(worker)] : [])))
    },
  }
}

function listening(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('listening', () => resolve())
    worker.once('exit', () => reject(new Error('a server process ended before it listened')))
  })
}

function stop(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve())
    worker.process.kill('SIGTERM')
  })
}
