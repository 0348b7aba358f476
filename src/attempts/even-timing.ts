/** Answers about an address take a whole number of these, so that their time does not tell whether it has an account. */
export const ANSWER_STEP_MS = 100

/**
 * Runs `work` and answers at the next full step after its start. So its duration reveals nothing, such as one row more
 * for a known address. Errors also wait for that step.
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
