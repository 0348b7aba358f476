/** Limits of what strangers may ask for: registrations and mails, per network and per address. */
import { Overload } from '../platform/errors.ts'
import { HOUR_MS, MINUTE_MS } from '../platform/clock.ts'
import type { Db } from '../platform/sql/database.ts'
import { keyedDigest } from '../platform/tokens.ts'
import type { Config } from '../settings/config.ts'
import { takeFromBucket, takeFromBuckets } from './bucket.ts'
import type { BucketRule } from './bucket.ts'
import { networkTakes } from './network-limit.ts'

/** Requests of one kind from one network. Beyond it the answer is to wait. */
const PER_NETWORK: BucketRule = { limit: 60, windowMs: HOUR_MS }
/** Mails to one address, requested from one network. Beyond it the answer is the same, but no mail is sent. */
const MAILS_PER_ADDRESS_AND_NETWORK: BucketRule = { limit: 5, windowMs: HOUR_MS }
/** Mails to one address from everywhere. It is more than the limit above, so that one stranger cannot use up the owner's. */
const MAILS_PER_ADDRESS: BucketRule = { limit: 20, windowMs: HOUR_MS }

type Counting = { db: Db; config: Pick<Config, 'keys' | 'limits'> }

/** Throws `Overload('too_many_requests')` with `retryAfterSeconds`. */
export async function takeNetworkRequest(
  counting: Counting,
  kind: 'registration' | 'resend' | 'reset',
  ip: string,
  nowMs: number,
): Promise<void> {
  const { db, config } = counting
  const taken = await takeFromBuckets(db, networkTakes(config, ['request', kind], ip, PER_NETWORK, nowMs))
  if (taken.allowed) return
  throw new Overload('too_many_requests', taken.retryAfterSeconds)
}

/**
 * Counts what a client asks for with a token of its own. The address of a person that it passes on is believed, so a stolen
 * client could name a new one each time. Throws `Overload('too_many_requests')` with `retryAfterSeconds`.
 */
export async function takeClientRequest(
  { db, config }: Counting,
  kind: 'registration' | 'check',
  clientId: string,
  nowMs: number,
): Promise<void> {
  const { apiRequestsPerClient: limit } = config.limits
  const bucket = keyedDigest(config.keys.index, JSON.stringify(['client', kind, clientId]))
  const taken = await takeFromBucket(db, { bucket, limit, windowMs: MINUTE_MS, nowMs })
  if (!taken.allowed) throw new Overload('too_many_requests', taken.retryAfterSeconds)
}

/** False when the address has had enough mails for now. */
export async function takeMail(
  counting: Counting,
  emailCanonical: string,
  ip: string,
  nowMs: number,
): Promise<boolean> {
  const { db, config } = counting
  const here = networkTakes(config, ['mail', emailCanonical], ip, MAILS_PER_ADDRESS_AND_NETWORK, nowMs)
  const anywhere = keyedDigest(config.keys.index, JSON.stringify(['mail', emailCanonical]))
  return (await takeFromBuckets(db, [...here, { ...MAILS_PER_ADDRESS, bucket: anywhere, nowMs }])).allowed
}
