/**
 * An in-process cache in front of a slow look-up: bounded, with a TTL, one load per key at a time. Found and missing
 * keys are bounded apart, so that a flood of unknown keys cannot push the known ones out.
 */
import { LRUCache } from 'lru-cache'
import type { Clock } from './clock.ts'

export type LookupCache<Value> = {
  /** The value from the cache, or loaded; `undefined` when there is none. Rejects when loading fails. */
  get: (key: string) => Promise<Value | undefined>
  /** Forgets everything; a load that is under way is answered but not kept. */
  clear: () => void
}

type Needs<Value> = {
  load: (key: string) => Promise<Value | undefined>
  clock: Clock
  ttlMs?: number
  missingTtlMs?: number
  /** Entries kept of each kind; the least recently used goes first. */
  size?: number
}

type Entry<Value> = { value: Value; expiresAtMs: number }

export function createLookupCache<Value>(needs: Needs<Value>): LookupCache<Value> {
  const { load, clock, ttlMs = 60_000, missingTtlMs = 5000, size = 10_000 } = needs
  const found = new LRUCache<string, Entry<Value>>({ max: size })
  const missing = new LRUCache<string, Entry<undefined>>({ max: size })
  const loading = new Map<string, Promise<Value | undefined>>()

  // Not by the TTL of lru-cache: it has a clock of its own, and its documentation advises against another in production.
  const fresh = <Kept extends { expiresAtMs: number }>(entry: Kept | undefined) =>
    entry && entry.expiresAtMs > clock() ? entry : undefined

  const start = (key: string) => {
    const loaded = load(key).then((value) => {
      // After clear() the map no longer holds this load: what it read may be older than the change.
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
      return entry ? entry.value : (loading.get(key) ?? start(key))
    },
    clear() {
      for (const map of [found, missing, loading]) map.clear()
    },
  }
}
