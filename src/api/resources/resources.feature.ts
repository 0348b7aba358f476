/** The resource servers over the API, for administrators. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { managingOperations } from './managing.ts'
import { readingOperations } from './reading.ts'

export function resourcesApi(services: Services): Feature {
  return { api: () => [...readingOperations(services), ...managingOperations(services)] }
}
