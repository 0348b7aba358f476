/**
 * Looks clients up for the library: `adapter.find(client_id)` runs at every request. A cache answers, and the change
 * feed evicts what changed. A disabled client is treated as unknown.
 */
import type { Adapter, ClientMetadata as LibraryMetadata } from 'oidc-provider'
import { actingAs, clientActor } from '../../events/actor.ts'
import { AppError } from '../../platform/errors.ts'
import type { ChangeFeed } from '../../platform/sql/change-feed.ts'
import { createLookupCache } from '../../platform/lookup-cache.ts'
import { countLookUps } from '../../platform/metrics/look-ups.ts'
import type { Sealer } from '../../platform/tokens.ts'
import { isOpenidScope } from '../../clients/client-metadata.ts'
import type { Client } from '../../clients/client-rows.ts'
import { previousRawSecret, secretForLibrary } from '../../clients/client-secret.ts'
import type { KeptSecrets, StoredSecret } from '../../clients/client-secret.ts'
import type { Services } from '../../services.ts'
import {
  CLIENTS_TOPIC,
  deleteClient,
  findClientWithSecret,
  toRegisteredMetadata,
} from '../../clients/clients.ts'

const WITHOUT_SECRET = { secretHash: null, secretSealed: null }

/** The library's adapter for the model `Client`. `own`: clients of the server itself, without a row. */
export function createClientAdapter(
  services: Pick<Services, 'db' | 'noteEnded' | 'sealer' | 'clock'> & {
    metrics?: Services['metrics']
    feed: Pick<ChangeFeed, 'on'>
  },
  own: readonly Client[] = [],
): Adapter {
  const { db, noteEnded, sealer, clock, feed } = services
  const load = async (clientId: string) => {
    const ours = own.find((client) => client.clientId === clientId)
    if (ours) return Object.freeze(toProviderMetadata(ours, WITHOUT_SECRET, sealer, clock()))
    const found = await findClientWithSecret(db, clientId)
    if (!found || found.client.disabledAtMs !== null) return undefined
    return Object.freeze(toProviderMetadata(found.client, found.secret, sealer, clock()))
  }
  const cache = createLookupCache({ load, clock, onLookUp: countLookUps(services.metrics, 'clients') })
  feed.on(CLIENTS_TOPIC, cache.clear)

  return {
    find: cache.get,
    /** Forgets what is cached. A feature that registers clients stores them first. */
    upsert: () => Promise.resolve(cache.clear()),
    async destroy(clientId) {
      await actingAs(clientActor(clientId), () => deleteClient({ db, noteEnded }, clientId))
      cache.clear()
    },
    consume: () => refuse('consumed'),
    findByUid: () => refuse('found by uid'),
    findByUserCode: () => refuse('found by user code'),
    revokeByGrantId: () => refuse('revoked'),
  }
}

/**
 * The client as the library accepts it. The library knows only the provider's own scopes and refuses others in `scope`,
 * so scopes of resource servers go into `resource_scope`. When that is absent, the client may have every scope of its
 * resources. Types of authorization details go into `details_types`: the library would refuse the whole client for a
 * type that was deleted.
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
    ...(client.logoId !== null && { logo_id: client.logoId }),
  }
}

/**
 * Splits the provider's own scopes from those of resource servers. `resource_scope_only` marks a client without any of
 * the provider's own, which the library cannot see.
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
