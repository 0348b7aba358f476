/** Serves the JSON schemas of events, at the address that each event names. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { eventSchemaRoutes } from './event-schemas.routes.ts'

export function eventSchemas({ config }: Pick<Services, 'config'>): Feature {
  return { endpoints: () => [eventSchemaRoutes(config.issuer)] }
}
