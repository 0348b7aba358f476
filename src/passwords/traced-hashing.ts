/** Password hashing as a step of a trace, with the wait for a core. */
import { traced } from '../platform/tracing/tracing.ts'
import type { Tracing } from '../platform/tracing/tracing.ts'
import type { Hasher } from './hashing.ts'

export function tracedHasher(hasher: Hasher, tracing: Tracing): Hasher {
  if (!tracing.isOn) return hasher
  return {
    ...hasher,
    hash: (...given) => traced(tracing, 'password hash', {}, () => hasher.hash(...given)),
    verify: (...given) => traced(tracing, 'password verify', {}, () => hasher.verify(...given)),
  }
}
