/**
 * One rule for what a network may do: the same limit for each IPv4 /24 and IPv6 /64, and a multiple of it for the IPv6 /48
 * around a /64. Without the second, the holder of a /48 would have 65,536 budgets. `UNLIMITED_NETWORKS` are not counted.
 */
import { keyedDigest } from '../platform/tokens.ts'
import type { BucketRule, Take } from './bucket.ts'
import type { Config } from '../settings/config.ts'
import { networksOf } from './network.ts'

/**
 * What to take with `takeFromBuckets` for one attempt from `ip`; `of` names what is counted. The
 * counters store digests and not addresses.
 */
export function networkTakes(
  { keys, limits }: Pick<Config, 'keys' | 'limits'>,
  of: readonly string[],
  ip: string,
  rule: BucketRule,
  nowMs: number,
): Take[] {
  if (limits.isUnlimited(ip)) return []
  return networksOf(ip).map((network, level) => ({
    ...rule,
    limit: level === 0 ? rule.limit : rule.limit * limits.ipv6SiteFactor,
    bucket: keyedDigest(keys.index, JSON.stringify([...of, network])),
    nowMs,
  }))
}
