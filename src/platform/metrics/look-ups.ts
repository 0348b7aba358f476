/** Look-ups in a cache, for every kind of cache alike. */
import { NO_METRICS } from './metrics.ts'
import type { Metrics } from './metrics.ts'

/** `cache`: its name in the metric. Call what is answered at each look-up. */
export function countLookUps(metrics: Metrics = NO_METRICS, cache: string): (cached: boolean) => void {
  const count = metrics.counter<'cache' | 'result'>({
    name: 'account_server_cache_lookups_total',
    help: 'Look-ups in a cache, by what they found: `hit` or `miss`.',
    labels: ['cache', 'result'],
  })
  return (cached) => count({ cache, result: cached ? 'hit' : 'miss' })
}
