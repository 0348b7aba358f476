/**
 * Mounts client-initiated backchannel authentication (OpenID CIBA Core): apps ask a person for access, and the person
 * answers on a page of their account. Owns the table `backchannel_requests`. `outbox` and `mail` deliver the messages.
 */
import { REQUESTS_PATH } from '../../accounts/account-pages.ts'
import type { Feature } from '../../feature.ts'
import { createGuardedFetch } from '../../platform/network/guarded-fetch.ts'
import { paced } from '../../provider/records/polling.ts'
import { createPairwiseSubjects } from '../../provider/subjects/pairwise.ts'
import type { Services } from '../../services.ts'
import { purgeRequests, SEALED_COLUMNS } from './backchannel-requests.ts'
import { cibaFeature, installCiba, requestSeconds } from './ciba.ts'
import { createPingSink, PING_TOPIC } from './ping.ts'
import { createRequestsPage } from './requests-page.ts'
import { requestsRoutes } from './requests.routes.ts'

export function ciba(services: Services): Feature {
  const { config, db, clock } = services
  const subjects = createPairwiseSubjects(config.keys.index)
  const needs = {
    ...services,
    key: config.keys.index,
    requestsUrl: new URL(REQUESTS_PATH, config.issuer).href,
    unverifiedAccountsMayAuthorize: config.accounts.unverifiedAccountsMayAuthorize,
  }
  return {
    protocol: () => ({
      features: { ciba: cibaFeature(needs) },
      ttl: { BackchannelAuthenticationRequest: requestSeconds },
      // The library always announces support for user_code.
      metadata: { backchannel_user_code_parameter_supported: false },
      records: {
        BackchannelAuthenticationRequest: (adapter) =>
          paced('BackchannelAuthenticationRequest', needs, adapter),
      },
      install: (provider) => installCiba(provider, { ...needs, subjects }),
    }),
    pages: (site) => [requestsRoutes({ ...createRequestsPage(services, site), ...site })],
    sinks: () => ({ [PING_TOPIC]: createPingSink({ fetch: createGuardedFetch(config.guard), clock }) }),
    upkeep: { backchannelRequests: (nowMs, limit) => purgeRequests(db, nowMs, limit) },
    sealed: SEALED_COLUMNS,
  }
}
