/** Mounts the consent page, and the logos of apps. `interaction` decides when the page is due. */
import { createLogos, LOGO_LIMIT_BYTES } from '../../clients/logo/client-logo.ts'
import { MOVED_LOGOS } from '../../clients/logo/uploaded-logo.ts'
import type { Feature } from '../../feature.ts'
import { createGuardedFetch } from '../../platform/network/guarded-fetch.ts'
import type { Services } from '../../services.ts'
import { clientLogoRoutes } from './client-logo.routes.ts'
import { consentPages } from './consent.ts'

export function consent(services: Services): Feature {
  const { config, db, clock } = services
  const fetch = createGuardedFetch({ ...config.guard, limitBytes: LOGO_LIMIT_BYTES })
  const { logoOf, iconOf } = createLogos({ db, clock, fetch })
  return {
    moves: [MOVED_LOGOS],
    pages: () => [clientLogoRoutes({ db, logoOf, iconOf })],
    steps: (site) => ({ consent: consentPages({ ...services, ...site, logoOf }) }),
  }
}
