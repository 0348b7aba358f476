/**
 * Sign-in attempts are taken before the password is looked at: however many guesses arrive at once, at most the limit is
 * evaluated. Attempts are counted per address and network, unknown addresses alike; a browser that has signed in before
 * has a count of its own.
 */
import type { Db } from '../platform/database.ts'
import { DAY_MS } from '../platform/clock.ts'
import { keyedDigest } from '../platform/tokens.ts'
import { resetBucket, returnToBucket, takeFromBucket } from './bucket.ts'
import type { Taken } from './bucket.ts'
import type { Device } from './device-cookie.ts'
import { networkOf } from './network.ts'

export type LockoutSettings = {
  /** Consecutive failures before the block. */
  loginMaxFailures: number
  loginBlockMs: number
}

/** Who is trying. `device` only if the cookie names the account that the address belongs to. */
export type Attempt = { emailCanonical: string; ip: string; device?: Device | undefined }

type Needs = { db: Db; key: Buffer; settings: LockoutSettings }

/** Failures further apart than this are not consecutive any more. */
const MEMORY_MS = DAY_MS

/** Takes one attempt. The password may be evaluated only if it is allowed. Never inside a transaction. */
export async function takeAttempt(needs: Needs, attempt: Attempt, nowMs: number): Promise<Taken> {
  return takeFromBucket(needs.db, {
    bucket: attemptBucket(needs.key, attempt),
    limit: needs.settings.loginMaxFailures,
    windowMs: MEMORY_MS,
    blockMs: needs.settings.loginBlockMs,
    nowMs,
  })
}

/** The right password was given. Nothing else resets the count. */
export async function resetAttempts(needs: Needs, attempt: Attempt): Promise<void> {
  await resetBucket(needs.db, attemptBucket(needs.key, attempt))
}

/** The attempt was taken, but the password never evaluated (the server was too busy). */
export async function returnAttempt(needs: Needs, attempt: Attempt): Promise<void> {
  await returnToBucket(needs.db, attemptBucket(needs.key, attempt))
}

function attemptBucket(key: Buffer, { emailCanonical, ip, device }: Attempt): string {
  const who = device
    ? ['device', device.accountId, device.deviceId]
    : ['network', emailCanonical, networkOf(ip)]
  return keyedDigest(key, JSON.stringify(['sign-in', ...who]))
}
