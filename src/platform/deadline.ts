/** A deadline for waiting. */

/**
 * Resolves as `work` does. If that takes longer than `limitMs`, rejects with the error that `late` makes. The work
 * itself continues: this is for work that cannot be stopped.
 */
export async function within<T>(limitMs: number, work: PromiseLike<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), limitMs)
  })
  return Promise.race([work, deadline]).finally(() => clearTimeout(timer))
}
