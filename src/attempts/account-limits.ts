/** Limits of what strangers may ask for: registrations and mails, per network and per address. */
import { Overload } from '../platform/errors.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../platform/clock.ts'
import type { Db } from '../platform/sql/database.ts'
import { keyedDigest } from '../platform/tokens.ts'
import type { Config } from '../settings/config.ts'
import { takeFromBucket, takeFromBuckets } from './bucket.ts'
import type { BucketRule } from './bucket.ts'
import { networkTakes } from './network-limit.ts'

type Counting = { db: Db; config: Pick<Config, 'keys' | 'limits'> }

/** Codes by mail for browsers that solved no puzzle are this part of the limit. */
const UNSOLVED_SHARE = 6

/** Throws `Overload('too_many_requests')` with `retryAfterSeconds`. */
export async function takeNetworkRequest(
  counting: Counting,
  kind: 'registration' | 'resend' | 'reset' | 'check' | 'unsolved check' | 'new_address' | 'sign_in_code',
  ip: string,
  nowMs: number,
): Promise<void> {
  const { db, config } = counting
  const { requestsPerNetwork: rule } = config.limits
  const limit = kind === 'unsolved check' ? Math.ceil(rule.limit / UNSOLVED_SHARE) : rule.limit
  const takes = networkTakes(config, ['request', kind], ip, { ...rule, limit }, nowMs)
  const taken = await takeFromBuckets(db, takes)
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

/** False when the address has had enough mails for now. The answer is the same then, but no mail is sent. */
export async function takeMail(
  counting: Counting,
  emailCanonical: string,
  ip: string,
  nowMs: number,
): Promise<boolean> {
  const { db, config } = counting
  const { mailsPerAddress: perAddress, mailsPerAddressAndNetwork: perNetwork } = config.limits
  const here = networkTakes(config, ['mail', emailCanonical], ip, perNetwork, nowMs)
  const anywhere = keyedDigest(config.keys.index, JSON.stringify(['mail', emailCanonical]))
  return (await takeFromBuckets(db, [...here, { ...perAddress, bucket: anywhere, nowMs }])).allowed
}

/** Uploads of a picture: each takes a process of its own for a moment. */
const PICTURES: BucketRule = { limit: 20, windowMs: HOUR_MS }

/** False when the account has uploaded enough of them for now. */
export async function takePicture(
  { db, config }: Counting,
  accountId: string,
  nowMs: number,
): Promise<boolean> {
  const bucket = keyedDigest(config.keys.index, JSON.stringify(['picture', accountId]))
  return (await takeFromBucket(db, { ...PICTURES, bucket, nowMs })).allowed
}

/** Downloads of all data of one account: each reads many rows. */
const DATA_EXPORTS: BucketRule = { limit: 5, windowMs: DAY_MS }

/** False when the account has had enough of them today. */
export async function takeDataExport(
  { db, config }: Counting,
  accountId: string,
  nowMs: number,
): Promise<boolean> {
  const bucket = keyedDigest(config.keys.index, JSON.stringify(['data export', accountId]))
  return (await takeFromBucket(db, { ...DATA_EXPORTS, bucket, nowMs })).allowed
}
