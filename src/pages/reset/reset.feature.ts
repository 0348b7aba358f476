/** Mounts the pages for a forgotten password. `accounts` owns the reset. */
import type { Feature } from '../../feature.ts'
import { linkPagesOf } from '../../interaction/link-pages.ts'
import type { Services } from '../../services.ts'
import { passwordResetRoutes } from './password-reset.routes.ts'

export function reset(services: Services): Feature {
  return { pages: (site) => [passwordResetRoutes(linkPagesOf(services, site))] }
}
