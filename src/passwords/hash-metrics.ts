/** How busy password hashing is. Refusals are among the limits: `hashing_busy`. */
import type { Metrics } from '../platform/metrics/metrics.ts'
import type { Hasher } from './hashing.ts'

export function measureHashing({ queue }: Hasher, metrics: Metrics): void {
  metrics.gauge<'state'>(
    {
      name: 'account_server_password_hashes',
      help: 'Password hashes, by state: `running` or `waiting` for a core.',
      labels: ['state'],
    },
    () => Object.entries(queue()).map(([state, value]) => ({ labels: { state }, value })),
  )
}
