/**
 * What this process knows to be blocked, so that refusing it again asks no database. Bounded: the least recently used is
 * forgotten first, which costs one read.
 */
import { LRUCache } from 'lru-cache'
import { SECOND_MS } from '../platform/clock.ts'

export type BlockedAttempts = {
  /** Seconds until the block of a bucket ends; nothing when none is known. */
  recall: (bucket: string, nowMs: number) => number | undefined
  note: (bucket: string, retryAfterSeconds: number, nowMs: number) => void
  /** Everything: an operator cleared a limit. */
  forget: () => void
}

/** The topic of the change feed: a limit was cleared, so every process forgets what it knows to be blocked. */
export const LIMITS_TOPIC = 'limits'

const MOST_KEPT = 10_000
/** After this the database is asked again: another process may have ended the block. */
const TRUSTED_MS = 10 * SECOND_MS

export function createBlockedAttempts(most = MOST_KEPT): BlockedAttempts {
  const known = new LRUCache<string, { endsAtMs: number; trustedUntilMs: number }>({ max: most })
  return {
    recall(bucket, nowMs) {
      const entry = known.get(bucket)
      if (!entry || Math.min(entry.endsAtMs, entry.trustedUntilMs) <= nowMs) return undefined
      return Math.ceil((entry.endsAtMs - nowMs) / SECOND_MS)
    },
    note(bucket, retryAfterSeconds, nowMs) {
      const endsAtMs = nowMs + retryAfterSeconds * SECOND_MS
      known.set(bucket, { endsAtMs, trustedUntilMs: nowMs + TRUSTED_MS })
    },
    forget: () => known.clear(),
  }
}
