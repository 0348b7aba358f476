/**
 * Signing in with a password: the one path every page and API goes through. Unknown, disabled and password-less accounts
 * get the same answer, for the same cost, as a wrong password; what the answer was goes to the audit trail only.
 */
import { updateAccount } from '../../account-cache/changed-account.ts'
import { findAccountById } from '../account.ts'
import { needsSecondFactor } from '../second-factor-needed.ts'
import { findAccountByLogin, isUsername, lookupLogin } from '../username.ts'
import type { Account } from '../account.ts'
import { recordAudit } from '../../audit/audit.ts'
import type { SignInOrigin } from '../../audit/sign-in-origin.ts'
import { isOwnDevice, verifyDeviceCookie } from '../../attempts/known-browser.ts'
import type { Device } from '../../attempts/known-browser.ts'
import { evenly } from '../../attempts/even-timing.ts'
import type { Place } from '../../passwords/hashing.ts'
import { bucketsOf, resetAttempts, returnAttempt, takeAttempt } from '../../attempts/lockout.ts'
import type { Attempt } from '../../attempts/lockout.ts'
import type { Services } from '../../services.ts'

/** Counting an attempt takes a whole number of these, so that its time does not tell whether an account was found. */
const ATTEMPT_STEP_MS = 10

export type Credentials = {
  /** An e-mail address or a user name. */
  email: string
  password: string
  ip: string
  deviceCookie?: string | undefined
  from?: SignInOrigin | undefined
}

/** The right password, of an account that needs no more or is signed in already. */
export type PasswordConfirmed =
  | { ok: true; account: Account }
  | { ok: false; reason: 'wrong' }
  | { ok: false; reason: 'blocked'; retryAfterSeconds: number }

/** `second_factor`: the password is right and not enough. `finishSignIn` goes on with a `passwordProof` of the account. */
export type SignedIn = PasswordConfirmed | { ok: false; reason: 'second_factor'; account: Account }

/**
 * Checks the credentials; starts no session. Unverified accounts pass: what they may do is the caller's question.
 * What is known to be blocked, or finds no place to hash, is refused before any query. Throws `AppError('hashing_busy', 503)`.
 */
export async function signIn(needs: Services, given: Credentials): Promise<SignedIn> {
  const device = verifyDeviceCookie(needs.config.keys.device, given.deviceCookie, needs.clock())
  const blockedForSeconds = recallBlock(needs, given, device)
  if (blockedForSeconds !== undefined) return blocked(blockedForSeconds)
  const place = needs.hasher.reserve()
  try {
    return await attemptSignIn(needs, given, device, place)
  } finally {
    place.leave()
  }
}

/** Asks a signed-in person for the password again; counted and limited like a sign-in. Starts no session. */
export async function confirmPassword(
  needs: Services,
  accountId: string,
  given: Omit<Credentials, 'email'>,
): Promise<PasswordConfirmed> {
  const account = await findAccountById(needs.db, accountId)
  if (!account) return { ok: false, reason: 'wrong' }
  const from = { ...given.from, confirmation: true }
  const result = await signIn(needs, { ...given, email: account.emailCanonical, from })
  if (result.ok || result.reason !== 'second_factor') return result
  return { ok: true, account: result.account }
}

async function attemptSignIn(
  needs: Services,
  given: Credentials,
  device: Device | undefined,
  place: Place,
): Promise<SignedIn> {
  const { account, attempt, taken } = await evenly(ATTEMPT_STEP_MS, () => countAttempt(needs, given, device))
  if (!taken.allowed) return blocked(taken.retryAfterSeconds)
  const matches = await verifyOrReturn(needs, attempt, () =>
    needs.hasher.verify(account?.passwordHash, given.password, place),
  )
  if (!account || account.disabledAtMs !== null || !matches) {
    await audit(needs, 'sign_in.failed', account, given)
    return { ok: false, reason: 'wrong' }
  }
  await resetAttempts(needs, attempt)
  const isEnough = !(await needsSecondFactor(needs.db, account.id))
  await audit(needs, isEnough ? 'sign_in.succeeded' : 'sign_in.password_accepted', account, given)
  const upgraded = await upgradeHash(needs, account, given.password, place)
  return isEnough
    ? { ok: true, account: upgraded }
    : { ok: false, reason: 'second_factor', account: upgraded }
}

