/** The account cache of one process. It is bounded; the least recently used entry is evicted first. */
import { LRUCache } from 'lru-cache'
import type { Entries, Entry } from './entries.ts'
import { ENTRY_TTL_MS } from './entries.ts'

const MAX_ENTRIES = 10_000

export function createMemoryEntries(): Entries {
  const options = { max: MAX_ENTRIES, ttl: ENTRY_TTL_MS }
  const kept = new LRUCache<string, Entry>(options)
  // Apart from the entries, so that many readers do not evict the fence of a change that is under way.
  const fences = new LRUCache<string, { version: number }>(options)
  return {
    read: (id) => Promise.resolve(kept.get(id)),
    fill(id, version, account) {
      const newest = Math.max(kept.peek(id)?.version ?? 0, fences.peek(id)?.version ?? 0)
      if (version >= newest) kept.set(id, { version, account })
      return Promise.resolve()
    },
    fence(id, version) {
      if ((kept.peek(id)?.version ?? 0) <= version) kept.delete(id)
      if ((fences.peek(id)?.version ?? 0) <= version) fences.set(id, { version })
      return Promise.resolve()
    },
  }
}
