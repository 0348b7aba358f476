/**
 * Mounts the account pages: front page, profile, password, sessions, and the apps with access. `accounts` owns the
 * rules.
 */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { accountRoutes } from './account.routes.ts'
import { appsRoutes } from './apps.routes.ts'
import { disownedRoutes } from './disowned.routes.ts'
import { historyRoutes } from './history.routes.ts'
import { homeRoutes } from './home.routes.ts'
import { newPasswordStep, passwordRoutes } from './password.routes.ts'
import { sessionsRoutes } from './sessions.routes.ts'
import { trustedBrowsersRoutes } from './trusted-browsers.routes.ts'

export function account(services: Services): Feature {
  return {
    steps: (site) => ({ newPassword: newPasswordStep({ ...services, ...site }) }),
    pages: (site) =>
      [
        homeRoutes,
        accountRoutes,
        passwordRoutes,
        sessionsRoutes,
        trustedBrowsersRoutes,
        appsRoutes,
        disownedRoutes,
        historyRoutes,
      ].map((routesOf) => routesOf({ ...services, ...site })),
  }
}
