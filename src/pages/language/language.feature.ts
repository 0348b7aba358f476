/** Mounts the choice of a language, which the foot of every page offers. `words` owns the texts. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { languageRoutes } from './language.routes.ts'

export function language(services: Services): Feature {
  return { pages: (site) => [languageRoutes({ ...services, ...site })] }
}
