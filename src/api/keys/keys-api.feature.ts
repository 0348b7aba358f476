/** The keys over the API: list and rotate. What they open stays on the command line. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { keyOperations } from './key-operations.ts'

export function keysApi(services: Services): Feature {
  return { api: () => keyOperations(services) }
}
