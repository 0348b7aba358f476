/** Mounts the guide that creates an app, and the settings of an app to paste. Mounted before the other administration pages. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { appRoutes } from './apps.routes.ts'

export function adminApps(services: Services): Feature {
  return { pages: (site, operations) => [appRoutes({ ...services, ...site, operations })] }
}
