/**
 * Sign-in attempts are taken before the password is looked at: however many guesses arrive at once, at most the limit is
 * evaluated. Attempts are counted per address and network, unknown addresses alike; a browser that has signed in before
 * has a count of its own.
 *
 * The counts of addresses live in a fixed number of slots, so that made-up addresses add no rows without end. Which
 * addresses share a slot depends on a secret key. Every address is subject to its slot, whether it has an account or not,
 * so a full slot says nothing. Decision 0005 has the numbers.
 */
import type { Db } from '../platform/sql/database.ts'
import { DAY_MS, MINUTE_MS } from '../platform/clock.ts'
import { keyedDigest } from '../platform/tokens.ts'
import type { Config } from '../settings/config.ts'
import { emptyBucket, resetBucket, returnToBucket, takeFromBucket, takeFromBuckets } from './bucket.ts'
import type { Take, TakenAll } from './bucket.ts'
import type { Device } from './known-browser.ts'
import { networksOf } from './network.ts'
import { accountFailureTake, networkFailureTakes, networkState } from './wide-failures.ts'

export type Attempt = {
  emailCanonical: string
  ip: string
  /** The account of the address, if it has one. */
  accountId?: string | undefined
  /** Only if the cookie is that account's. */
  device?: Device | undefined
  /** What was proven for this attempt, beside the password. */
  proven?: Proven
  /** A signed-in person gives the password again: no wide limit counts that. */
  confirms?: boolean
}

export type Proven = { challenge: boolean; mailbox: boolean }

/** `missing`: what would let the attempt pass, where something would. */
export type AttemptTaken =
  | Extract<TakenAll, { allowed: true }>
  | (Extract<TakenAll, { allowed: false }> & { missing?: 'challenge' | 'mail_code' })

type Counting = { db: Db; config: Pick<Config, 'keys' | 'accounts' | 'limits'> }

/** Failures further apart than this are not consecutive any more. */
const MEMORY_MS = DAY_MS

/** A network's attempts are counted in one group of slots: what it floods is its own group, one of these many. */
const GROUPS = 2048
/** Slots of a group. */
const SLOTS = 256

/** Takes one attempt. The password may be evaluated only if it is allowed. Never inside a transaction. */
export async function takeAttempt(
  counting: Counting,
  attempt: Attempt,
  nowMs: number,
): Promise<AttemptTaken> {
  if (attempt.device)
    return takeFromBuckets(counting.db, [deviceTake(counting.config, attempt.device, nowMs)])
  const slots = slotTakes(counting.config, attempt, nowMs)
  const { networks, accounts } = wideTakes(counting.config, attempt, nowMs)
  const taken = await takeFromBuckets(counting.db, [...slots, ...networks, ...accounts])
  if (!taken.allowed) return withMissing(counting, attempt, taken, { networks, accounts }, nowMs)
  for (const [level, bucket] of shares(counting.config.keys.index, attempt).entries())
    await addToShare(counting.db, bucket, taken.began[level] === true, nowMs)
  return taken
}

/** The right password was given: takes back what this account's failures added. Nothing else resets the count. */
export async function resetAttempts(counting: Counting, attempt: Attempt): Promise<void> {
  if (attempt.device)
    return resetBucket(counting.db, deviceBucket(counting.config.keys.index, attempt.device))
  const slots = slotsOf(counting.config.keys.index, attempt)
  for (const [level, share] of shares(counting.config.keys.index, attempt).entries()) {
    const failures = await emptyBucket(counting.db, share)
    if (failures > 0) await returnToBucket(counting.db, slots[level] ?? '', failures)
  }
  for (const { bucket } of allWide(counting.config, attempt)) await returnToBucket(counting.db, bucket)
}

/** The attempt was taken, but the password never evaluated. */
export async function returnAttempt(counting: Counting, attempt: Attempt): Promise<void> {
  const { db, config } = counting
  const { index: key } = config.keys
  const taken = attempt.device
    ? [deviceBucket(key, attempt.device)]
    : [
        ...slotsOf(key, attempt),
        ...shares(key, attempt),
        ...allWide(config, attempt).map(({ bucket }) => bucket),
      ]
  for (const bucket of taken) await returnToBucket(db, bucket)
}

type Wide = { networks: Take[]; accounts: Take[] }

