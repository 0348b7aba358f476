/**
 * An in-process cache in front of a slow look-up: bounded, with a TTL, one load per key at a time. Found and missing
 * keys are bounded apart, so that a flood of unknown keys cannot push the known ones out.
 */
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
  const found = new Map<string, Entry<Value>>()
  const missing = new Map<string, Entry<undefined>>()
  const loading = new Map<string, Promise<Value | undefined>>()

  const start = (key: string) => {
    const loaded = load(key).then((value) => {
      // After clear() the map no longer holds this load: what it read may be older than the change.
      if (loading.get(key) !== loaded) return value
      if (value === undefined) keep(missing, size, key, { value, expiresAtMs: clock() + missingTtlMs })
      else keep(found, size, key, { value, expiresAtMs: clock() + ttlMs })
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
      const entry = recall(found, clock, key) ?? recall(missing, clock, key)
      return entry ? entry.value : (loading.get(key) ?? start(key))
    },
    clear() {
      for (const map of [found, missing, loading]) map.clear()
    },
  }
}

function recall<Value>(entries: Map<string, Entry<Value>>, clock: Clock, key: string) {
  const entry = entries.get(key)
  if (!entry) return undefined
  entries.delete(key)
  if (entry.expiresAtMs <= clock()) return undefined
  entries.set(key, entry)
  return entry
}

function keep<Value>(
  entries: Map<string, Entry<Value>>,
  size: number,
  key: string,
  entry: Entry<Value>,
): void {
  entries.set(key, entry)
  const [oldest] = entries.keys()
  if (entries.size > size && oldest !== undefined) entries.delete(oldest)
}
