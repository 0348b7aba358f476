/** Mounts sign-in at other providers: the way there and back, and the pages that connect accounts. `upstreams` owns the rules. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { purgeFlows, SEALED_FLOWS } from '../../upstreams/client/flows.ts'
import { MOVED_LINKS, MOVED_UPSTREAMS } from '../../upstreams/moved-upstreams.ts'
import { SEALED_UPSTREAM_SECRETS } from '../../upstreams/upstream.ts'
import { upstreamStep } from './begin.ts'
import { callbackRoutes } from './callback.routes.ts'
import { connectRoutes } from './connect.routes.ts'
import { connectionRoutes } from './connections.routes.ts'
import { ownSignInRoutes } from './own.routes.ts'
import { upstreamClientOf, upstreamServices } from './upstream-pages.ts'

export function upstream(services: Services): Feature {
  const client = upstreamClientOf(services)
  return {
    pages(site) {
      const own = upstreamServices({ ...services, ...site }, client)
      return [ownSignInRoutes(own), connectRoutes(own), callbackRoutes(own), connectionRoutes(own)]
    },
    steps: (site) => ({ upstream: upstreamStep(upstreamServices({ ...services, ...site }, client)) }),
    upkeep: { upstreamFlows: (nowMs, limit) => purgeFlows(services.db, nowMs, limit) },
    sealed: [SEALED_UPSTREAM_SECRETS, SEALED_FLOWS],
    moves: [MOVED_UPSTREAMS, MOVED_LINKS],
  }
}
