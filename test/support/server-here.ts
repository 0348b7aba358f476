/**
 * A server in the process of the tests. It runs the same functions as `src/main.ts`, and has a database, settings, listeners and
 * caches of its own. A start takes 40 ms of CPU instead of 700. It takes no signals.
 */
import { loadConfig } from '../../src/settings/config.ts'
import { createParts } from '../../src/process/start/parts.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { stop } from '../../src/process/stop.ts'
import type { End } from '../../src/process/stop.ts'
import { startRole } from '../../src/roles.ts'
import type { Role } from '../../src/roles.ts'
import type { Group, GroupNeeds } from './server-processes.ts'

/** Its test is over: open connections end at once, open requests soon. */
const DRAIN_TIMES = { idleGraceMs: 0, deadlineMs: 500 }

type Started = { parts: Parts; end: () => Promise<void> }

/** One server for each port, and a worker where the servers have none inside. They share nothing but the thread. */
export function createServersHere({ env, ports, withWorker }: GroupNeeds): Group {
  let started: Started[] = []
  const role = withWorker ? 'server' : 'all'
  return {
    processes: () => ports.map((port) => ({ port, pid: process.pid })),
    // Two connections to one SQLite file would wait for each other, in one thread.
    parts: () => (withWorker ? undefined : started[0]?.parts),
    async start() {
      const servers = ports.map((port) => startHere(role, { ...env, ACCOUNT_SERVER_PORT: String(port) }))
      started = await Promise.all([...servers, ...(withWorker ? [startHere('worker', env)] : [])])
    },
    signal: () =>
      Promise.reject(new Error('a server in this process takes no signals: start it with `separate: true`')),
    end: async () => void (await Promise.all(started.map(({ end }) => end()))),
  }
}

async function startHere(role: Role, env: Record<string, string>): Promise<Started> {
  const parts = await createParts(loadConfig(env))
  const ends: End[] = []
  const end = () => stop(parts, ends)
  try {
    await new Promise<void>((resolve, onFailure) => {
      const onReady = () => resolve()
      startRole(parts, { role, ends, onReady, onFailure, drainTimes: DRAIN_TIMES }).catch(onFailure)
    })
  } catch (error) {
    await end()
    throw error
  }
  return { parts, end }
}
