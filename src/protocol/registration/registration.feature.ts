/**
 * Mounts dynamic client registration (RFC 7591, 7592), by an initial access token, or open to everybody where the
 * settings allow it. `clients` owns the rules for metadata.
 */
import { LRUCache } from 'lru-cache'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Feature } from '../../feature.ts'
import { DAY_MS } from '../../platform/clock.ts'
import { createGuardedFetch } from '../../platform/network/guarded-fetch.ts'
import { loggableError } from '../../platform/logging/loggable-error.ts'
import { authenticationMethods } from '../../provider/binding/mtls.ts'
import { createAdmission } from '../../provider/clients/admission.ts'
import type { Services } from '../../services.ts'
import { MOVED_REGISTRATION_TOKENS } from './initial-access-tokens.ts'
import { noteClientUse, purgeUnusedClients } from './registered-clients.ts'
import { parsePolicy } from './registration-policy.ts'
import { createDynamicRegistration } from './registration.ts'
import { fromAnyOrigin } from './registration.routes.ts'

export function registration(services: Services): Feature {
  const { config, db } = services
  const { clientRegistration, softwareStatementIssuers, openRegistrationsPerHour } = config.registration
  const dynamic = createDynamicRegistration({
    ...services,
    fetch: createGuardedFetch(config.guard),
    softwareStatementIssuers,
    idTokenAlgorithm: config.tokens.idTokenAlgorithm,
    authMethods: authenticationMethods(config.binding.mtls),
    openPolicy: openPolicy(config.registration),
    admit: createAdmission(services, {
      kind: 'open-registration',
      limit: openRegistrationsPerHour,
      what: 'open registrations',
      setting: 'ACCOUNT_SERVER_OPEN_REGISTRATIONS_PER_HOUR',
    }),
  })
  return {
    protocol: () => ({
      features: dynamic.features,
      before: dynamic.before,
      after: [...dynamic.after, { at: ['token'], run: noteUses(services) }],
      records: dynamic.records,
      install: dynamic.install,
    }),
    endpoints: () => (clientRegistration === 'token' ? [] : [fromAnyOrigin()]),
    upkeep: { clients: (nowMs, limit) => purgeUnusedClients(db, nowMs, limit) },
    moves: [MOVED_REGISTRATION_TOKENS],
  }
}

function openPolicy({ clientRegistration, openClientResources }: Services['config']['registration']) {
  if (clientRegistration === 'token') return undefined
  const profiles = clientRegistration === 'mcp' ? ['mcp'] : ['default', 'mcp']
  return parsePolicy({ profiles, resources: openClientResources })
}

const MOST_NOTED = 10_000

/** Records once a day which clients are in use. A failure only loses that record. */
function noteUses({ db, clock, log }: Services) {
  const noted = new LRUCache<string, number>({ max: MOST_NOTED })
  return ({ status, oidc }: KoaContextWithOIDC): void => {
    const clientId = oidc.client?.clientId
    const nowMs = clock()
    if (status !== 200 || !clientId || (noted.get(clientId) ?? 0) > nowMs - DAY_MS) return
    noted.set(clientId, nowMs)
    noteClientUse(db, clientId, nowMs).catch((error: unknown) => {
      noted.delete(clientId)
      log.warn({ err: loggableError(error) }, 'client.use_not_noted')
    })
  }
}
