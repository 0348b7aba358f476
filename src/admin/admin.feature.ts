/**
 * Mounts the administration pages at /admin. They are a client of the JSON API: `sections` say what they show and do, and the
 * API does it, with its own permissions, limits and audit.
 */
import type { Feature } from '../feature.ts'
import type { Services } from '../services.ts'
import { adminRoutes } from './admin.routes.ts'

export function admin(services: Services): Feature {
  return { pages: (site, operations) => [adminRoutes({ ...services, ...site, operations })] }
}
