/**
 * Limits how often apps may ask a person for access (CIBA), so that repeated requests cannot wear a person down. An
 * approved request does not count. A refused or ignored one does.
 */
import { returnToBucket, takeFromBucket } from '../../attempts/bucket.ts'
import type { BucketRule, Taken } from '../../attempts/bucket.ts'
import { HOUR_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/sql/database.ts'
import { keyedDigest } from '../../platform/tokens.ts'

export type LimitNeeds = {
  db: Db
  clock: Clock
  /** Secret for the names of the counters, which would otherwise show people. */
  key: Buffer
}

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
export async function countRequest(needs: LimitNeeds, { clientId, accountId }: Counted): Promise<Taken> {
  const ofApp = await take(needs, OF_APP, 'requests', accountId, clientId)
  if (!ofApp.allowed) return ofApp
  const ofAll = await take(needs, OF_ALL, 'requests', accountId)
  if (!ofAll.allowed) await giveBack(needs, 'requests', accountId, clientId)
  return ofAll
}

/** Takes the request back from the counters, because the person approved it. */
export async function uncountRequest(needs: LimitNeeds, { clientId, accountId }: Counted): Promise<void> {
  await giveBack(needs, 'requests', accountId, clientId)
  await giveBack(needs, 'requests', accountId)
}

export async function mayMail(needs: LimitNeeds, { clientId, accountId }: Counted): Promise<boolean> {
  const ofApp = await take(needs, MAILS_OF_APP, 'mails', accountId, clientId)
  return ofApp.allowed && (await take(needs, MAILS_OF_ALL, 'mails', accountId)).allowed
}

export function countUnknown(needs: LimitNeeds, clientId: string): Promise<Taken> {
  return take(needs, UNKNOWN, 'unknown', clientId)
}

function take({ db, clock, key }: LimitNeeds, rule: BucketRule, ...of: string[]): Promise<Taken> {
  return takeFromBucket(db, { ...rule, bucket: bucketOf(key, of), nowMs: clock() })
}

function giveBack({ db, key }: LimitNeeds, ...of: string[]): Promise<void> {
  return returnToBucket(db, bucketOf(key, of))
}

const bucketOf = (key: Buffer, of: string[]) => keyedDigest(key, JSON.stringify(['ciba', ...of]))
