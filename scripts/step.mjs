/** Runs preparation steps quietly: one progress line on stderr, the command's own output only when it fails. */
import { spawn } from 'node:child_process'

/** A progress line. On stderr, so that a command's stdout stays clean. */
export function say(line) {
  process.stderr.write(`${line}\n`)
}

const LINE_EVERY_MS = 10_000
const REDRAW_MS = 1000

/**
 * Says what is being done, and while it lasts that it goes on: seconds that count on a terminal, lines in a log.
 * @template T
 * @param {string} line
 * @param {() => Promise<T>} work
 * @param {{ out?: { isTTY?: boolean, write: (text: string) => unknown }, everyMs?: number }} [options]
 * @returns {Promise<T>}
 */
export async function withProgress(line, work, { out = process.stderr, everyMs } = {}) {
  const begunAtMs = Date.now()
  const period = everyMs ?? (out.isTTY ? REDRAW_MS : LINE_EVERY_MS)
  const seconds = () => `${Math.round((Date.now() - begunAtMs) / 1000)} s`
  out.write(out.isTTY ? line : `${line}\n`)
  const timer = setInterval(
    () => out.write(out.isTTY ? `\r${line} ${seconds()}` : `  … ${seconds()}\n`),
    period,
  )
  try {
    return await work()
  } finally {
    clearInterval(timer)
    if (out.isTTY) out.write('\n')
  }
}

/** A failure the person at the keyboard can act on: shown as one line, without a stack trace. */
export class StepFailed extends Error {}

/**
 * Runs a command to its end and resolves with what it wrote.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, failure?: string, signal?: AbortSignal }} [options] `failure` is the line that explains a failure; `signal` ends the command
 * @returns {Promise<string>}
 * @throws {StepFailed} with the command's output, when it fails
 */
export function runQuietly(command, args, { cwd, env = process.env, failure, signal } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, signal, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (chunk) => (output += chunk)
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    // One that is ended still writes for a moment: it is over when it is closed.
    child.once('error', (error) => {
      if (!signal?.aborted) reject(new StepFailed(`${failure ?? command}: ${error.message}`))
    })
    child.once('close', (code, endedBy) => {
      if (code === 0) return resolve(output)
      const how = endedBy ? `ended by ${endedBy}` : `exit code ${code}`
      reject(new StepFailed(`${output.trimEnd()}\n\n${failure ?? `${command} failed`} (${how})`))
    })
  })
}

/** Ends the process with the failure's own words when it is a foreseen one; anything else is a bug and keeps its stack. */
export function failAndExit(error) {
  if (!(error instanceof StepFailed)) throw error
  say(error.message)
  process.exit(1)
}
