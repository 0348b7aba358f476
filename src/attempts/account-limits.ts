/** Limits of what strangers may ask for: registrations and mails, per network and per address. */
import { Overload } from '../platform/errors.ts'
import { HOUR_MS } from '../platform/clock.ts'
import type { Db } from '../platform/sql/database.ts'
import { keyedDigest } from '../platform/tokens.ts'
import { takeFromBuckets } from './bucket.ts'
import type { BucketRule } from './bucket.ts'
import { networkTakes } from './network-limit.ts'

export type RequestLimits = {
  /** Requests of one kind from one network; beyond it the caller is told to wait. */
  perNetwork: BucketRule
  /** Mails to one address asked for from one network; beyond it the answer is the same, but no mail goes out. */
  mailsPerAddressAndNetwork: BucketRule
  /** Mails to one address in all. More than the above, so that one stranger cannot use up the owner's. */
  mailsPerAddress: BucketRule
  /** How many times the limit of an IPv6 /64 its /48 has. */
  ipv6SiteFactor: number
}

export const DEFAULT_REQUEST_LIMITS: Omit<RequestLimits, 'ipv6SiteFactor'> = {
  perNetwork: { limit: 60, windowMs: HOUR_MS },
  mailsPerAddressAndNetwork: { limit: 5, windowMs: HOUR_MS },
  mailsPerAddress: { limit: 20, windowMs: HOUR_MS },
}

type Needs = { db: Db; key: Buffer; limits: RequestLimits }

/** Throws `Overload('too_many_requests')` with `retryAfterSeconds`. */
export async function takeNetworkRequest(
  needs: Needs,
  kind: 'registration' | 'resend' | 'reset',
  ip: string,
  nowMs: number,
): Promise<void> {
  const { ipv6SiteFactor, perNetwork } = needs.limits
  const counted = { key: needs.key, ipv6SiteFactor }
  const taken = await takeFromBuckets(
    needs.db,
    networkTakes(counted, ['request', kind], ip, perNetwork, nowMs),
  )
  if (taken.allowed) return
  throw new Overload('too_many_requests', taken.retryAfterSeconds)
}

/** False when the address has had enough mails for now. */
export async function takeMail(
  needs: Needs,
  emailCanonical: string,
  ip: string,
  nowMs: number,
): Promise<boolean> {
  const { mailsPerAddressAndNetwork, mailsPerAddress, ipv6SiteFactor } = needs.limits
  const counted = { key: needs.key, ipv6SiteFactor }
  const here = networkTakes(counted, ['mail', emailCanonical], ip, mailsPerAddressAndNetwork, nowMs)
  const anywhere = keyedDigest(needs.key, JSON.stringify(['mail', emailCanonical]))
  return (await takeFromBuckets(needs.db, [...here, { ...mailsPerAddress, bucket: anywhere, nowMs }])).allowed
}
