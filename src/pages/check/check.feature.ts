/** Mounts the check of a browser: the puzzle that its script solves, the delay of mails, and the code by mail in its place. `attempts` counts. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { linkPagesOf } from '../../interaction/link-pages.ts'
import { checkRoutes, scriptRoutes } from './check.routes.ts'

export function check(services: Services): Feature {
  return {
    endpoints: () => [scriptRoutes(services)],
    pages: (site) => [checkRoutes(linkPagesOf(services, site))],
  }
}
