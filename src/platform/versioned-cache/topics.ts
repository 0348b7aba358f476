/**
 * Changes of cached rows. Rows share the topics of the change feed, so that it stays small. A change evicts what shares
 * its topic. Owns who is asked before a change commits.
 */
import { raiseVersions } from '../sql/change-feed.ts'
import type { Db, Sql } from '../sql/database.ts'

/** How many topics each cache has. So a change evicts one entry of 256. */
export const TOPICS = 256

/** Waits until no process finds an older version cached. Never rejects. */
export type Fence = (topic: string, version: number) => Promise<void>

// The connection carries the caches: knex hands `userParams` on to every transaction. So no change can forget them.
const fences = new WeakMap<object, Map<string, Fence>>()

/** From here on, changes of this cache's topics through `db` are fenced. */
export function fenceChangesOf(db: Db, cache: string, fence: Fence): void {
  const all = fences.get(db.userParams) ?? new Map<string, Fence>()
  fences.set(db.userParams, all.set(cache, fence))
}

/** The topic of a share of a cache's rows, from 0 to `TOPICS` − 1. */
export function topicOf(cache: string, share: number): string {
  return `${cache}/${share.toString(16).padStart(2, '0')}`
}

/**
 * Call it after the change, in the same transaction. The fence comes before the commit. A reader that still finds the old
 * row cannot cache it, so nobody finds it afterwards.
 */
export async function changeShares(trx: Sql, cache: string, shares: readonly number[]): Promise<void> {
  if (shares.length === 0) return
  const topics = shares.map((share) => topicOf(cache, share))
  const versions = await raiseVersions(trx, topics, Date.now())
  const fence = fences.get(trx.userParams)?.get(cache)
  if (fence) await Promise.all([...versions].map(([topic, version]) => fence(topic, version)))
}
