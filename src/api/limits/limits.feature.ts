/** Limits over the API: for who operates the server, and per account for who supports people. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { accountLimitOperations } from './account-limits.ts'
import { limitOperations } from './limit-operations.ts'

export function limitsApi(services: Services): Feature {
  return { api: () => [...limitOperations(services), ...accountLimitOperations(services)] }
}
