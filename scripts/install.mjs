/** Installs a package folder's locked dependencies when they are not there yet: once for each lock file, by one process. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, delimiter, dirname, join, relative } from 'node:path'
import { ROOT } from './find-binary.mjs'
import { withLock } from './lock.mjs'
import { runQuietly, withProgress } from './step.mjs'

/**
 * @param {{ folder: string, what: string, node?: string }} package_ `node` runs npm and so decides the platform
 * @returns {Promise<boolean>} whether something was installed
 * @throws {StepFailed} with npm's own output
 */
export async function ensureInstalled({ folder, what, node = process.execPath }) {
  if (isStamped(folder)) return false
  const name = relative(ROOT, folder).replace(/\W+/g, '-') || 'main'
  return withLock(join(ROOT, '.cache', `install-${name}.lock`), async () => {
    if (isStamped(folder)) return false
    const needed = !holdsWhatIsLocked(folder)
    if (needed) await install(folder, what, node)
    writeFileSync(stampFile(folder), stamp(folder))
    return needed
  })
}

async function install(folder, what, node) {
  const options = ['--include=dev', '--include=optional', '--ignore-scripts', '--no-audit', '--no-fund']
  await withProgress(`Installing ${what} (once) …`, () => runNpm(['ci', ...options], { cwd: folder, node }))
}

/**
 * Runs npm and resolves with what it wrote.
 * @param {string[]} args
 * @param {{ cwd: string, node?: string, signal?: AbortSignal }} options `node` runs npm and so decides the platform
 * @returns {Promise<string>}
 * @throws {StepFailed} with npm's own output
 */
export function runNpm(args, { cwd, node = process.execPath, signal }) {
  const [command, ...own] = npmCommand(node)
  return runQuietly(command, [...own, ...args, '--loglevel=error'], {
    cwd,
    signal,
    env: npmEnvironment(node),
    failure: `npm ${args[0]} failed in ${cwd}`,
  })
}

const stampFile = (folder) => join(folder, 'node_modules', '.installed')

function stamp(folder) {
  const lock = readFileSync(join(folder, 'package-lock.json'))
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}\n`
}

function isStamped(folder) {
  try {
    return readFileSync(stampFile(folder), 'utf8') === stamp(folder)
  } catch {
    return false
  }
}

/**
 * True when npm itself has put exactly the locked versions there, as after `npm install`: npm ci would delete and
 * fetch everything again. npm writes its own list last, so that it is missing after an interrupted install.
 * @param {string} folder with the lock
 * @param {string} [packagesOf] the folder with the packages, where that is another one
 */
export function holdsWhatIsLocked(folder, packagesOf = folder) {
  const listFile = join(packagesOf, 'node_modules', '.package-lock.json')
  if (!existsSync(listFile)) return false
  const there = JSON.parse(readFileSync(listFile, 'utf8')).packages
  const locked = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages
  return Object.entries(locked).every(
    ([path, entry]) => path === '' || !isForHere(entry) || there[path]?.integrity === entry.integrity,
  )
}

// Optional packages bring one binary for each platform; which libc this is, npm knows better.
function isForHere({ os, cpu, libc, optional }) {
  if (!optional) return true
  return Boolean(os) && !libc && allows(os, process.platform) && allows(cpu, process.arch)
}

function allows(list, value) {
  return !list || (list.includes(value) && !list.includes(`!${value}`))
}

/** The npm that started this, run by `node`; npm's own launcher where this was not started by npm. */
function npmCommand(node) {
  const started = process.env.npm_execpath
  if (started && basename(started) === 'npm-cli.js') return [node, started]
  const beside = join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js')
  return existsSync(beside) ? [node, beside] : ['npm']
}

/** Options given to the outer npm (--prefix, --json, --omit, …) reach scripts as variables; they are not meant for this install. */
const OUTER =
  /^npm_config_(prefix|local_prefix|global|global_prefix|json|omit|only|production|include|dry_run|workspace.*)$/i

function npmEnvironment(node) {
  const kept = Object.entries(process.env).filter(([name]) => !OUTER.test(name) && name !== 'NODE_ENV')
  return { ...Object.fromEntries(kept), PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` }
}
