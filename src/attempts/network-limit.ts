/**
 * One rule for what a network may do: the same limit for each IPv4 /24 and IPv6 /64, and a multiple of it for the IPv6 /48
 * around a /64. Without the second, the holder of a /48 would have 65,536 budgets.
 */
import { keyedDigest } from '../platform/tokens.ts'
import type { BucketRule, Take } from './bucket.ts'
import { networksOf } from './network.ts'

export type NetworkLimitNeeds = {
  /** The counters store digests and not addresses. */
  key: Buffer
  /** How many times the limit of a /64 its /48 has. */
  ipv6SiteFactor: number
}

/** What to take with `takeFromBuckets` for one attempt from `ip`; `of` names what is counted. */
export function networkTakes(
  { key, ipv6SiteFactor }: NetworkLimitNeeds,
  of: readonly string[],
  ip: string,
  rule: BucketRule,
  nowMs: number,
): Take[] {
  return networksOf(ip).map((network, level) => ({
    ...rule,
    limit: level === 0 ? rule.limit : rule.limit * ipv6SiteFactor,
    bucket: keyedDigest(key, JSON.stringify([...of, network])),
    nowMs,
  }))
}
