/** The clients over the API, for administrators. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { purgeErrors } from '../../clients/errors/client-errors.ts'
import { healthOperations } from './health.ts'
import { logoOperations } from './logos.ts'
import { managingOperations } from './managing.ts'
import { previewOperation } from './preview.ts'
import { readingOperations } from './reading.ts'
import { secretOperations } from './secrets.ts'

export function clientsApi(services: Services): Feature {
  return {
    upkeep: { clientErrors: (nowMs, limit) => purgeErrors(services.db, nowMs, limit) },
    api: ({ oidc }) => [
      ...readingOperations(services),
      ...healthOperations(services),
      previewOperation(services, oidc.current),
      ...managingOperations(services, oidc.current),
      ...secretOperations(services),
      ...logoOperations(services),
    ],
  }
}
