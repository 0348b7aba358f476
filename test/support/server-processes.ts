/** A server in processes of its own, as an operator runs it: they end by signals, and Node reads its own settings for each. */
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { launch, pause } from './service-process.ts'
import type { Running } from './service-process.ts'
import type { Parts } from '../../src/process/start/parts.ts'

export type ServerProcess = { pid: number; port: number }
export type GroupNeeds = { env: Record<string, string>; ports: number[]; withWorker: boolean }
/** The processes that together are one server, or what takes their place. */
export type Group = {
  processes: () => ServerProcess[]
  /** Those of the server itself, where tests are to use the same. */
  parts: () => Parts | undefined
  start: () => Promise<void>
  signal: (signal: NodeJS.Signals) => Promise<(number | null)[]>
  restart: (signal: NodeJS.Signals) => Promise<void>
  /** Ends it at once. */
  end: () => Promise<void>
}

const HOME = fileURLToPath(new URL('../..', import.meta.url))
const READY_WITHIN_MS = 90_000
const POLL_MS = 15

/** One for each port, and a worker where the server has none inside. */
export function createProcesses({ env, ports, withWorker }: GroupNeeds): Group {
  let running: Running[] = []
  const startOne = (port: number) =>
    launch({
      command: process.execPath,
      args: [join(HOME, 'src/main.ts')],
      ports: [port],
      env: { ...env, ACCOUNT_SERVER_PORT: String(port) },
    })
  const startWorker = () =>
    launch({
      command: process.execPath,
      args: [join(HOME, 'src/main.ts'), '--role', 'worker'],
      ports: [],
      env,
    })
  async function start() {
    running = await Promise.all([...ports.map(startOne), ...(withWorker ? [startWorker()] : [])])
    await Promise.all(ports.map((port, index) => ready(port, running[index]!)))
  }
  async function signal(name: NodeJS.Signals): Promise<(number | null)[]> {
    const ended = running.map(({ child }) => once(child, 'exit') as Promise<[number | null]>)
    for (const { child } of running) child.kill(name)
    return (await Promise.all(ended)).map(([code]) => code)
  }
  return {
    processes: () => ports.map((port, index) => ({ port, pid: running[index]!.child.pid! })),
    parts: () => undefined,
    start,
    signal,
    async restart(name: NodeJS.Signals) {
      await signal(name)
      await start()
    },
    end: async () => void (await Promise.all(running.map(({ stop }) => stop()))),
  }
}

async function ready(port: number, { child }: Running): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined)
    if (answer?.status === 200) return
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`it ended with ${child.exitCode ?? child.signalCode} before it was ready`)
    if (Date.now() > deadline) throw new Error(`not ready: ${String(await answer?.text())}`)
    await pause(POLL_MS)
  }
}
