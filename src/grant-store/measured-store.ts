/** How long the grant store takes, by operation. */
import type { Metrics } from '../platform/metrics/metrics.ts'
import type { GrantStore } from './grant-store.ts'

type Operation = (...given: never[]) => Promise<unknown>

/** `kind`: where the store keeps its records. */
export function measuredStore(store: GrantStore, kind: 'redis' | 'sql', metrics: Metrics): GrantStore {
  if (!metrics.isOn) return store
  const observe = metrics.histogram<'store' | 'operation'>({
    name: 'account_server_grant_store_duration_seconds',
    help: 'Operations of the store of sessions and tokens, by where it is: `redis` or `sql`.',
    labels: ['store', 'operation'],
  })
  const measured = Object.entries(store).map(([operation, run]: [string, Operation]) => {
    const labels = { store: kind, operation }
    const timed: Operation = async (...given) => {
      const startedMs = performance.now()
      try {
        return await run(...given)
      } finally {
        observe(labels, (performance.now() - startedMs) / 1000)
      }
    }
    return [operation, timed]
  })
  return Object.fromEntries(measured) as GrantStore
}
