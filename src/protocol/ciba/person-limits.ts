/**
 * Limits how often apps may ask a person for access (CIBA), so that repeated requests cannot wear a person down. An
 * approved request does not count. A refused or ignored one does.
 */
import { returnToBucket, takeFromBucket } from '../../attempts/bucket.ts'
import type { BucketRule, Taken } from '../../attempts/bucket.ts'
import { HOUR_MS } from '../../platform/clock.ts'
import { keyedDigest } from '../../platform/tokens.ts'
import type { Services } from '../../services.ts'

type CountingServices = Pick<Services, 'db' | 'clock' | 'config'>
type Counted = { clientId: string; accountId: string }

/** Limits for requests without approval: of one app to one person, and of all apps together. */
const OF_APP: BucketRule = { limit: 30, windowMs: HOUR_MS }
const OF_ALL: BucketRule = { limit: 100, windowMs: HOUR_MS }
/** Limits for mails about them. Further requests only appear on the page. */
const MAILS_OF_APP: BucketRule = { limit: 5, windowMs: HOUR_MS }
const MAILS_OF_ALL: BucketRule = { limit: 10, windowMs: HOUR_MS }
/** Limit for unknown people that one app asks for, so that it cannot test which addresses exist. */
const UNKNOWN: BucketRule = { limit: 100, windowMs: HOUR_MS }

/** Counts a request that is about to be stored. */
export async function countRequest(
  services: CountingServices,
  { clientId, accountId }: Counted,
): Promise<Taken> {
  const ofApp = await take(services, OF_APP, 'requests', accountId, clientId)
  if (!ofApp.allowed) return ofApp
  const ofAll = await take(services, OF_ALL, 'requests', accountId)
  if (!ofAll.allowed) await giveBack(services, 'requests', accountId, clientId)
  return ofAll
}

/** Takes the request back from the counters, because the person approved it. */
export async function uncountRequest(
  services: CountingServices,
  { clientId, accountId }: Counted,
): Promise<void> {
  await giveBack(services, 'requests', accountId, clientId)
  await giveBack(services, 'requests', accountId)
}

export async function mayMail(
  services: CountingServices,
  { clientId, accountId }: Counted,
): Promise<boolean> {
  const ofApp = await take(services, MAILS_OF_APP, 'mails', accountId, clientId)
  return ofApp.allowed && (await take(services, MAILS_OF_ALL, 'mails', accountId)).allowed
}

export function countUnknown(services: CountingServices, clientId: string): Promise<Taken> {
  return take(services, UNKNOWN, 'unknown', clientId)
}

function take({ db, clock, config }: CountingServices, rule: BucketRule, ...of: string[]): Promise<Taken> {
  return takeFromBucket(db, { ...rule, bucket: bucketOf(config, of), nowMs: clock() })
}

function giveBack({ db, config }: CountingServices, ...of: string[]): Promise<void> {
  return returnToBucket(db, bucketOf(config, of))
}

/** A digest: the name would otherwise show people. */
function bucketOf({ keys }: Services['config'], of: string[]): string {
  return keyedDigest(keys.index, JSON.stringify(['ciba', ...of]))
}
