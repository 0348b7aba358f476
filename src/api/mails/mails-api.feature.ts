/** The queue of mails over the API. `deliveries` owns what is decided about it. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { decidingOperations } from './deciding.ts'
import { readingOperations } from './reading.ts'

export function mailsApi(services: Services): Feature {
  return { api: () => [...readingOperations(services), ...decidingOperations(services)] }
}
