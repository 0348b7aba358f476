/** What one receiver got: how often each event arrived, when, and whether each person's events kept their order. */
import type { CloudEvent } from '../src/events/events.ts'

export type Tally = ReturnType<typeof createTally>

export function createTally(name: string, batchSize: number) {
  const seen = new Set<string>()
  const latest = new Map<string, string>()
  const arrivedAtMs = new Map<string, number>()
  let duplicates = 0
  let misplaced = 0
  return {
    name,
    batchSize,
    take({ id, type, subject }: CloudEvent): void {
      if (seen.has(id)) {
        duplicates += 1
        return
      }
      seen.add(id)
      if (type === 'account.created') arrivedAtMs.set(subject, performance.now())
      // The ids of one writer grow with time.
      if (id < (latest.get(subject) ?? '')) misplaced += 1
      latest.set(subject, id)
    },
    distinct: () => seen.size,
    duplicates: () => duplicates,
    /** Events that arrived after a later one of the same person, repetitions aside. */
    misplaced: () => misplaced,
    /** When the `account.created` of this account came first, by `performance.now()`. */
    arrivedAtMs: (accountId: string) => arrivedAtMs.get(accountId),
  }
}
