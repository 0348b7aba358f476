/**
 * The clients as oidc-provider looks them up: `adapter.find(client_id)` at every request, so behind a cache that the
 * change feed empties. A disabled client is an unknown one.
 */
import type { Adapter, ClientMetadata as LibraryMetadata } from 'oidc-provider'
import type { AccessEndings } from '../../consents/ended-access.ts'
import { AppError } from '../../platform/errors.ts'
import type { ChangeFeed } from '../../platform/sql/change-feed.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/sql/database.ts'
import { createLookupCache } from '../../platform/lookup-cache.ts'
import type { Sealer } from '../../platform/tokens.ts'
import { isOpenidScope } from '../../clients/client-metadata.ts'
import type { Client } from '../../clients/client-rows.ts'
import { previousRawSecret, secretForLibrary } from '../../clients/client-secret.ts'
import type { KeptSecrets, StoredSecret } from '../../clients/client-secret.ts'
import {
  CLIENTS_TOPIC,
  deleteClient,
  findClientWithSecret,
  toRegisteredMetadata,
} from '../../clients/clients.ts'

type Needs = Pick<AccessEndings, 'noteEnded'> & {
  db: Db
  sealer: Sealer
  clock: Clock
  feed: Pick<ChangeFeed, 'on'>
  /** Writes the client that the current request registers or updates. Without it nothing is stored here. */
  upsert?: Adapter['upsert']
  /** Clients kept in memory, 10 000 by default. */
  cacheSize?: number
}

/** The library's adapter for the model `Client`. */
export function createClientAdapter({
  db,
  noteEnded,
  sealer,
  clock,
  feed,
  upsert = () => refuse('stored'),
  cacheSize,
}: Needs): Adapter {
  const load = async (clientId: string) => {
    const found = await findClientWithSecret(db, clientId)
    if (!found || found.client.disabledAtMs !== null) return undefined
    return Object.freeze(toProviderMetadata(found.client, found.secret, sealer, clock()))
  }
  const cache = createLookupCache({ load, clock, size: cacheSize })
  feed.on(CLIENTS_TOPIC, cache.clear)

  return {
    find: async (clientId) => await cache.get(clientId),
    async upsert(...client) {
      await upsert(...client)
      cache.clear()
    },
    async destroy(clientId) {
      await deleteClient({ db, noteEnded }, clientId)
      cache.clear()
    },
    consume: () => refuse('consumed'),
    findByUid: () => refuse('found by uid'),
    findByUserCode: () => refuse('found by user code'),
    revokeByGrantId: () => refuse('revoked'),
  }
}

/**
 * What the library takes for a client. It knows only the provider's own scopes and refuses any other in `scope`, so the
 * scopes of resource servers go into `resource_scope`; absent means every scope of the allowed resources. The whole client
 * would be refused for a type of authorization details that is gone, so these go into `details_types`.
 */
export function toProviderMetadata(
  client: Client,
  secret: StoredSecret & Partial<KeptSecrets>,
  sealer: Sealer,
  nowMs: number,
): LibraryMetadata {
  const clientSecret = secretForLibrary(sealer, client.clientId, secret)
  const previous = previousRawSecret(sealer, client.clientId, secret, nowMs)
  const { authorization_details_types: detailsTypes, ...registered } = toRegisteredMetadata(client)
  return {
    ...registered,
    ...(detailsTypes && { details_types: detailsTypes }),
    ...scopesForLibrary(client.metadata.scope),
    ...(clientSecret && { client_secret: clientSecret }),
    ...(previous && { previous_client_secret: previous }),
    ...(client.registeredBy === 'open' && { self_registered: true }),
  }
}

/**
 * The provider's own scopes, and those of resource servers apart from them. `resource_scope_only` when there are none of its
 * own, which the library cannot see.
 */
export function scopesForLibrary(scope: string): {
  scope: string
  resource_scope?: string
  resource_scope_only?: true
} {
  const scopes = scope.split(' ').filter(Boolean)
  const own = scopes.filter(isOpenidScope)
  const foreign = scopes.filter((one) => !isOpenidScope(one))
  return {
    // An empty scope would mean "any" to the library.
    scope: own.join(' ') || 'openid',
    ...(foreign.length > 0 && { resource_scope: foreign.join(' ') }),
    ...(foreign.length > 0 && own.length === 0 && { resource_scope_only: true }),
  }
}

async function refuse(what: string): Promise<never> {
  throw new AppError('not_supported', 501, `Clients cannot be ${what} through the protocol.`)
}
