/** Mounts sign-in at other providers: the way there and back, and the pages that connect accounts. `upstreams` owns the rules. */
import type { Feature } from '../../feature.ts'
import { END_SESSION_ROUTES } from '../../provider/sessions/recorded-sign-ins.ts'
import type { Services } from '../../services.ts'
import { purgeFlows, SEALED_FLOWS } from '../../upstreams/client/flows.ts'
import { MOVED_LINKS, MOVED_UPSTREAMS } from '../../upstreams/moved-upstreams.ts'
import {
  purgeUpstreamLogouts,
  purgeUpstreamSessions,
  SEALED_ID_TOKENS,
} from '../../upstreams/upstream-sessions.ts'
import { SEALED_UPSTREAM_SECRETS } from '../../upstreams/upstream.ts'
import { upstreamStep } from './begin.ts'
import { backchannelRoutes } from './backchannel.routes.ts'
import { callbackRoutes } from './callback.routes.ts'
import { connectRoutes } from './connect.routes.ts'
import { createRoutes } from './create.routes.ts'
import { connectionRoutes } from './connections.routes.ts'
import { frontchannelRoutes } from './frontchannel.routes.ts'
import { ownSignInRoutes } from './own.routes.ts'
import { goOnThere, signOutRoutes } from './sign-out.routes.ts'
import { upstreamServices, upstreamSidesOf } from './upstream-pages.ts'

export function upstream(services: Services): Feature {
  const { client, readLogoutToken } = upstreamSidesOf(services)
  const { db } = services
  return {
    // Before the page that tells apps, which then goes on there.
    protocol: () => ({
      after: [
        { at: END_SESSION_ROUTES, run: (ctx) => goOnThere({ ...services, upstreamClient: client }, ctx) },
      ],
    }),
    endpoints: (site) => [backchannelRoutes(services, readLogoutToken), frontchannelRoutes(services, site)],
    pages(site) {
      const own = upstreamServices({ ...services, ...site }, client)
      return [
        ownSignInRoutes(own),
        connectRoutes(own),
        createRoutes(own),
        callbackRoutes(own),
        connectionRoutes(own),
        signOutRoutes(own),
      ]
    },
    steps: (site) => ({ upstream: upstreamStep(upstreamServices({ ...services, ...site }, client)) }),
    upkeep: {
      upstreamFlows: (nowMs, limit) => purgeFlows(db, nowMs, limit),
      upstreamSessions: (nowMs, limit) => purgeUpstreamSessions(db, nowMs, limit),
      upstreamLogouts: (nowMs, limit) => purgeUpstreamLogouts(db, nowMs, limit),
    },
    sealed: [SEALED_UPSTREAM_SECRETS, SEALED_FLOWS, SEALED_ID_TOKENS],
    moves: [MOVED_UPSTREAMS, MOVED_LINKS],
  }
}
