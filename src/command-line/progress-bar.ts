/** One line on a terminal that says how far a long command is, and how long it still takes. */

type Terminal = { isTTY?: boolean; columns?: number; write: (text: string) => unknown }

export type ProgressBar = {
  /** `done` is from 0 to 1, or unknown. */
  draw: (done: number | undefined, text: string) => void
  clear: () => void
}

const WIDTH = 24
const REDRAW_MS = 200

/** Draws nothing where the output is no terminal. */
export function progressBar(terminal: Terminal, now: () => number = Date.now): ProgressBar {
  const startedAtMs = now()
  let drawnAtMs = 0
  return {
    draw(done, text) {
      const nowMs = now()
      if (!terminal.isTTY || nowMs - drawnAtMs < REDRAW_MS) return
      drawnAtMs = nowMs
      const line = `${barOf(done, nowMs - startedAtMs)}${text}`
      terminal.write(`\r\u001b[2K${line.slice(0, (terminal.columns ?? 80) - 1)}`)
    },
    clear() {
      if (terminal.isTTY && drawnAtMs > 0) terminal.write('\r\u001b[2K')
    },
  }
}

function barOf(done: number | undefined, elapsedMs: number): string {
  if (done === undefined) return ''
  const filled = Math.round(Math.min(done, 1) * WIDTH)
  const left = done > 0 ? `, ${duration((elapsedMs * (1 - done)) / done)} left` : ''
  return `[${'#'.repeat(filled)}${'-'.repeat(WIDTH - filled)}] ${Math.round(done * 100)} %${left}, `
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
