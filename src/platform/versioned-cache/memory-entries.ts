/** Entries of one process. They are bounded; the least recently used entry is evicted first. */
import { LRUCache } from 'lru-cache'
import type { Entries } from './entries.ts'
import { ENTRY_TTL_MS } from './entries.ts'
import { TOPICS } from './topics.ts'

const MAX_ENTRIES = 10_000

/** An entry belongs to its topic as that was when the entry was filled in. */
type Topic = { version: number }

export function createMemoryEntries<Value extends object | true>(): Entries<Value> {
  const kept = new LRUCache<string, { topic: Topic; value: Value }>({ max: MAX_ENTRIES, ttl: ENTRY_TTL_MS })
  // Apart from the entries, so that many readers do not evict the fence of a change that is under way.
  const topics = new LRUCache<string, Topic>({ max: TOPICS, ttl: ENTRY_TTL_MS })
  const renew = (name: string, version: number) => {
    const topic = { version }
    topics.set(name, topic)
    return topic
  }
  return {
    read(name, id) {
      const entry = kept.get(id)
      if (!entry || entry.topic !== topics.get(name)) return Promise.resolve(undefined)
      return Promise.resolve({ version: entry.topic.version, value: entry.value })
    },
    fill(name, id, { version, value }) {
      const known = topics.get(name)
      if (known && known.version > version) return Promise.resolve()
      const topic = known?.version === version ? known : renew(name, version)
      kept.set(id, { topic, value })
      return Promise.resolve()
    },
    fence(name, version) {
      if ((topics.get(name)?.version ?? 0) <= version) renew(name, version)
      return Promise.resolve()
    },
  }
}
