/**
 * An in-process cache for a slow look-up. It is bounded, has a TTL, and loads each key once at a time. Found and
 * missing keys have separate bounds. A flood of unknown keys cannot evict known ones.
 */
import { LRUCache } from 'lru-cache'
import type { Clock } from './clock.ts'

export type LookupCache<Value> = {
  /** The cached or loaded value; `undefined` when there is none. Rejects when loading fails. */
  get: (key: string) => Promise<Value | undefined>
  /** Evicts everything. A load that is under way is answered but not kept. */
  clear: () => void
}

type Entry<Value> = { value: Value; expiresAtMs: number }

export function createLookupCache<Value>(needs: {
  load: (key: string) => Promise<Value | undefined>
  clock: Clock
  ttlMs?: number
  missingTtlMs?: number
  /** The most entries of each kind. The least recently used is evicted first. */
  size?: number
  /** Called at each look-up: whether the answer was cached. */
  onLookUp?: (cached: boolean) => void
}): LookupCache<Value> {
  const { load, clock, ttlMs = 60_000, missingTtlMs = 5000, size = 10_000, onLookUp } = needs
  const found = new LRUCache<string, Entry<Value>>({ max: size })
  const missing = new LRUCache<string, Entry<undefined>>({ max: size })
  const loading = new Map<string, Promise<Value | undefined>>()

  // The TTL of lru-cache uses a clock of its own. Its documentation advises against another clock in production.
  const fresh = <Kept extends { expiresAtMs: number }>(entry: Kept | undefined) =>
    entry && entry.expiresAtMs > clock() ? entry : undefined

  const start = (key: string) => {
    const loaded = load(key).then((value) => {
      // After clear() the map no longer holds this load. It may have read data from before the change.
      if (loading.get(key) !== loaded) return value
      if (value === undefined) missing.set(key, { value: undefined, expiresAtMs: clock() + missingTtlMs })
      else found.set(key, { value, expiresAtMs: clock() + ttlMs })
      return value
    })
    const settled = loaded.finally(() => {
      if (loading.get(key) === loaded) loading.delete(key)
    })
    loading.set(key, loaded)
    return settled
  }

  return {
    async get(key) {
      const entry = fresh(found.get(key)) ?? fresh(missing.get(key))
      onLookUp?.(entry !== undefined)
      return entry ? entry.value : (loading.get(key) ?? start(key))
    },
    clear() {
      for (const map of [found, missing, loading]) map.clear()
    },
  }
}
