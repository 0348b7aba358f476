/**
 * Guesses of a second factor: one count for an account, over all networks and browsers. A guess takes the right password, so
 * no stranger can use the owner's up.
 */
import type { Db } from '../platform/sql/database.ts'
import { DAY_MS, MINUTE_MS } from '../platform/clock.ts'
import { keyedDigest } from '../platform/tokens.ts'
import type { Config } from '../settings/config.ts'
import { resetBucket, takeFromBucket } from './bucket.ts'
import type { BucketRule, Take, Taken } from './bucket.ts'

/** Wrong codes, of the authenticator app and for recovery together. */
const GUESSES: BucketRule = { limit: 5, windowMs: 5 * MINUTE_MS }
/** Mails to the owner about too many of them. */
const NOTICES: BucketRule = { limit: 1, windowMs: DAY_MS }

type Counting = { db: Db; config: Pick<Config, 'keys'> }

/** The code may be compared only if it is allowed. Never inside a transaction. */
export async function takeCodeAttempt(
  { db, config }: Counting,
  accountId: string,
  nowMs: number,
): Promise<Taken> {
  return takeFromBucket(db, codeTake(config, accountId, nowMs))
}

export function codeTake(config: Counting['config'], accountId: string, nowMs: number): Take {
  return { ...GUESSES, bucket: bucketOf(config, 'guess', accountId), nowMs }
}

/** The right code was given, or an operator unlocked the account. */
export async function resetCodeAttempts({ db, config }: Counting, accountId: string): Promise<void> {
  await resetBucket(db, bucketOf(config, 'guess', accountId))
}

/** True once a day for each kind: the owner should hear of the guesses. */
export async function takeGuessNotice(
  { db, config }: Counting,
  { accountId, of = 'code' }: { accountId: string; of?: 'code' | 'password' },
  nowMs: number,
): Promise<boolean> {
  const what = of === 'code' ? 'notice' : 'password notice'
  const taken = await takeFromBucket(db, { ...NOTICES, bucket: bucketOf(config, what, accountId), nowMs })
  return taken.allowed
}

function bucketOf(
  { keys }: Counting['config'],
  what: 'guess' | 'notice' | 'password notice',
  accountId: string,
): string {
  return keyedDigest(keys.index, JSON.stringify(['second factor', what, accountId]))
}
