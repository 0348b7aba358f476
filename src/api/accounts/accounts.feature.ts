/** Accounts over the API, for the organisation's own programs and for administrators. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { accessOperations } from './access.ts'
import { checkingOperations } from './checking.ts'
import { emailOperation } from './email.ts'
import { factorOperations } from './factors.ts'
import { managingOperations } from './managing.ts'
import { newEmailOperations } from './new-email.ts'
import { pictureOperations } from './pictures.ts'
import { readingOperations } from './reading.ts'
import { roleOperations } from './roles.ts'
import { stateOperations } from './states.ts'

export function accountsApi(services: Services): Feature {
  return {
    api: (site) => [
      ...readingOperations(services),
      ...checkingOperations(services),
      ...managingOperations(services),
      emailOperation(services),
      ...stateOperations(services),
      ...factorOperations(services),
      ...accessOperations(services, site),
      ...roleOperations(services),
      ...pictureOperations(services),
      ...newEmailOperations(services),
    ],
  }
}
