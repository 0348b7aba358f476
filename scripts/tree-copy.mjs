/**
 * A copy of the tree in the temporary folder, for what must not touch the tree itself. The copy goes at the end, and when a
 * signal interrupts the work; what runs in it ends first.
 */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { ROOT } from './find-binary.mjs'
import { StepFailed } from './step.mjs'

/** Not part of the tree, or of no use in a copy. */
const LEFT_OUT = new Set(['.git', '.cache', '.env', 'data', 'coverage', 'screenshots', 'suite'])
const MODULES = 'node_modules'
const RUNTIME = join('scripts', 'runtime', MODULES)

const interruption = new AbortController()
let interruptedBy = ''

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    interruptedBy ||= signal
    interruption.abort()
  })

/** Aborts on the first signal: for what is started in a copy in another way than by `runIn`. */
export const interrupted = interruption.signal

/**
 * Runs `work` in a fresh copy. Packages are copied where `work` changes them, else linked. Services that tests installed for
 * themselves are used again.
 * @template T
 * @param {{ name: string, changesPackages: boolean }} options
 * @param {(folder: string) => Promise<T>} work
 * @returns {Promise<T>}
 * @throws {StepFailed} after a signal
 */
export async function withCopy({ name, changesPackages }, work) {
  const folder = mkdtempSync(join(tmpdir(), `account-server-${name}-`))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  try {
    copyTree(folder)
    if (changesPackages) cpSync(join(ROOT, MODULES), join(folder, MODULES), COPY)
    else linkPackages(MODULES, folder)
    linkPackages(RUNTIME, folder)
    if (existsSync(join(ROOT, '.cache'))) symlinkSync(join(ROOT, '.cache'), join(folder, '.cache'))
    return await work(folder)
  } finally {
    process.off('exit', remove)
    remove()
    if (interruptedBy) process.exit(128 + constants.signals[interruptedBy])
  }
}

/**
 * Runs a program of the copy with Node and resolves with its exit code and all that it wrote.
 * @param {string} folder
 * @param {string[]} command
 * @param {Record<string, string>} [env] beside the environment of this process
 * @returns {Promise<{ ok: boolean, output: string }>}
 * @throws {StepFailed} after a signal, when the program has ended
 */
export async function runIn(folder, command, env = {}) {
  interrupted.throwIfAborted()
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...command], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A terminal signals its whole group: this way the program hears each signal once, from here.
    detached: true,
  })
  const end = () => child.kill('SIGTERM')
  interrupted.addEventListener('abort', end)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const code = await new Promise((resolve) => child.once('close', resolve))
  interrupted.removeEventListener('abort', end)
  if (interruptedBy) throw new StepFailed(`interrupted by ${interruptedBy}`)
  return { ok: code === 0, output }
}

/** Links are followed: a copy that leads back into the tree is none. */
const COPY = { recursive: true, dereference: true }

function copyTree(folder) {
  const filter = (path) => {
    const parts = relative(ROOT, path).split(sep)
    return !LEFT_OUT.has(parts[0]) && !parts.includes(MODULES)
  }
  cpSync(ROOT, folder, { ...COPY, filter })
}

/** One link for each package, not for their folder: tools write caches beside the packages. */
function linkPackages(modules, folder) {
  if (!existsSync(join(ROOT, modules))) return
  mkdirSync(join(folder, modules))
  for (const name of readdirSync(join(ROOT, modules)))
    if (name !== '.cache') symlinkSync(join(ROOT, modules, name), join(folder, modules, name))
}
