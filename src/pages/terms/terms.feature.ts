/** Mounts the page where a signed-in person accepts a new version of the terms: on the way to an app, and before the own pages. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { termsRoutes } from './terms.routes.ts'
import { termsStep } from './terms-step.ts'

export function terms(services: Services): Feature {
  return {
    steps: (site) => ({ terms: termsStep({ ...services, ...site }) }),
    pages: (site) => [termsRoutes({ ...services, ...site })],
  }
}
