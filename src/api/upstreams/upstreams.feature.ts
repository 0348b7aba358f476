/** Other providers over the API: for administrators, and each person's own connections. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { managingOperations } from './managing.ts'
import { readingOperations } from './reading.ts'

export function upstreamsApi(services: Services): Feature {
  return { api: () => [...readingOperations(services), ...managingOperations(services)] }
}