/** The limits over all accounts of a network, and over all networks of an account. */
export function wideTakes(config: Counting['config'], attempt: Attempt, nowMs: number): Wide {
  if (attempt.confirms === true) return { networks: [], accounts: [] }
  const { challenge, mailbox } = attempt.proven ?? { challenge: false, mailbox: false }
  return {
    networks: networkFailureTakes(config, attempt.ip, challenge, nowMs),
    accounts: [accountFailureTake(config, attempt.emailCanonical, mailbox, nowMs)],
  }
}

function allWide(config: Counting['config'], attempt: Attempt): Take[] {
  const { networks, accounts } = wideTakes(config, attempt, 0)
  return [...networks, ...accounts]
}

type Refusal = Extract<TakenAll, { allowed: false }>

async function withMissing(
  counting: Counting,
  attempt: Attempt,
  refused: Refusal,
  { networks, accounts }: Wide,
  nowMs: number,
): Promise<AttemptTaken> {
  const isOf = (takes: readonly Take[]) => takes.some(({ bucket }) => bucket === refused.bucket)
  if (isOf(accounts)) return { ...refused, missing: 'mail_code' }
  if (!isOf(networks) || attempt.proven?.challenge === true) return refused
  const { waitSeconds } = await networkState(counting, attempt.ip, nowMs)
  if (waitSeconds !== undefined) return { ...refused, retryAfterSeconds: waitSeconds }
  return { ...refused, missing: 'challenge' }
}

/** Where an attempt is counted: a known browser's in its own bucket, any other's in all its slots. */
export function bucketsOf(key: Buffer, { device, ...attempt }: Attempt): { own?: string; slots: string[] } {
  return { ...(device && { own: deviceBucket(key, device) }), slots: slotsOf(key, attempt) }
}

/** The counts of an address, without those of a known browser and the wide ones. */
export function slotTakes(config: Counting['config'], attempt: Attempt, nowMs: number): Take[] {
  return slotsOf(config.keys.index, attempt).map((bucket, level) => slotTake(config, bucket, level, nowMs))
}

function deviceTake({ keys, accounts }: Counting['config'], device: Device, nowMs: number): Take {
  const { loginMaxFailures: limit, loginBlockMs: blockMs } = accounts
  return { bucket: deviceBucket(keys.index, device), limit, windowMs: MEMORY_MS, blockMs, nowMs }
}

function slotTake(
  { accounts, limits }: Counting['config'],
  bucket: string,
  level: number,
  nowMs: number,
): Take {
  const { loginMaxFailures, loginBlockMs: blockMs } = accounts
  const limit = level === 0 ? loginMaxFailures : loginMaxFailures * limits.ipv6SiteFactor
  return { bucket, limit, windowMs: MEMORY_MS, blockMs, nowMs }
}

const NO_LIMIT = 2 ** 31 - 1

/**
 * How much of a slot's count is this account's; it begins anew when the slot does. Of parallel attempts one begins the
 * slot, and another may be the first of the share: a share as new as the slot counts for it already.
 */
async function addToShare(db: Db, bucket: string, began: boolean, nowMs: number): Promise<void> {
  if (began) await resetBucket(db, bucket, nowMs + MEMORY_MS - MINUTE_MS)
  await takeFromBucket(db, { bucket, limit: NO_LIMIT, windowMs: MEMORY_MS, nowMs })
}

function deviceBucket(key: Buffer, { accountId, deviceId }: Device): string {
  return keyedDigest(key, JSON.stringify(['sign-in', 'device', accountId, deviceId]))
}

/** The slot of an address for its network and, with IPv6, for the site around that. All are of the site's group. */
function slotsOf(key: Buffer, { emailCanonical, ip }: Attempt): string[] {
  const networks = networksOf(ip)
  const group = numberBelow(GROUPS, key, ['sign-in', 'group', networks.at(-1) ?? ''])
  return networks.map((network, level) => {
    const slot = numberBelow(SLOTS, key, ['sign-in', 'network', emailCanonical, network])
    return `sign-in ${level} ${group} ${slot}`
  })
}

/** How much of each slot is this account's, in the order of the slots. */
export function shares(key: Buffer, { accountId, ip }: Attempt): string[] {
  if (accountId === undefined) return []
  return networksOf(ip).map((network) =>
    keyedDigest(key, JSON.stringify(['sign-in', 'share', accountId, network])),
  )
}

function numberBelow(limit: number, key: Buffer, of: readonly string[]): number {
  return Buffer.from(keyedDigest(key, JSON.stringify(of)), 'base64url').readUInt32BE() % limit
}
