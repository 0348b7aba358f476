/** Mounts the pages of one's second factors: the authenticator app and the recovery codes. `factors` owns the rules. */
import { resetDueFactors } from '../../factors/factor-resets.ts'
import { purgeUnconfirmed } from '../../factors/totp-set-up.ts'
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { codesRoutes } from './codes.routes.ts'
import { keepRoutes } from './keep.routes.ts'
import { overviewRoutes } from './overview.routes.ts'
import { proofRoutes } from './proof.routes.ts'
import { removalRoutes } from './removal.routes.ts'
import { securityServices } from './security-page.ts'
import { setUpStep } from './set-up-step.ts'
import { setUpRoutes } from './set-up.routes.ts'

export function security(services: Services): Feature {
  return {
    pages: (site) => {
      const shared = securityServices({ ...services, ...site })
      return [overviewRoutes, proofRoutes, setUpRoutes, codesRoutes, removalRoutes, keepRoutes].map(
        (routesOf) => routesOf(shared),
      )
    },
    steps: (site) => ({ setUp: setUpStep(securityServices({ ...services, ...site })) }),
    upkeep: {
      unconfirmedApps: (nowMs, limit) => purgeUnconfirmed(services.db, nowMs, limit),
      factorResets: (nowMs, limit) => resetDueFactors(services, nowMs, limit),
    },
  }
}
