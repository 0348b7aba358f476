/** How long each of some works takes, one after the other, and how long the event loop waits meanwhile. In milliseconds. */

/** A timer of one millisecond shows how long the event loop waited. */
export async function timed(works: readonly (() => Promise<unknown>)[]) {
  const [took, waited]: [number[], number[]] = [[], []]
  let due = performance.now() + 1
  const timer = setInterval(() => {
    waited.push(Math.max(0, performance.now() - due))
    due = performance.now() + 1
  }, 1)
  for (const work of works) {
    const startedAt = performance.now()
    await work()
    took.push(performance.now() - startedAt)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  clearInterval(timer)
  return { p50: at(took, 0.5), p99: at(took, 0.99), loopP99: at(waited, 0.99), loopMax: at(waited, 1) }
}

function at(figures: number[], share: number): number {
  const sorted = figures.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}
