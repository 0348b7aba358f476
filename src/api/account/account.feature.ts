/** A person's own account over the API: with a token that they gave an app. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { profileOperations } from './profile.ts'

export function accountApi(services: Services): Feature {
  return { api: () => profileOperations(services) }
}
