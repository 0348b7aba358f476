/**
 * Signing in with a password: the one path every page and API goes through. Unknown, disabled and password-less accounts
 * get the same answer, for the same cost, as a wrong password; what the answer was goes to the audit trail only.
 */
import { updateAccount } from '../../account-cache/changed-account.ts'
import { findAccountById } from '../account.ts'
import { needsSecondFactor } from '../second-factor-needed.ts'
import type { Account } from '../account.ts'
import { recordAudit } from '../../audit/audit.ts'
import type { SignInOrigin } from '../../audit/sign-in-origin.ts'
import { verifyDeviceCookie } from '../../attempts/known-browser.ts'
import type { Device } from '../../attempts/known-browser.ts'
import { evenly } from '../../attempts/even-timing.ts'
import type { Place } from '../../passwords/hashing.ts'
import { resetAttempts, returnAttempt } from '../../attempts/lockout.ts'
import type { Attempt } from '../../attempts/lockout.ts'
import { isWaiting } from '../registrations/approvals.ts'
import type { Services } from '../../services.ts'
import { countAttempt, recallRefusal } from '../challenges/counted-attempt.ts'
import type { NotTaken, Proof, Typed } from '../challenges/counted-attempt.ts'

/** Counting an attempt takes a whole number of these, so that its time does not tell whether an account was found. */
const ATTEMPT_STEP_MS = 10

export type Credentials = {
  /** An e-mail address or a user name. */
  email: string
  password: string
  ip: string
  deviceCookie?: string | undefined
  from?: SignInOrigin | undefined
  proof?: Proof | undefined
}

/** The right password, of an account that needs no more or is signed in already. */
export type PasswordConfirmed =
  | { ok: true; account: Account }
  /** `isDisabled`: the password was right. Only then may anybody know that the account is disabled. */
  | { ok: false; reason: 'wrong'; isDisabled?: boolean }
  | { ok: false; reason: 'blocked'; retryAfterSeconds: number }

/** `second_factor`: the password is right and not enough. `finishSignIn` goes on with a `passwordProof` of the account. */
export type SignedIn =
  | PasswordConfirmed
  | { ok: false; reason: 'second_factor'; account: Account }
  /** The network has to solve challenges; or the account is under attack, and the mailbox has to be proven. */
  | { ok: false; reason: 'challenge' | 'mail_code' }
  /** The right password of an account that waits for an approval. */
  | { ok: false; reason: 'waits' }

/**
 * Checks the credentials; starts no session. Unverified accounts pass: what they may do is the caller's question.
 * What is known to be blocked, or finds no place to hash, is refused before any query. Throws `AppError('hashing_busy', 503)`.
 */
export async function signIn(needs: Services, given: Credentials): Promise<SignedIn> {
  return checkPassword(needs, { ...given, confirms: false })
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
  const email = account.emailCanonical
  const result = await checkPassword(needs, { ...given, email, from, confirms: true })
  if (result.ok || result.reason === 'wrong' || result.reason === 'blocked') return result
  return result.reason === 'second_factor'
    ? { ok: true, account: result.account }
    : { ok: false, reason: 'wrong' }
}

type TypedPassword = Credentials & Typed

async function checkPassword(needs: Services, given: TypedPassword): Promise<SignedIn> {
  const device = verifyDeviceCookie(needs.config.keys.device, given.deviceCookie, needs.clock())
  const refused = recallRefusal(needs, given, device)
  if (refused) return notTaken(refused)
  const place = needs.hasher.reserve()
  try {
    return await attemptSignIn(needs, given, device, place)
  } finally {
    place.leave()
  }
}

async function attemptSignIn(
  needs: Services,
  given: TypedPassword,
  device: Device | undefined,
  place: Place,
): Promise<SignedIn> {
  const counted = await evenly(ATTEMPT_STEP_MS, () => countAttempt(needs, given, device))
  const { account, attempt, refused } = counted
  if (refused) return notTaken(refused)
  const matches = await verifyOrReturn(needs, attempt, () =>
    needs.hasher.verify(account?.passwordHash, given.password, place),
  )
  if (!account || account.disabledAtMs !== null || !matches) {
    await audit(needs, 'sign_in.failed', account, given)
    if (account && matches && (await isWaiting(needs.db, account.id))) return { ok: false, reason: 'waits' }
    return { ok: false, reason: 'wrong', ...(matches && account && { isDisabled: true }) }
  }
  await resetAttempts(needs, attempt)
  const isEnough = !(await needsSecondFactor(needs.db, account.id))
  await audit(needs, isEnough ? 'sign_in.succeeded' : 'sign_in.password_accepted', account, given)
  const upgraded = await upgradeHash(needs, account, given.password, place)
  return isEnough
    ? { ok: true, account: upgraded }
    : { ok: false, reason: 'second_factor', account: upgraded }
}

function notTaken(refused: NotTaken): SignedIn {
  return { ok: false, ...refused }
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
