/**
 * Services of a suite's own, with processes that are really stopped and killed. What they acknowledged outlives a kill, as it
 * does where an operator set them up by docs/operations.md.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { createConnection } from 'mysql2/promise'
import { findBinary } from '../../scripts/find-binary.mjs'
import { mariadbProgram } from '../support/service-mariadb.ts'
import { startRabbitmq } from '../support/service-rabbitmq.ts'
import { dataFolder, freePort, launch } from '../support/service-process.ts'
import type { Launch, Running } from '../support/service-process.ts'

export type Killable = {
  url: string
  /** SIGSTOP: it keeps its connections and answers nothing. */
  freeze: () => void
  /** SIGCONT: it goes on with what it was sent meanwhile. */
  thaw: () => void
  /** SIGKILL; resolves when it is gone. */
  kill: () => Promise<void>
  /** On the same port and data. */
  start: () => Promise<void>
}

/** With `forgetful` it has, after a kill, what it had at the last SAVE. */
export async function startKillableRedis({ forgetful = false } = {}): Promise<Killable> {
  const port = await freePort()
  const folder = dataFolder(`killable-redis-${port}`)
  const persistent = ['--save', '', '--appendonly', forgetful ? 'no' : 'yes', '--appendfsync', 'everysec']
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, ...persistent]
  return killable(`redis://127.0.0.1:${port}`, { command: program('redis-server'), args, ports: [port] })
}

/** The one of this test process. The server alone is stopped: its children do nothing without it. */
export async function stoppableRabbitmq(): Promise<Pick<Killable, 'url' | 'freeze' | 'thaw'>> {
  const { url, pid } = await startRabbitmq()
  if (!pid) throw new Error('rabbitmq-server is needed on this machine: a distant one cannot be stopped')
  return { url, freeze: () => freeze(pid), thaw: () => void process.kill(pid, 'SIGCONT') }
}

/** With an empty database `test`. */
export async function startKillableMariadb(): Promise<Killable> {
  program('mariadbd')
  // Written to the file at every commit, which is enough for a process that dies on a machine that lives.
  const { url, launched } = await mariadbProgram(['--innodb-flush-log-at-trx-commit=2'])
  const database = await killable(`${url}test`, launched)
  const connection = await createConnection(url)
  await connection.query('CREATE DATABASE test CHARACTER SET utf8mb4 COLLATE utf8mb4_bin')
  await connection.end()
  return database
}

function program(name: string): string {
  const found = findBinary(name)
  if (!found) throw new Error(`${name} is needed on this machine: a container's process cannot be stopped`)
  return found
}

/** Returns when it has stopped: its threads may go on for a moment after the signal was sent. */
function freeze(pid: number): void {
  process.kill(pid, 'SIGSTOP')
  while (process.platform === 'linux' && readdirSync(`/proc/${pid}/task`).some((task) => runs(pid, task)));
}

function runs(pid: number, task: string): boolean {
  return !/\) [Tt] /.test(readFileSync(`/proc/${pid}/task/${task}/stat`, 'latin1'))
}

async function killable(url: string, launched: Launch): Promise<Killable> {
  let running: Running = await launch(launched)
  return {
    url,
    freeze: () => freeze(running.child.pid!),
    thaw: () => void running.child.kill('SIGCONT'),
    kill: () => running.stop(),
    async start() {
      running = await launch(launched)
    },
  }
}
