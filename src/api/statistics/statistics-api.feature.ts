/** What happened how often, over the API. `statistics` owns the counts. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { purgeStatistics } from '../../statistics/statistics.ts'
import { statisticsOperations } from './statistics-operations.ts'

export function statisticsApi(services: Services): Feature {
  return {
    api: () => statisticsOperations(services),
    upkeep: { statistics: (nowMs) => purgeStatistics(services.db, nowMs).then(() => 0) },
  }
}
