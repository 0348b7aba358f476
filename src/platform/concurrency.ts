/** Runs at most so many pieces of work at once, in the order in which they came. */
export type Concurrency = {
  run: <T>(work: () => Promise<T>) => Promise<T>
  running: () => number
  /** How many wait for their turn. */
  waiting: () => number
}

export function limitConcurrency(atOnce: number): Concurrency {
  let running = 0
  const waiting: (() => void)[] = []
  return {
    async run(work) {
      if (running < atOnce) running += 1
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        // The turn passes on directly: nobody who comes later can take it first.
        if (next) next()
        else running -= 1
      }
    },
    running: () => running,
    waiting: () => waiting.length,
  }
}
