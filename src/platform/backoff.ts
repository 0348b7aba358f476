/** How long a message or a lane waits after its failures. */

type Backoff = {
  /** The wait after the first failure; it doubles with each further one. */
  baseMs: number
  /** The longest wait. */
  capMs: number
}

/** Half of the wait is fixed and half is random, so that many failures are not retried all at once. */
export function backoffMs(failures: number, { baseMs, capMs }: Backoff): number {
  const waitMs = Math.min(capMs, baseMs * 2 ** (failures - 1))
  return Math.round(waitMs / 2 + (Math.random() * waitMs) / 2)
}
