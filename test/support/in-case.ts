/**
 * Runs a check that a loop repeats, so that its failure names the case. For checks that are functions of their own; a
 * single expectation takes the case as its message.
 */
export async function inCase<T>(name: string, check: () => T | Promise<T>): Promise<T> {
  try {
    return await check()
  } catch (error) {
    if (error instanceof Error) error.message = `${name}: ${error.message}`
    throw error
  }
}
