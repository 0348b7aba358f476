/** Limits of what strangers may ask for: registrations and mails, per network and per address. */
import { AppError } from '../errors.ts'
import { HOUR_MS } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { keyedDigest } from '../platform/tokens.ts'
import { takeFromBucket } from './bucket.ts'
import type { BucketRule } from './bucket.ts'
import { networkOf } from './network.ts'

export type RequestLimits = {
  /** Requests of one kind from one network; beyond it the caller is told to wait. */
  perNetwork: BucketRule
  /** Mails to one address asked for from one network; beyond it the answer is the same, but no mail goes out. */
  mailsPerAddressAndNetwork: BucketRule
  /** Mails to one address in all. More than the above, so that one stranger cannot use up the owner's. */
  mailsPerAddress: BucketRule
}

export const DEFAULT_REQUEST_LIMITS: RequestLimits = {
  perNetwork: { limit: 60, windowMs: HOUR_MS },
  mailsPerAddressAndNetwork: { limit: 5, windowMs: HOUR_MS },
  mailsPerAddress: { limit: 20, windowMs: HOUR_MS },
}

type Needs = { db: Db; key: Buffer; limits: RequestLimits }

/** Throws `AppError('too_many_requests', 429)` with `retryAfterSeconds`. */
export async function takeNetworkRequest(
  needs: Needs,
  kind: 'registration' | 'resend' | 'reset',
  ip: string,
  nowMs: number,
): Promise<void> {
  const bucket = keyedDigest(needs.key, JSON.stringify(['request', kind, networkOf(ip)]))
  const taken = await takeFromBucket(needs.db, { ...needs.limits.perNetwork, bucket, nowMs })
  if (taken.allowed) return
  throw new AppError(
    'too_many_requests',
    429,
    'Too many requests from your network. Please try again later.',
    {
      retryAfterSeconds: taken.retryAfterSeconds,
    },
  )
}

/** False when the address has had enough mails for now. */
export async function takeMail(
  needs: Needs,
  emailCanonical: string,
  ip: string,
  nowMs: number,
): Promise<boolean> {
  const { mailsPerAddressAndNetwork, mailsPerAddress } = needs.limits
  const here = keyedDigest(needs.key, JSON.stringify(['mail', emailCanonical, networkOf(ip)]))
  const anywhere = keyedDigest(needs.key, JSON.stringify(['mail', emailCanonical]))
  const local = await takeFromBucket(needs.db, { ...mailsPerAddressAndNetwork, bucket: here, nowMs })
  if (!local.allowed) return false
  return (await takeFromBucket(needs.db, { ...mailsPerAddress, bucket: anywhere, nowMs })).allowed
}
