/** Waiting no longer than one is willing to. */

/**
 * What `work` comes to, unless it takes longer than `limitMs`: then what `late` makes is thrown. The work itself goes on, so
 * this is for what cannot be stopped.
 */
export async function within<T>(limitMs: number, work: PromiseLike<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), limitMs)
  })
  return Promise.race([work, deadline]).finally(() => clearTimeout(timer))
}
