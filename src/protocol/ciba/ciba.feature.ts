/**
 * Mounts client-initiated backchannel authentication (OpenID CIBA Core): apps ask a person for access, and the person
 * answers on a page of their account. Owns the table `backchannel_requests`. `outbox` and `mail` deliver the messages.
 */
import type { Feature } from '../../feature.ts'
import { createGuardedFetch } from '../../platform/network/guarded-fetch.ts'
import { paced } from '../../provider/records/polling.ts'
import { createPairwiseSubjects } from '../../provider/subjects/pairwise.ts'
import type { Services } from '../../services.ts'
import { purgeRequests, SEALED_COLUMNS } from './backchannel-requests.ts'
import { cibaFeature, installCiba, requestSeconds } from './ciba.ts'
import { createPingSink, PING_TOPIC } from './ping.ts'
import { requestsRoutes } from './requests.routes.ts'

export function ciba(services: Services): Feature {
  const { config, db, clock } = services
  const subjects = createPairwiseSubjects(config.keys.index)
  return {
    protocol: () => ({
      features: { ciba: cibaFeature(services) },
      ttl: { BackchannelAuthenticationRequest: requestSeconds },
      // The library always announces support for user_code.
      metadata: { backchannel_user_code_parameter_supported: false },
      records: {
        BackchannelAuthenticationRequest: (adapter) =>
          paced('BackchannelAuthenticationRequest', services, adapter),
      },
      install: (provider) => installCiba(provider, services, subjects),
    }),
    pages: (site) => [requestsRoutes({ ...services, ...site })],
    sinks: () => ({ [PING_TOPIC]: createPingSink({ fetch: createGuardedFetch(config.guard), clock }) }),
    upkeep: { backchannelRequests: (nowMs, limit) => purgeRequests(db, nowMs, limit) },
    sealed: SEALED_COLUMNS,
  }
}
