/** Stops at a signal: the first one drains and exits with 0, a later one exits at once. It prints what happens. */
import cluster from 'node:cluster'
import type { Parts } from './start/parts.ts'

const SAME_SIGNAL_MS = 1000
/** Draining takes at most 25 s. A mail to a server that does not answer must not take longer. */
const HARD_STOP_MS = 28_000
/** A stop that is quicker than this prints nothing. */
const SLOW_STOP_MS = 1000

export type End = () => Promise<void>

/**
 * The caller adds stop functions to the returned list as it starts things. Call this before anything is announced,
 * because a reader may stop the process at once.
 */
export function stopOnSignal(parts: Parts, onFailure: (error: unknown) => never): End[] {
  const ends: End[] = []
  let stoppingSinceMs = 0
  const handle = (signal: NodeJS.Signals) => {
    // Ctrl-C reaches every process of a terminal, and once more through the parent process.
    if (signal === 'SIGINT' && cluster.isWorker) return
    if (stoppingSinceMs > 0 && Date.now() - stoppingSinceMs > SAME_SIGNAL_MS) process.exit(1)
    if (stoppingSinceMs > 0) return
    stoppingSinceMs = Date.now()
    setTimeout(() => ended(), HARD_STOP_MS).unref()
    setTimeout(
      () => say('Stopping: waiting for open requests. Press Ctrl-C again to stop at once.'),
      SLOW_STOP_MS,
    ).unref()
    parts.log.info({ signal }, 'process.stopping')
    stop(parts, ends).then(ended, onFailure)
  }
  process.on('SIGTERM', handle)
  process.on('SIGINT', handle)
  return ends
}

/** Waits for what is under way, and closes everything that the process opened. */
export async function stop(parts: Parts, ends: readonly End[]): Promise<void> {
  parts.draining = true
  await Promise.all(ends.map((end) => end()))
  await parts.close()
}

function ended(): never {
  say('Stopped.')
  process.exit(0)
}

/** A process with a parent leaves this message to it. */
function say(line: string): void {
  if (!cluster.isWorker) process.stdout.write(`${line}\n`)
}
