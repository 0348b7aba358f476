/**
 * Failed sign-ins, counted widely: of a network over all accounts, and of an account over all networks. Beyond a first limit
 * a browser that is not known has to prove something; a network has a second limit, which nothing passes.
 *
 * Accounts are counted in a fixed number of slots, which a secret key assigns. So addresses without an account are counted
 * alike, and made-up ones add no rows without end. Decision 0039 has the numbers.
 */
import { SECOND_MS } from '../platform/clock.ts'
import type { Db } from '../platform/sql/database.ts'
import { keyedDigest } from '../platform/tokens.ts'
import type { Config } from '../settings/config.ts'
import type { Take } from './bucket.ts'
import { networkTakes } from './network-limit.ts'

type Counting = { db: Db; config: Pick<Config, 'keys' | 'limits'> }

const ACCOUNT_SLOTS = 2 ** 20
const NO_LIMIT = 2 ** 31 - 1
const OF_NETWORK = ['sign-in', 'failures']

/** `solved`: a challenge was passed for this attempt. */
export function networkFailureTakes(
  config: Counting['config'],
  ip: string,
  solved: boolean,
  nowMs: number,
): Take[] {
  const { beforeChallenge, limit, windowMs } = config.limits.networkFailures
  return networkTakes(config, OF_NETWORK, ip, { limit: solved ? limit : beforeChallenge, windowMs }, nowMs)
}

/** `mailboxProven`: a code of a mail to the account was given for this attempt. */
export function accountFailureTake(
  { keys, limits }: Counting['config'],
  emailCanonical: string,
  mailboxProven: boolean,
  nowMs: number,
): Take {
  const { beforeChallenge, windowMs } = limits.accountFailures
  const key = keyedDigest(keys.index, JSON.stringify(['sign-in', 'account', emailCanonical]))
  const slot = Buffer.from(key, 'base64url').readUInt32BE() % ACCOUNT_SLOTS
  const limit = mailboxProven ? NO_LIMIT : beforeChallenge
  return { bucket: `account ${slot}`, limit, windowMs, nowMs }
}

/** `waitSeconds`: the network is over its second limit. */
export type NetworkState = { challenge: boolean; waitSeconds?: number }

/** How the network of an address is treated now. Counts nothing. */
export async function networkState(
  { db, config }: Counting,
  ip: string,
  nowMs: number,
): Promise<NetworkState> {
  const takes = networkFailureTakes(config, ip, true, nowMs)
  if (takes.length === 0) return { challenge: false }
  const buckets = takes.map(({ bucket }) => bucket)
  const rows: { bucket: string; failures: number; expiresAtMs: number }[] = await db('attempt_buckets')
    .whereIn('bucket', buckets)
    .where('expiresAtMs', '>', nowMs)
    .select('bucket', 'failures', 'expiresAtMs')
  const { beforeChallenge, limit } = config.limits.networkFailures
  const full = rows.filter((row) => row.failures >= limitOf(takes, row.bucket))
  if (full.length > 0) {
    const waitMs = Math.max(...full.map(({ expiresAtMs }) => expiresAtMs - nowMs))
    return { challenge: true, waitSeconds: Math.max(1, Math.ceil(waitMs / SECOND_MS)) }
  }
  const share = beforeChallenge / limit
  return { challenge: rows.some((row) => row.failures >= limitOf(takes, row.bucket) * share) }
}

function limitOf(takes: readonly Take[], bucket: string): number {
  return takes.find((take) => take.bucket === bucket)?.limit ?? NO_LIMIT
}
