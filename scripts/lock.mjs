/** A lock between processes: a file that names its holder. The lock of a process that died is taken over. */
import { closeSync, mkdirSync, openSync, readFileSync, rmdirSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { StepFailed } from './step.mjs'

const WAIT_MS = 15 * 60_000
const POLL_MS = 100
/** A file without a holder's id is either being written right now or was left by a crash. */
const HALF_WRITTEN_MS = 5_000

/**
 * Runs `work` while no other process holds `file`.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, work) {
  const deadline = Date.now() + WAIT_MS
  while (!take(file)) {
    if (Date.now() > deadline) throw new StepFailed(`Another process holds ${file} for too long.`)
    removeIfAbandoned(file)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  const release = () => rmSync(file, { force: true })
  process.once('exit', release)
  try {
    return await work()
  } finally {
    process.off('exit', release)
    release()
  }
}

function take(file) {
  try {
    mkdirSync(dirname(file), { recursive: true })
    const handle = openSync(file, 'wx')
    writeSync(handle, String(process.pid))
    closeSync(handle)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw new StepFailed(`Cannot write ${file}: ${error.message}`)
  }
}

// Two processes may find the same abandoned lock: only the one that made the guard folder looks again and removes.
function removeIfAbandoned(file) {
  if (!isAbandoned(file)) return
  const guard = `${file}.taking-over`
  try {
    mkdirSync(guard)
  } catch {
    if (ageMs(guard) > HALF_WRITTEN_MS) rmSync(guard, { recursive: true, force: true })
    return
  }
  try {
    if (isAbandoned(file)) rmSync(file, { force: true })
  } finally {
    rmdirSync(guard)
  }
}

function isAbandoned(file) {
  let holder
  try {
    holder = Number(readFileSync(file, 'utf8'))
  } catch {
    return false
  }
  return holder ? !isAlive(holder) : ageMs(file) > HALF_WRITTEN_MS
}

/**
 * @param {number} pid
 * @returns {boolean}
 */
export function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function ageMs(file) {
  try {
    return Date.now() - statSync(file).mtimeMs
  } catch {
    return 0
  }
}
