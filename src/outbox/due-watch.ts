/**
 * Looks for messages that are due, for all lanes of a worker with one statement. An idle worker asks SQL twice a second,
 * and once after a commit, with any number of lanes.
 */
import { MINUTE_MS } from '../platform/clock.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/sql/database.ts'
import { createPoller } from '../platform/poller.ts'
import type { Poller } from '../platform/poller.ts'

/** How often a lane looks by itself, which the watch makes unneeded. */
export const UNWATCHED_MS = MINUTE_MS

export type DueWatch = Poller & {
  /** `ring` is called at each look that finds a message of the topic. */
  add: (topic: string, ring: () => void) => void
  remove: (topic: string) => void
}

export function createDueWatch(
  { db, clock }: { db: Db; clock: Clock },
  pollMs: number,
  onError: (error: unknown) => void,
): DueWatch {
  const rings = new Map<string, () => void>()

  async function look(): Promise<false> {
    for (const topic of await dueAmong(db, [...rings.keys()], clock())) rings.get(topic)?.()
    return false
  }

  return {
    ...createPoller(look, pollMs, onError),
    add: (topic, ring) => void rings.set(topic, ring),
    remove: (topic) => void rings.delete(topic),
  }
}

/** One probe of the index for each topic: a backlog does not make it slower. */
async function dueAmong(db: Db, topics: readonly string[], nowMs: number): Promise<string[]> {
  if (topics.length === 0) return []
  const probes = topics.map((topic, index) =>
    db.raw('exists (select 1 from outbox_messages where topic = ? and next_attempt_at_ms <= ?) as ??', [
      topic,
      nowMs,
      `due${index}`,
    ]),
  )
  const found: Record<string, number> = await db.select(probes).first()
  return topics.filter((_, index) => Number(found[`due${index}`]) === 1)
}
