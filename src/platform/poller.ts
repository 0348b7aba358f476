/** Repeats a piece of work: at once while there is more, else after a pause that `wake` cuts short. */

export type Poller = {
  start: () => void
  /** Resolves when the piece of work in progress is done. */
  stop: () => Promise<void>
  wake: () => void
}

const LONGEST_ERROR_PAUSE_MS = 5000

/** `work` answers true when there is more to do right away. */
export function createPoller(
  work: () => Promise<boolean>,
  pollMs: number,
  onError: (error: unknown) => void,
): Poller {
  const bell = createBell()
  let running: Promise<void> | undefined
  let stopping = false

  async function loop(): Promise<void> {
    for (let failures = 0; !stopping;) {
      bell.reset()
      try {
        const more = await work()
        failures = 0
        if (!more) await bell.rungWithin(pollMs)
      } catch (error) {
        onError(error)
        failures += 1
        await bell.rungWithin(Math.min(LONGEST_ERROR_PAUSE_MS, pollMs * 2 ** failures))
      }
    }
  }

  return {
    start() {
      stopping = false
      running ??= loop()
    },
    async stop() {
      stopping = true
      bell.ring()
      await running
      running = undefined
    },
    wake: () => bell.ring(),
  }
}

/** Remembers a ring since the last reset: it may have come while nobody waited. */
function createBell() {
  let rung = false
  let answer: () => void = () => undefined
  return {
    reset() {
      rung = false
    },
    ring() {
      rung = true
      answer()
    },
    async rungWithin(milliseconds: number): Promise<void> {
      if (rung) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, milliseconds)
      answer = resolve
      await promise
      clearTimeout(timer)
    },
  }
}
