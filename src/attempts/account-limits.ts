/** Limits of what strangers may ask for: registrations and mails, per network and per address. */
import { Overload } from '../platform/errors.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../platform/clock.ts'
import type { Db } from '../platform/sql/database.ts'
import { keyedDigest } from '../platform/tokens.ts'
import type { Config } from '../settings/config.ts'
import { takeFromBucket, takeFromBuckets } from './bucket.ts'
import type { BucketRule, Take } from './bucket.ts'
import { networkTakes } from './network-limit.ts'

type Counting = { db: Db; config: Pick<Config, 'keys' | 'limits'> }

/** Codes by mail for browsers that solved no puzzle are this part of the limit. */
const UNSOLVED_SHARE = 6

/** What one network may ask for: each kind is counted on its own. */
export type NetworkRequest =
  | 'registration'
  | 'resend'
  | 'reset'
  | 'check'
  | 'unsolved check'
  | 'new_address'
  | 'sign_in_code'

/** Throws `Overload('too_many_requests')` with `retryAfterSeconds`. */
export async function takeNetworkRequest(
  { db, config }: Counting,
  kind: NetworkRequest,
  ip: string,
  nowMs: number,
): Promise<void> {
  const taken = await takeFromBuckets(db, networkRequestTakes(config, kind, ip, nowMs))
  if (taken.allowed) return
  throw new Overload('too_many_requests', taken.retryAfterSeconds)
}

export function networkRequestTakes(
  config: Counting['config'],
  kind: NetworkRequest,
  ip: string,
  nowMs: number,
): Take[] {
  const { requestsPerNetwork: rule } = config.limits
  const limit = kind === 'unsolved check' ? Math.ceil(rule.limit / UNSOLVED_SHARE) : rule.limit
  return networkTakes(config, ['request', kind], ip, { ...rule, limit }, nowMs)
}

/** Documents of new clients that one network may have fetched in an hour. */
export const NEW_DOCUMENTS_PER_HOUR = 60

/** Who brings a new client: a program that registers it, or a document that is fetched for the first time. */
export type NewClientKind = 'open-registration' | 'client-document'

/** New clients that one network may cause in an hour. */
export function newClientTakes(
  config: Counting['config'],
  { kind, limit }: { kind: NewClientKind; limit: number },
  ip: string,
  nowMs: number,
): Take[] {
  return networkTakes(config, ['request', kind], ip, { limit, windowMs: HOUR_MS }, nowMs)
}

/** Wrong user codes (RFC 8628 §5.1). There are 20^8 codes, so guessing one is hopeless. */
const USER_CODES: BucketRule = { limit: 40, windowMs: 10 * MINUTE_MS }

/** Wrong user codes of devices, from one network. */
export function userCodeTakes(config: Counting['config'], ip: string, nowMs: number): Take[] {
  return networkTakes(config, ['user-code', 'network'], ip, USER_CODES, nowMs)
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
  { db, config }: Counting,
  emailCanonical: string,
  ip: string,
  nowMs: number,
): Promise<boolean> {
  const here = mailTakesOfNetwork(config, emailCanonical, ip, nowMs)
  return (await takeFromBuckets(db, [...here, mailTake(config, emailCanonical, nowMs)])).allowed
}

/** Mails to one address that one network asks for. */
export function mailTakesOfNetwork(
  config: Counting['config'],
  emailCanonical: string,
  ip: string,
  nowMs: number,
): Take[] {
  return networkTakes(config, ['mail', emailCanonical], ip, config.limits.mailsPerAddressAndNetwork, nowMs)
}

/** Mails to one address that all networks ask for. */
export function mailTake({ keys, limits }: Counting['config'], emailCanonical: string, nowMs: number): Take {
  const bucket = keyedDigest(keys.index, JSON.stringify(['mail', emailCanonical]))
  return { ...limits.mailsPerAddress, bucket, nowMs }
}

/** Uploads of a picture: each takes a process of its own for a moment. */
const PICTURES: BucketRule = { limit: 20, windowMs: HOUR_MS }

export function pictureTake({ keys }: Counting['config'], accountId: string, nowMs: number): Take {
  return { ...PICTURES, bucket: keyedDigest(keys.index, JSON.stringify(['picture', accountId])), nowMs }
}

/** False when the account has uploaded enough of them for now. */
export async function takePicture(
  { db, config }: Counting,
  accountId: string,
  nowMs: number,
): Promise<boolean> {
  return (await takeFromBucket(db, pictureTake(config, accountId, nowMs))).allowed
}

/** Downloads of all data of one account: each reads many rows. */
const DATA_EXPORTS: BucketRule = { limit: 5, windowMs: DAY_MS }

export function dataExportTake({ keys }: Counting['config'], accountId: string, nowMs: number): Take {
  const bucket = keyedDigest(keys.index, JSON.stringify(['data export', accountId]))
  return { ...DATA_EXPORTS, bucket, nowMs }
}

/** False when the account has had enough of them today. */
export async function takeDataExport(
  { db, config }: Counting,
  accountId: string,
  nowMs: number,
): Promise<boolean> {
  return (await takeFromBucket(db, dataExportTake(config, accountId, nowMs))).allowed
}
