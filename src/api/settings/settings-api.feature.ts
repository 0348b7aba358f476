/** The settings in effect over the API, to read. They come from the environment, so nothing changes them here. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { settingOperations } from './setting-operations.ts'

export function settingsApi(services: Services): Feature {
  return { api: () => settingOperations(services) }
}
