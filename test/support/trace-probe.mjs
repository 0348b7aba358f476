/**
 * Loaded into a server by `NODE_OPTIONS=--import=…`. On SIGUSR2 it writes which functions of `src/` ran since the last
 * signal to `$TRACE_FOLDER/<number of the signal>.json`. Plain JavaScript, so that it loads before anything else.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'

const SRC = new URL('../../src/', import.meta.url).href

if (isMainThread) await watch()

async function watch() {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  let reports = 0
  process.on('SIGUSR2', async () => {
    const { result } = await session.post('Profiler.takePreciseCoverage')
    reports += 1
    const file = join(process.env.TRACE_FOLDER, `${reports}.json`)
    writeFileSync(`${file}.part`, JSON.stringify(result.flatMap(functionsThatRan)))
    renameSync(`${file}.part`, file)
  })
}

/** One text for each: its file, then its name and line. */
function functionsThatRan({ url, functions }) {
  if (!url.startsWith(SRC)) return []
  const ran = functions.filter(({ ranges: [whole] }) => whole.count > 0 && whole.startOffset > 0)
  if (ran.length === 0) return []
  const text = readFileSync(fileURLToPath(url), 'utf8')
  return ran.map(({ functionName, ranges: [whole] }) => {
    const line = text.slice(0, whole.startOffset).split('\n').length
    return `src/${url.slice(SRC.length)} ${functionName || 'unnamed'}:${line}`
  })
}
