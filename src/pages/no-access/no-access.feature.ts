/** Mounts the page for a signed-in person who is in none of the groups that an app is for. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { noAccessPage } from './no-access.ts'

export function noAccess(services: Services): Feature {
  return { steps: (site) => ({ noAccess: noAccessPage({ ...services, ...site }) }) }
}
