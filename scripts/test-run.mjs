/** One mocha process of `npm test`: in a process group of its own, so that nothing that a test started outlives it. */
import { spawn } from 'node:child_process'
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './find-binary.mjs'
import { runQuietly } from './step.mjs'

const MOCHA = join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js')
const LANE = join(ROOT, 'scripts', 'test-lane.mjs')
const READ_EVERY_MS = 100
/**
 * Compiled sources of this project and its packages: without them each of the hundreds of processes of a run compiles all anew.
 * Left out where coverage is recorded, which V8 then does less exactly.
 */
const COMPILED = join(ROOT, 'node_modules', '.cache', 'compiled')
/** A server drains for this long at most before it is ended the hard way. */
const END_WITHIN_MS = 5000

/**
 * @param {{ args: string[], env: NodeJS.ProcessEnv, eventsFile: string, onEvent: (event: any) => void, onOutput: (text: string) => void, nextFile?: (pid: number) => string | undefined }} given
 * `onOutput` gets what tests and mocha write past the reporter. With `nextFile` the process takes one file after another
 * from there; `args` are then those of scripts/test-lane.mjs.
 * @returns {{ ended: Promise<{ code: number, how: string }>, end: () => void }}
 */
export function startMocha({ args, env, eventsFile, onEvent, onOutput, nextFile }) {
  writeFileSync(eventsFile, '')
  const color = process.stdout.isTTY ? ['--color'] : []
  const command = nextFile ? [LANE, ...args] : [MOCHA, ...color, ...args]
  const child = spawn(process.execPath, command, {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', ...(nextFile ? ['ipc'] : [])],
    env: { ...environmentOfTests(), ...env, TEST_EVENTS_FILE: eventsFile },
  })
  // An empty text: there is no file left. A process that ended meanwhile is reported by its end.
  if (nextFile) child.on('message', () => child.send(nextFile(child.pid) ?? '', () => {}))
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => onOutput(String(chunk)))
  const events = readLines(eventsFile, (line) => onEvent(JSON.parse(line)))
  const timer = setInterval(events.read, READ_EVERY_MS)
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
  return {
    ended: exited.then(async ({ code, signal }) => {
      await endGroup(child.pid)
      clearInterval(timer)
      events.read()
      events.close()
      return signal
        ? { code: 128 + constants.signals[signal], how: `ended by ${signal}` }
        : { code, how: `exit code ${code}` }
    }),
    end: () => signalGroup(child.pid, 'SIGTERM'),
  }
}

/** Fills the folder of compiled sources: servers of tests are killed, and only a process that ends by itself writes there. */
export async function compileSources() {
  await runQuietly(process.execPath, [join(ROOT, 'src', 'main.ts'), '--help'], { env: environmentOfTests() })
}

function environmentOfTests() {
  if (process.env.NODE_V8_COVERAGE) return process.env
  return { NODE_COMPILE_CACHE: COMPILED, ...process.env }
}

/** Whole lines only: the last one may be half written. */
function readLines(file, onLine) {
  const handle = openSync(file, 'r')
  const chunk = Buffer.alloc(65_536)
  let rest = Buffer.alloc(0)
  const read = () => {
    for (let size = readSync(handle, chunk); size > 0; size = readSync(handle, chunk))
      rest = Buffer.concat([rest, chunk.subarray(0, size)])
    const end = rest.lastIndexOf(10)
    if (end < 0) return
    const lines = rest.subarray(0, end).toString().split('\n')
    rest = Buffer.from(rest.subarray(end + 1))
    lines.forEach(onLine)
  }
  return { read, close: () => closeSync(handle) }
}

/** Processes that a test left running: they get a signal first, and are killed then. */
async function endGroup(pid) {
  const deadline = Date.now() + END_WITHIN_MS
  let asked = false
  while (signalGroup(pid, 0)) {
    if (!asked) signalGroup(pid, 'SIGTERM')
    asked = true
    if (Date.now() > deadline) return void signalGroup(pid, 'SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Whether the group has a process. */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal)
    return true
  } catch {
    return false
  }
}
