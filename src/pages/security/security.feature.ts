/** Mounts the pages of one's second factors: the authenticator app, passkeys and recovery codes. `factors` owns the rules. */
import { resetDueFactors } from '../../factors/factor-resets.ts'
import { purgeUnconfirmed } from '../../factors/totp-set-up.ts'
import { purgeTrusted } from '../../factors/spared/trusted-browsers.ts'
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { codesRoutes } from './codes.routes.ts'
import { keepRoutes } from './keep.routes.ts'
import { overviewRoutes } from './overview.routes.ts'
import { proofRoutes } from './proof.routes.ts'
import { MOVED_PASSKEYS } from '../../passkeys/moved-passkeys.ts'
import { passkeysRoutes } from './passkeys.routes.ts'
import { passwordRoutes } from './password.routes.ts'
import { relatedOriginsRoutes } from './related-origins.routes.ts'
import { removalRoutes } from './removal.routes.ts'
import { securityServices } from './security-page.ts'
import { setUpStep } from './set-up-step.ts'
import { setUpRoutes } from './set-up.routes.ts'

export function security(services: Services): Feature {
  const { listedOrigins } = services.config.factors.passkeys
  return {
    pages: (site) => {
      const shared = securityServices({ ...services, ...site })
      return [
        overviewRoutes,
        proofRoutes,
        setUpRoutes,
        passkeysRoutes,
        passwordRoutes,
        codesRoutes,
        removalRoutes,
        keepRoutes,
      ].map((routesOf) => routesOf(shared))
    },
    steps: (site) => ({ setUp: setUpStep(securityServices({ ...services, ...site })) }),
    endpoints: () => (listedOrigins.length > 0 ? [relatedOriginsRoutes(listedOrigins)] : []),
    moves: [MOVED_PASSKEYS],
    upkeep: {
      unconfirmedApps: (nowMs, limit) => purgeUnconfirmed(services.db, nowMs, limit),
      trustedBrowsers: (nowMs, limit) => purgeTrusted(services.db, nowMs, limit),
      factorResets: (nowMs, limit) => resetDueFactors(services, nowMs, limit),
    },
  }
}
