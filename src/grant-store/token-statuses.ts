/**
 * Whether JWT access tokens are unrevoked, without a query. Only this is cached, and nothing that is revoked or unknown. A
 * token that expires needs no change here: its own claim is checked first.
 */
import type { Codec } from '../platform/versioned-cache/redis-entries.ts'
import { createVersionedCache } from '../platform/versioned-cache/versioned-cache.ts'
import type { CacheServices } from '../platform/versioned-cache/versioned-cache.ts'
import { readUnrevoked, shareOfPlace, STATUS_CACHE } from './status-entries.ts'
import type { Place } from './status-entries.ts'

export type TokenStatuses = {
  /** False also for an empty place. Reads SQL where the place is not cached. */
  isUnrevoked: (place: Place) => Promise<boolean>
}

/** From here on, revocations through `services.db` are fenced in `services.entries`. */
export function createTokenStatuses(services: CacheServices<true>): TokenStatuses {
  const cached = { name: STATUS_CACHE, idOf, shareOf: shareOfPlace, load: readUnrevoked }
  const find = createVersionedCache(services, cached)
  return { isUnrevoked: async (place) => (await find(place)) === true }
}

/** How Redis holds an unrevoked place: its presence is all that counts. */
export const PLAIN_STATUSES: Codec<true> = { encode: () => '1', decode: () => true }

function idOf({ listId, idx }: Place): string {
  return `${listId}/${idx}`
}
