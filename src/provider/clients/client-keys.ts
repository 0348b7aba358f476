/**
 * Caches the keys that a client publishes at its `jwks_uri`. The library caches them as long as the client's headers
 * say, be it a year. It also keeps a removed key until another one is used. Here they are fetched again in the
 * background after a minute. A missing key causes a fetch at once, at most every ten seconds. While the address is
 * down, the keys of the last hour are the fallback.
 */
import { LRUCache } from 'lru-cache'
import type { Provider } from 'oidc-provider'
import type { Clock } from '../../platform/clock.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../platform/clock.ts'
import { loggableError } from '../../platform/logging/loggable-error.ts'
import type { Logger } from '../../platform/logging/log.ts'
import { addLookupStep } from '../library/client-lookup.ts'
import { replaceOn } from '../library/members.ts'
import { isDocumentId } from './client-documents.ts'

const FRESH_MS = MINUTE_MS
const FALLBACK_MS = HOUR_MS
const PAUSE_MS = 10 * SECOND_MS
/** Key sets of clients with a document. The library makes such a client anew for each request. */
const MOST_KEPT = 1000

// Left out of the library's published types.
type KeyStore = {
  freshUntil?: number
  /** Called when a key was not found: false makes the library call `refresh`. */
  fresh: () => boolean
  refresh: () => Promise<void>
  clear: () => void
}
type KeyedClient = { clientId: string; jwksUri?: string; asymmetricKeyStore: KeyStore }
type CachedKeys = { store: KeyStore; lookInBackground: () => void }

/** Call once per provider instance. */
export function installClientKeys(provider: Provider, clock: Clock, log: Pick<Logger, 'warn'>): void {
  const kept = new LRUCache<string, CachedKeys>({ max: MOST_KEPT })
  addLookupStep<KeyedClient>(provider, 'published keys', {
    prepare(client, clientId) {
      if (!client.jwksUri) return undefined
      if (!isDocumentId(clientId)) return cacheKeys(client, clock, log).lookInBackground
      const name = JSON.stringify([clientId, client.jwksUri])
      const before = kept.get(name)
      const cached = before ?? cacheKeys(client, clock, log)
      kept.set(name, cached)
      if (before) Object.defineProperty(client, 'asymmetricKeyStore', { value: cached.store })
      return cached.lookInBackground
    },
  })
}

type Look = {
  loadedAtMs?: number
  lookedAtMs?: number
  looking?: Promise<void> | undefined
  failure?: unknown
  /** The requested key is not among the known ones. */
  missing?: boolean
}

function cacheKeys(
  { clientId, asymmetricKeyStore: store }: KeyedClient,
  clock: Clock,
  log: Pick<Logger, 'warn'>,
): CachedKeys {
  const state: Look = {}
  const failed = (error: unknown) =>
    log.warn({ clientId, err: loggableError(error) }, 'client.keys_not_fetched')
  const mayLook = () => since(clock, state.lookedAtMs) >= PAUSE_MS
  const isOld = () => since(clock, state.loadedAtMs) >= FRESH_MS

  replaceOn(store, 'ClientKeyStore#fresh', () => {
    if (state.looking) return false
    state.missing = mayLook()
    return !state.missing
  })
  const fetchKeys = replaceOn(store, 'ClientKeyStore#refresh', async () => {
    const due = state.missing || isOld()
    state.missing = false
    if (due && mayLook()) state.looking ??= look({ store, fetchKeys, state, clock, failed })
    await state.looking
    if (state.failure && since(clock, state.loadedAtMs) >= FALLBACK_MS) throw state.failure as Error
  })
  const lookInBackground = () => {
    if (state.loadedAtMs !== undefined && isOld()) void store.refresh().catch(() => undefined)
  }
  return { store, lookInBackground }
}

async function look({
  store,
  fetchKeys,
  state,
  clock,
  failed,
}: {
  store: KeyStore
  fetchKeys: () => Promise<void>
  state: Look
  clock: Clock
  failed: (error: unknown) => void
}): Promise<void> {
  // Waits one turn, so that `looking` is set when the library asks for it.
  await Promise.resolve()
  // The first fetch does not count: a client may rotate its keys right after it.
  if (state.loadedAtMs !== undefined) state.lookedAtMs = clock()
  try {
    store.freshUntil = 0
    await fetchKeys()
    state.loadedAtMs = clock()
    state.failure = undefined
  } catch (error) {
    state.lookedAtMs = clock()
    state.failure = error
    if (since(clock, state.loadedAtMs) >= FALLBACK_MS) store.clear()
    failed(error)
  } finally {
    state.looking = undefined
  }
}

function since(clock: Clock, ms: number | undefined): number {
  return ms === undefined ? Infinity : clock() - ms
}
