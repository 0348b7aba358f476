/** Stopping by a signal: the first drains and ends with 0, a later one ends at once. The terminal is told. */
import cluster from 'node:cluster'
import type { Parts } from './start/parts.ts'

const SAME_SIGNAL_MS = 1000
/** Draining takes 25 s at most; a mail on its way to a silent server must not take longer. */
const HARD_STOP_MS = 28_000
/** Nobody needs to hear of a stop that is quicker than this. */
const SLOW_STOP_MS = 1000

export type End = () => Promise<void>

/** What to end is added to the answer as it is started. Listens before anything is announced: a reader may stop us at once. */
export function stopOnSignal(parts: Parts, onFailure: (error: unknown) => never): End[] {
  const ends: End[] = []
  const stop = async () => {
    parts.draining = true
    await Promise.all(ends.map((end) => end()))
    await parts.close()
  }
  let stoppingSinceMs = 0
  const handle = (signal: NodeJS.Signals) => {
    // Ctrl-C reaches every process of a terminal, and again through the one that started us.
    if (signal === 'SIGINT' && cluster.isWorker) return
    if (stoppingSinceMs > 0 && Date.now() - stoppingSinceMs > SAME_SIGNAL_MS) process.exit(1)
    if (stoppingSinceMs > 0) return
    stoppingSinceMs = Date.now()
    setTimeout(() => ended(), HARD_STOP_MS).unref()
    setTimeout(
      () => say('Stopping: waiting for what is under way. Ctrl-C again stops at once.'),
      SLOW_STOP_MS,
    ).unref()
    parts.log.info({ signal }, 'process.stopping')
    stop().then(ended, onFailure)
  }
  process.on('SIGTERM', handle)
  process.on('SIGINT', handle)
  return ends
}

function ended(): never {
  say('Stopped.')
  process.exit(0)
}

/** One of several processes leaves this to the one that a person started. */
function say(line: string): void {
  if (!cluster.isWorker) process.stdout.write(`${line}\n`)
}
