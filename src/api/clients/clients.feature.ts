/** The clients over the API, for administrators. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { managingOperations } from './managing.ts'
import { readingOperations } from './reading.ts'
import { secretOperations } from './secrets.ts'

export function clientsApi(services: Services): Feature {
  return {
    api: ({ oidc }) => [
      ...readingOperations(services),
      ...managingOperations(services, oidc.current),
      ...secretOperations(services),
    ],
  }
}
