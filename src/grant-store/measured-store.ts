/** How long the grant store takes, by operation: as a metric, and as steps of a trace. */
import type { Metrics } from '../platform/metrics/metrics.ts'
import { traced } from '../platform/tracing/tracing.ts'
import type { Tracing } from '../platform/tracing/tracing.ts'
import type { GrantStore } from './grant-store.ts'

type Operation = (...given: never[]) => Promise<unknown>

/** By the semantic conventions. What SQL does is in spans of its own. */
const SYSTEMS = { redis: 'redis', sql: undefined }

/** `kind`: where the store keeps its records. */
export function measuredStore(
  store: GrantStore,
  kind: 'redis' | 'sql',
  { metrics, tracing }: { metrics: Metrics; tracing: Tracing },
): GrantStore {
  if (!metrics.isOn && !tracing.isOn) return store
  const observe = metrics.histogram<'store' | 'operation'>({
    name: 'account_server_grant_store_duration_seconds',
    help: 'Operations of the store of sessions and tokens, by where it is: `redis` or `sql`.',
    labels: ['store', 'operation'],
  })
  const measured = Object.entries(store).map(([operation, run]: [string, Operation]) => {
    const labels = { store: kind, operation }
    const attributes = { 'db.system.name': SYSTEMS[kind], 'db.operation.name': operation }
    const step = { kind: 'client', attributes } as const
    const timed: Operation = async (...given) => {
      const startedMs = performance.now()
      try {
        return await traced(tracing, `grant store ${operation}`, step, () => run(...given))
      } finally {
        observe(labels, (performance.now() - startedMs) / 1000)
      }
    }
    return [operation, timed]
  })
  return Object.fromEntries(measured) as GrantStore
}
