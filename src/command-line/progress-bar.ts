/** Says how far a long command is, and how long it still takes: one line on a terminal, a plain line now and then elsewhere. */

type Terminal = { isTTY?: boolean; columns?: number; write: (text: string) => unknown }

export type ProgressBar = {
  /** `done` is from 0 to 1, or unknown. */
  draw: (done: number | undefined, text: string) => void
  clear: () => void
}

const WIDTH = 24
const REDRAW_MS = 200
/** Between two lines in a log. */
const PLAIN_EVERY_MS = 30_000

type Drawing = {
  /** Draws nothing where the output is no terminal: a program reads the answer. */
  quiet: boolean
  now?: () => number
}

export function progressBar(terminal: Terminal, { quiet, now = Date.now }: Drawing): ProgressBar {
  const startedAtMs = now()
  let plainAtMs = startedAtMs
  let drawnAtMs = 0
  return {
    draw(done, text) {
      const nowMs = now()
      if (!terminal.isTTY) {
        if (quiet || nowMs - plainAtMs < PLAIN_EVERY_MS) return
        plainAtMs = nowMs
        terminal.write(`${partsOf(done, nowMs - startedAtMs)}${text}\n`)
        return
      }
      if (nowMs - drawnAtMs < REDRAW_MS) return
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
  return `[${'#'.repeat(filled)}${'-'.repeat(WIDTH - filled)}] ${partsOf(done, elapsedMs)}`
}

function partsOf(done: number | undefined, elapsedMs: number): string {
  if (done === undefined) return ''
  const share = Math.min(done, 1)
  const left = share > 0 ? `, ${duration((elapsedMs * (1 - share)) / share)} left` : ''
  return `${Math.round(share * 100)} %${left}, `
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
