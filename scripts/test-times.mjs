/**
 * What test files cost: wall time, and the CPU time of their process and of all that it started, services too. Where the
 * wall time is much longer than the CPU time, a file waits, or the machine is busy. Linux alone counts for each process.
 */
import { readFileSync, readdirSync } from 'node:fs'

/** Linux counts in hundredths of a second. */
const TICK_MS = 10

/**
 * `measure` is called before the first file of a process and when it has done one: what was used since the last call for
 * the process belongs to that file.
 * @returns {{ measure: (pid: number, file: string) => void, table: (rows: number) => string }}
 */
export function recordTimes() {
  const files = []
  const last = new Map()
  return {
    measure(pid, file) {
      const before = last.get(pid)
      const now = { atMs: Date.now(), cpuMs: cpuMsOf(pid) }
      last.set(pid, now)
      if (before) files.push({ file, wallMs: now.atMs - before.atMs, cpuMs: now.cpuMs - before.cpuMs })
    },
    table(rows) {
      const slowest = files.toSorted((a, b) => b.cpuMs - a.cpuMs).slice(0, rows)
      const total = { file: `all ${files.length} files`, wallMs: sum('wallMs'), cpuMs: sum('cpuMs') }
      return ['   CPU   wall   seconds', ...[...slowest, total].map(lineOf)].join('\n')
    },
  }

  function sum(name) {
    return files.reduce((all, file) => all + file[name], 0)
  }
}

function lineOf({ file, wallMs, cpuMs }) {
  const seconds = (milliseconds) => (milliseconds / 1000).toFixed(1).padStart(6)
  return `${seconds(cpuMs)} ${seconds(wallMs)}   ${file}`
}

/** Of a process and its descendants, those included that have ended. */
function cpuMsOf(pid) {
  const all = new Map()
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) && statOf(name)
    if (stat) all.set(Number(name), stat)
  }
  const isInside = (one) => one === pid || (all.has(one) && isInside(all.get(one).parent))
  return [...all].reduce((sum, [one, { cpuMs }]) => (isInside(one) ? sum + cpuMs : sum), 0)
}

/** proc_pid_stat(5): after the name, the 2nd field is the parent, the 12th to 15th are times of the process and of ended children. */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    return { parent: Number(fields[1]), cpuMs: ticks * TICK_MS }
  } catch {
    return undefined
  }
}
