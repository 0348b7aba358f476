/**
 * A server in the process of the tests. It runs the same functions as `src/main.ts`, and has a database, settings, listeners and
 * caches of its own. A start takes 40 ms of CPU instead of 700. It takes no signals.
 */
import { readFileSync } from 'node:fs'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { configOfWorker, loadConfig } from '../../src/settings/config.ts'
import { createParts } from '../../src/process/start/parts.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { stop } from '../../src/process/stop.ts'
import type { End } from '../../src/process/stop.ts'
import { startRole } from '../../src/process-roles.ts'
import type { Role } from '../../src/process-roles.ts'
import type { Group, GroupNeeds } from './server-processes.ts'

/** Its test is over: open connections end at once, open requests soon. */
const DRAIN_TIMES = { idleGraceMs: 0, deadlineMs: 500 }

type Started = { parts: Parts; end: () => Promise<void> }

/** One server for each port, and a worker where the servers have none inside. They share nothing but the thread. */
export function createServersHere({ env, ports, withWorker }: GroupNeeds): Group {
  let started: Started[] = []
  const role = withWorker ? 'server' : 'all'
  const refuse = (): Promise<never> =>
    Promise.reject(new Error('a server in this process takes no signals: start it with `separate: true`'))
  const end = async () => void (await Promise.all(started.map((one) => one.end())))
  async function start() {
    trust(env['NODE_EXTRA_CA_CERTS'])
    const servers = ports.map((port) => startHere(role, { ...env, ACCOUNT_SERVER_PORT: String(port) }))
    started = await Promise.all([...servers, ...(withWorker ? [startHere('worker', env)] : [])])
  }
  return {
    processes: () => ports.map((port) => ({ port, pid: process.pid })),
    // Two connections to one SQLite file would wait for each other, in one thread.
    parts: () => (withWorker ? undefined : started[0]?.parts),
    start,
    signal: refuse,
    /** The parts of a server on SQLite are those of its test, which a restart would close. */
    async restart() {
      if (!withWorker) return refuse()
      await end()
      await start()
    },
    end,
  }
}

/** Node reads this setting when a process starts. Here the authorities of one test are trusted until the process ends. */
function trust(file: string | undefined): void {
  if (!file) return
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(file, 'utf8')])
}

async function startHere(role: Role, env: Record<string, string>): Promise<Started> {
  const config = loadConfig(env)
  const parts = await createParts(role === 'worker' ? configOfWorker(config) : config)
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
