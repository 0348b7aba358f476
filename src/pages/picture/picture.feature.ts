/** Mounts the pictures of accounts: the forms, their addresses, and how they move. `pictures` owns the rules. */
import type { Feature } from '../../feature.ts'
import { MOVED_PICTURES } from '../../pictures/moved-pictures.ts'
import type { Services } from '../../services.ts'
import { pictureRoutes } from './picture.routes.ts'
import { shownPictureRoutes } from './shown-picture.routes.ts'

export function picture(services: Services): Feature {
  return {
    pages: (site) => [pictureRoutes({ ...services, ...site })],
    endpoints: () => [shownPictureRoutes(services)],
    moves: [MOVED_PICTURES],
  }
}
