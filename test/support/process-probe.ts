/** How long a server's main thread was held at a time, and how much memory it holds: asked of the process itself. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dataFolder, pause } from './service-process.ts'

export type ProbeReport = {
  reports: number
  /** The longest time that the main thread worked between two turns of its event loop, since the last report. */
  longestMs: number
  /** When it worked for more than 40 ms at a time. */
  held: { atMs: number; heldMs: number }[]
  /** After a collection of garbage. */
  heapBytes: number
}

const WITHIN_MS = 60_000
const POLL_MS = 10

/** `env` goes to the server; `read` asks a process of it and begins anew. */
export function createProbe() {
  const folder = dataFolder('probe')
  const seen = new Map<number, number>()
  return {
    env: {
      PROBE_FOLDER: folder,
      // An address, because Node takes a blank in a path for the end of the option.
      NODE_OPTIONS: `--import=${new URL('process-probe.mjs', import.meta.url).href}`,
    },
    async read(pid: number): Promise<ProbeReport> {
      const last = seen.get(pid) ?? 0
      process.kill(pid, 'SIGUSR2')
      const deadline = Date.now() + WITHIN_MS
      for (;;) {
        const report = reportIn(join(folder, `${pid}.json`))
        if (report && report.reports > last) {
          seen.set(pid, report.reports)
          return report
        }
        if (Date.now() > deadline) throw new Error(`process ${pid} gave no report`)
        await pause(POLL_MS)
      }
    },
  }
}

function reportIn(file: string): ProbeReport | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProbeReport
  } catch {
    return undefined
  }
}
