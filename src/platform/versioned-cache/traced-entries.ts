/** Look-ups of a cache in Redis as steps of a trace. */
import { traced } from '../tracing/tracing.ts'
import type { Tracing } from '../tracing/tracing.ts'
import type { Entries } from './entries.ts'

export function tracedEntries<Value>(entries: Entries<Value>, tracing: Tracing): Entries<Value> {
  if (!tracing.isOn) return entries
  const { read, fill, fence } = entries
  const step = <T>(operation: string, work: () => Promise<T>) =>
    traced(
      tracing,
      `cache ${operation}`,
      { kind: 'client', attributes: { 'db.system.name': 'redis', 'db.operation.name': operation } },
      work,
    )
  return {
    read: (...given) => step('read', () => read(...given)),
    fill: (...given) => step('fill', () => fill(...given)),
    fence: (...given) => step('fence', () => fence(...given)),
  }
}
