/**
 * Starts one private server for a test process and makes sure that it ends with it: by its own death signal on
 * Linux, at exit everywhere else, and with its folder in memory where the system has such a place.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { accessSync, constants, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findBinary } from '../../scripts/find-binary.mjs'
import { isAlive } from '../../scripts/lock.mjs'

const READY_WITHIN_MS = 90_000
const POLL_MS = 10
const PREFIX = 'account-server-test-'

/** For a child that must see no setting of the person who runs the tests: the path, compiled sources, and coverage where it is recorded. */
export const BARE_ENVIRONMENT: Record<string, string> = Object.fromEntries(
  ['PATH', 'NODE_COMPILE_CACHE', 'NODE_V8_COVERAGE'].flatMap((name) => {
    const value = process.env[name]
    return value ? [[name, value]] : []
  }),
)

/** This process's variables without any setting of an account server, for a server that is given its own. */
export function outerEnvironment(): Record<string, string> {
  const named = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || /^account_server_/i.test(name) ? [] : [[name, value] as const],
  )
  return Object.fromEntries(named)
}

// One listener for all. The last started ends first: a process before the folder that it writes to.
const atExit = new Set<() => void>()
process.once('exit', () => {
  for (const end of [...atExit].reverse()) end()
})

export type Running = {
  child: ChildProcess
  /** Ends the process and waits until it is gone. */
  stop: () => Promise<void>
}

export type Launch = {
  command: string
  args: string[]
  /** Ports on 127.0.0.1 that must accept connections before the server counts as started. */
  ports: number[]
  /** Instead of this process's own. */
  env?: NodeJS.ProcessEnv
}

/**
 * Runs `command` until `stop` or until this process ends, however it ends.
 * @throws {Error} with the server's own output when it ends or does not listen within 90 s
 */
export async function launch({ command, args, ports, env }: Launch): Promise<Running> {
  const [program, ...rest] = dyingWithParent([command, ...args])
  const child = spawn(program!, rest, { stdio: ['ignore', 'pipe', 'pipe'], env })
  const output = recordOutput(child)
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const killAtExit = () => void child.kill('SIGKILL')
  atExit.add(killAtExit)
  const stop = async () => {
    atExit.delete(killAtExit)
    // Otherwise the event loop may be empty before the end is known.
    child.ref()
    child.kill('SIGKILL')
    await ended
  }
  try {
    await Promise.all(ports.map((port) => listening(port, child)))
  } catch (error) {
    await stop()
    throw new Error(`${command} did not start: ${output()}`, { cause: error })
  }
  // The tests' own event loop must be able to end while the server runs.
  child.unref()
  for (const stream of [child.stdout, child.stderr])
    if ('unref' in stream && typeof stream.unref === 'function') stream.unref()
  return { child, stop }
}

/** Runs `command` to its end. */
export async function runToEnd(command: string, args: string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const output = recordOutput(child)
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`${command} failed with exit code ${String(code)}: ${output()}`)
}

function dyingWithParent(command: string[]): string[] {
  const setpriv = process.platform === 'linux' && findBinary('setpriv')
  return setpriv ? [setpriv, '--pdeathsig', 'KILL', ...command] : command
}

function recordOutput(child: ChildProcess): () => string {
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4000)))
  return () => output
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS
  while (!(await accepts(port))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('the process ended')
    if (Date.now() > deadline) throw new Error(`nothing listens on port ${port}`)
    await pause(POLL_MS)
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => resolve(socket.destroy() !== undefined))
    socket.once('error', () => resolve(false))
  })
}

/** Waits a moment inside a polling loop. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** A folder for one server, in memory where possible, removed at exit; folders of processes that died are swept. */
export function dataFolder(name: string): string {
  const parent = writable('/dev/shm') ? '/dev/shm' : tmpdir()
  sweep(parent)
  const folder = mkdtempSync(join(parent, `${PREFIX}${process.pid}-${name}-`))
  atExit.add(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  return folder
}

function writable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const owner = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : 0
    if (owner && !isAlive(owner)) removeQuietly(join(parent, name))
  }
}

// Another user's folder cannot be removed, and need not be.
function removeQuietly(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    return
  }
}

// Below the range that systems hand out for outgoing connections; the gap is for cluster ports, see clusterPort.
const PORTS = shareOfPorts({ from: 23_000, to: 31_999 })
const CLUSTER_PORTS = shareOfPorts({ from: 10_000, to: 12_999 })
/** Redis Cluster nodes talk to each other on their port plus this. */
const BUS_OFFSET = 10_000

const given = new Set<number>()

/** Each of the processes of a whole run has ports of its own, named by scripts/test.mjs: two never take one at the same time. */
function shareOfPorts({ from, to }: { from: number; to: number }) {
  const [share = 0, shares = 1] = (process.env.TEST_SHARE ?? '0/1').split('/').map(Number)
  const size = Math.floor((to - from) / shares)
  return { from: from + share * size, to: from + (share + 1) * size }
}

/** A port on 127.0.0.1 that nothing uses and that this process was not given before. */
export function freePort(): Promise<number> {
  return pickPort(PORTS, [0])
}

/** A free port with a free cluster bus port. */
export function clusterPort(): Promise<number> {
  return pickPort(CLUSTER_PORTS, [0, BUS_OFFSET])
}

async function pickPort(range: { from: number; to: number }, offsets: number[]): Promise<number> {
  for (;;) {
    const port = range.from + Math.floor(Math.random() * (range.to - range.from))
    if (given.has(port)) continue
    given.add(port)
    const free = await Promise.all(offsets.map((offset) => isFree(port + offset)))
    if (free.every(Boolean)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
