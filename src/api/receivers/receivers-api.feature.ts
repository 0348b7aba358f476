/** The receivers of events over the API. `deliveries` owns what is decided about them. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { receiverOperations } from './receiver-operations.ts'

export function receiversApi(services: Services): Feature {
  return { api: () => receiverOperations(services) }
}
