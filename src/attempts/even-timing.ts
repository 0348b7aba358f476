/** Answers about an address take a whole number of these, so that their time does not tell whether it has an account. */
export const ANSWER_STEP_MS = 100

/**
 * Runs `work` and answers at the next full step after its start, so that how long it took (a row more or less for an
 * address that is known) cannot be measured from outside. Errors come evenly, too.
 */
export async function evenly<T>(stepMs: number, work: () => Promise<T>): Promise<T> {
  if (stepMs <= 0) return work()
  const startedAt = performance.now()
  try {
    return await work()
  } finally {
    const late = (performance.now() - startedAt) % stepMs
    await new Promise((resolve) => setTimeout(resolve, stepMs - late))
  }
}
