/** The audit trail over the API, to read. `audit` owns the entries. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { readingOperations } from './reading.ts'

export function auditApi(services: Services): Feature {
  return { api: () => readingOperations(services) }
}
