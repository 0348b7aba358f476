/**
 * Loaded into a server under test by `NODE_OPTIONS=--import=…`. On SIGUSR2 it collects garbage and writes what it saw
 * to `$PROBE_FOLDER/<pid>.json`. Plain JavaScript, so that it loads before anything else.
 */
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const TICK_MS = 5
/** Longer than this is remembered with its moment. */
const NOTED_MS = 40
const NOTES = 200

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

// Time of the main thread alone: on a busy machine a thread waits for its turn, and that is no fault of the server.
const spentMs = () => {
  const { user, system } = process.threadCpuUsage ? process.threadCpuUsage() : process.cpuUsage()
  return (user + system) / 1000
}

const seen = { reports: 0, longestMs: 0, held: [], heapBytes: 0 }
let before = spentMs()
setInterval(() => {
  const now = spentMs()
  const heldMs = now - before
  before = now
  if (heldMs > seen.longestMs) seen.longestMs = heldMs
  if (heldMs > NOTED_MS && seen.held.length < NOTES) seen.held.push({ atMs: Date.now(), heldMs })
}, TICK_MS).unref()

process.on('SIGUSR2', () => {
  collect()
  seen.reports += 1
  seen.heapBytes = process.memoryUsage().heapUsed
  const file = join(process.env.PROBE_FOLDER, `${process.pid}.json`)
  writeFileSync(`${file}.part`, JSON.stringify(seen))
  renameSync(`${file}.part`, file)
  seen.longestMs = 0
  seen.held = []
  // The collection itself does not count.
  before = spentMs()
})
