/**
 * How long the event loop of a process has worked: the processor time of its main thread. Unlike a delay by the clock it
 * does not grow when the machine is busy with something else.
 */
import { readFileSync } from 'node:fs'

/** Milliseconds of work since the process started. */
export function workedMs(pid: number): number {
  const [nanoseconds = ''] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')
  return Number(nanoseconds) / 1e6
}

/** What one call costs; the least of up to `tries` calls, until one is below `enough`: a collection of garbage is no fault. */
export async function costMs(
  pid: number,
  call: () => unknown,
  { enough, tries = 4 }: { enough: number; tries?: number },
): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let at = 0; at < tries && least >= enough; at += 1) {
    const before = workedMs(pid)
    await call()
    least = Math.min(least, workedMs(pid) - before)
  }
  return least
}