async function countAttempt(needs: Services, given: Credentials, cookie: Device | undefined) {
  const account = await findAccountByLogin(needs.db, given.email)
  const device = cookie && account && isOwnDevice(cookie, account) ? cookie : undefined
  const attempt = attemptOn(given, account, device)
  const taken = await takeAttempt(needs, attempt, needs.clock())
  if (!taken.allowed)
    for (const bucket of [taken.bucket, ...namedSlots(needs, given)])
      needs.blocked.note(bucket, taken.retryAfterSeconds, needs.clock())
  return { account, attempt, taken }
}

/** Seconds that an attempt has to wait, where this process knows so: for a known browser, also of its own count. */
function recallBlock(
  { blocked: known, config, clock }: Services,
  given: Credentials,
  device: Device | undefined,
): number | undefined {
  const { own, slots } = bucketsOf(config.keys.index, { ...attemptFrom(given), device })
  const named = namedSlots({ config }, given)
  const waits = [...slots, ...named].flatMap((slot) => known.recall(slot, clock()) ?? [])
  if (waits.length === 0 || own === undefined) return waits.length > 0 ? Math.max(...waits) : undefined
  const ownWait = known.recall(own, clock())
  return ownWait === undefined ? undefined : Math.max(ownWait, ...waits)
}

function blocked(retryAfterSeconds: number): PasswordConfirmed {
  return { ok: false, reason: 'blocked', retryAfterSeconds }
}

async function verifyOrReturn(
  needs: Services,
  attempt: Attempt,
  verify: () => Promise<boolean>,
): Promise<boolean> {
  try {
    return await verify()
  } catch (error) {
    await returnAttempt(needs, attempt)
    throw error
  }
}

function attemptFrom({ email, ip }: Credentials): Attempt {
  return { emailCanonical: lookupLogin(email), ip }
}

/** A user name is counted as the address of its account, so that it gives nobody a second budget. */
function attemptOn(given: Credentials, account: Account | undefined, device: Device | undefined): Attempt {
  const { emailCanonical = lookupLogin(given.email) } = account ?? {}
  return { emailCanonical, ip: given.ip, accountId: account?.id, device }
}

/** What a blocked user name is remembered by: no query may be needed to refuse it, whether it has an account or not. */
function namedSlots({ config }: Pick<Services, 'config'>, given: Credentials): string[] {
  if (!isUsername(given.email)) return []
  return bucketsOf(config.keys.index, attemptFrom(given)).slots.map((slot) => `name ${slot}`)
}

async function audit(
  needs: Services,
  action: 'sign_in.succeeded' | 'sign_in.password_accepted' | 'sign_in.failed',
  account: Account | undefined,
  { ip, from }: Credentials,
): Promise<void> {
  const actor = action !== 'sign_in.failed' && account ? account.id : 'anonymous'
  await recordAudit(needs.db, {
    atMs: needs.clock(),
    action,
    actor,
    accountId: account?.id,
    ip,
    detail: { ...from },
  })
}

/** Only now is the password at hand: a hash with outdated parameters is replaced, unless it changed meanwhile. */
async function upgradeHash(
  needs: Services,
  account: Account,
  password: string,
  place: Place,
): Promise<Account> {
  const stored = account.passwordHash
  if (stored === null || !needs.hasher.needsRehash(stored, password)) return account
  const passwordHash = await needs.hasher.hash(password, place)
  await updateAccount(needs.db, { id: account.id, passwordHash: stored }, { passwordHash })
  return { ...account, passwordHash }
}
