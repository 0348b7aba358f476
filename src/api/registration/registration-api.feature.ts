/** Registration and forgotten passwords over the API, for programs of the organisation with pages or apps of their own. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { registeringOperations } from './registering.ts'
import { resettingOperations } from './resetting.ts'
import { ruleOperations } from './rules.ts'
import { verifyingOperations } from './verifying.ts'

export function registrationApi(services: Services): Feature {
  return {
    api: () => [
      ...ruleOperations(services),
      ...registeringOperations(services),
      ...verifyingOperations(services),
      ...resettingOperations(services),
    ],
  }
}
