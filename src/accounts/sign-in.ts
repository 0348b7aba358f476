/**
 * Signing in with a password: the one path every page and API goes through. Unknown, disabled and password-less accounts
 * get the same answer, for the same cost, as a wrong password; what the answer was goes to the audit trail only.
 */
import { AppError } from '../errors.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { findAccountByEmail, findAccountById } from './account.ts'
import type { Account } from './account.ts'
import { recordAudit } from './audit.ts'
import { verifyDeviceCookie } from './device-cookie.ts'
import { lookupEmail } from './email.ts'
import type { Hasher } from './hashing.ts'
import { resetAttempts, returnAttempt, takeAttempt } from './lockout.ts'
import type { Attempt, LockoutSettings } from './lockout.ts'

export type SignInNeeds = {
  db: Db
  clock: Clock
  hasher: Hasher
  lockout: LockoutSettings
  keys: { index: Buffer; device: Buffer }
}

export type Credentials = {
  email: string
  password: string
  ip: string
  deviceCookie?: string | undefined
}

export type SignedIn =
  | { ok: true; account: Account }
  | { ok: false; reason: 'wrong' }
  | { ok: false; reason: 'blocked'; retryAfterSeconds: number }

/**
 * Checks the credentials; starts no session. Unverified accounts pass: what they may do is the caller's question.
 * Throws `AppError('hashing_busy', 503)`.
 */
export async function signIn(needs: SignInNeeds, given: Credentials): Promise<SignedIn> {
  const account = await findAccountByEmail(needs.db, given.email)
  const limits = { db: needs.db, key: needs.keys.index, settings: needs.lockout }
  const attempt = attemptOf(needs, account, given)
  const taken = await takeAttempt(limits, attempt, needs.clock())
  if (!taken.allowed) return { ok: false, reason: 'blocked', retryAfterSeconds: taken.retryAfterSeconds }
  const matches = await verifyOrReturn(needs, account, given.password, () => returnAttempt(limits, attempt))
  if (!account || account.disabledAtMs !== null || !matches) {
    await audit(needs, 'sign_in.failed', account, given.ip)
    return { ok: false, reason: 'wrong' }
  }
  await resetAttempts(limits, attempt)
  await audit(needs, 'sign_in.succeeded', account, given.ip)
  return { ok: true, account: await upgradeHash(needs, account, given.password) }
}

/** Asks a signed-in person for the password again; counted and limited like a sign-in. Starts no session. */
export async function confirmPassword(
  needs: SignInNeeds,
  accountId: string,
  given: Omit<Credentials, 'email'>,
): Promise<SignedIn> {
  const account = await findAccountById(needs.db, accountId)
  if (!account) return { ok: false, reason: 'wrong' }
  return signIn(needs, { ...given, email: account.emailCanonical })
}

async function verifyOrReturn(
  needs: SignInNeeds,
  account: Account | undefined,
  password: string,
  giveBack: () => Promise<void>,
): Promise<boolean> {
  try {
    return await needs.hasher.verify(account?.passwordHash, password)
  } catch (error) {
    await giveBack()
    throw error
  }
}

function attemptOf(needs: SignInNeeds, account: Account | undefined, given: Credentials): Attempt {
  const device = verifyDeviceCookie(needs.keys.device, given.deviceCookie, needs.clock())
  return {
    emailCanonical: lookupEmail(given.email),
    ip: given.ip,
    device: device && device.accountId === account?.id ? device : undefined,
  }
}

async function audit(
  needs: SignInNeeds,
  action: string,
  account: Account | undefined,
  ip: string,
): Promise<void> {
  const actor = action === 'sign_in.succeeded' && account ? account.id : 'anonymous'
  await recordAudit(needs.db, { atMs: needs.clock(), action, actor, accountId: account?.id, ip })
}

/** Only now is the password at hand: a hash with outdated parameters is replaced, unless it changed meanwhile. */
async function upgradeHash(needs: SignInNeeds, account: Account, password: string): Promise<Account> {
  const stored = account.passwordHash
  if (stored === null || !needs.hasher.needsRehash(stored)) return account
  try {
    const passwordHash = await needs.hasher.hash(password)
    await needs.db('accounts').where({ id: account.id, passwordHash: stored }).update({ passwordHash })
    return { ...account, passwordHash }
  } catch (error) {
    // The next sign-in upgrades it.
    if (error instanceof AppError && error.code === 'hashing_busy') return account
    throw error
  }
}
