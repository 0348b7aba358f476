/** Groups over the API: for administrators, and each person's own. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { managingOperations } from './managing.ts'
import { memberOperations } from './members.ts'
import { readingOperations } from './reading.ts'

export function groupsApi(services: Services): Feature {
  return {
    api: () => [
      ...readingOperations(services),
      ...managingOperations(services),
      ...memberOperations(services),
    ],
  }
}
