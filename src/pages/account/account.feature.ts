/**
 * Mounts the account pages: front page, profile, password, sessions, and the apps with access. `accounts` owns the
 * rules.
 */
import type { Feature } from '../../feature.ts'
import { createDeviceCookie } from '../../interaction/known-browser-cookie.ts'
import { clientNameOf } from '../../provider/clients/client-documents.ts'
import { resourceScopeTitle } from '../../provider/grants/scope-words.ts'
import type { Services } from '../../services.ts'
import { endSessionAndGrants } from '../../grant-store/access-endings.ts'
import { accountRoutes } from './account.routes.ts'
import { homeRoutes } from './home.routes.ts'
import { securityRoutes } from './security.routes.ts'

export function account(services: Services): Feature {
  const { config, clock } = services
  const deviceCookie = createDeviceCookie({ key: config.keys.device, secure: config.secure, clock })
  return {
    pages: (site) => [
      homeRoutes(services.db, site),
      accountRoutes({ ...site, services }),
      securityRoutes({
        ...site,
        services,
        deviceCookie,
        clientName: (id) => clientNameOf(site.oidc.current(), id),
        scopeTitle: async (resource, scope) => resourceScopeTitle(await site.findResource(resource), scope),
        endSessionAndGrants: (uid) => endSessionAndGrants(services, uid),
      }),
    ],
  }
}
