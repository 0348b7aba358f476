/** Roles over the API: what they allow. Who has one is an operation of accounts. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { managingOperations } from './managing.ts'
import { readingOperations } from './reading.ts'

export function rolesApi(services: Services): Feature {
  return { api: () => [...readingOperations(services), ...managingOperations(services)] }
}
