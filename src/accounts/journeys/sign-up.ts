/**
 * Registration: the same answer, for the same work, whether the address is new, waiting for its activation, or taken.
 *
 * A person who registers an address need not own it. So the password and the name of a request travel with that request's mail
 * and become the account's only when the mail is used: what a stranger typed never outlives the owner's activation.
 */
import { inTransaction, isDuplicate } from '../../platform/sql/database.ts'
import type { Sql } from '../../platform/sql/database.ts'
import { createAccount, findAccountByEmail, isVerified } from '../account.ts'
import type { AcceptedTerms, Account, NewAccount } from '../account.ts'
import { findAccountByUsername } from '../username.ts'
import { mailAddressTaken } from '../life/address-mail.ts'
import { isHeld } from '../life/held-address.ts'
import { mailActivation, mailAlreadyRegistered } from '../account-mail.ts'
import { recordAudit } from '../../audit/audit.ts'
import { lookupEmail, parseEmail } from '../../platform/email.ts'
import type { EmailProblem } from '../../platform/email.ts'
import { randomToken } from '../../platform/tokens.ts'
import { ANSWER_STEP_MS, evenly } from '../../attempts/even-timing.ts'
import { browserDigestOf, findLiveToken, issueToken } from '../one-time-token.ts'
import type { OneTimeToken } from '../one-time-token.ts'
import { withdrawToken } from './own-token.ts'
import { passwordProblem } from '../../passwords/password-policy.ts'
import type { PasswordProblem } from '../../passwords/password-policy.ts'
import { profileSchema } from '../profile.ts'
import { takeMail, takeNetworkRequest } from '../../attempts/account-limits.ts'
import { termsAccepted } from '../terms.ts'
import { readProfile, writeProfile } from '../unproven-owner.ts'
import type { TypedProfile } from '../unproven-owner.ts'
import { holdRegistration, mayRegister } from '../registrations/registration-mode.ts'
import type { RegistrationPermit, RegistrationRefusal } from '../registrations/registration-mode.ts'
import type { Services } from '../../services.ts'
import type { Made, PasskeyProblem } from '../passkeys/registered-passkey.ts'
import { askerOf, chosenIn, columnsOf } from './kept-registration.ts'
import type { ChosenColumns, ChosenWay, KeptRegistration } from './kept-registration.ts'
import { passChallenge } from '../challenges/challenge-gate.ts'
import type { Proof } from '../challenges/counted-attempt.ts'

export type Registration = {
  email: string
  /** Unused where a passkey is made in its place. */
  password: string
  /** Checks what the authenticator made. It runs once everything else allows the registration. */
  passkey?: (() => Promise<Made>) | undefined
  name?: string | undefined
  username?: string | null | undefined
  locale?: string | null | undefined
  /** The secret in this browser's cookie: in the same browser the mailed link acts at once. */
  browser?: string | undefined
  /** Sealed: where this browser goes on to afterwards. */
  wayBack?: string | undefined
  ip: string
  proof?: Proof | undefined
  /** The token of an invitation. */
  invitation?: string | undefined
  /** The version of the terms that this person was shown, and accepted with the registration. */
  termsVersion?: string | undefined
}

/** What is stored of it: the password is a hash by then. */
type Typed = Omit<Registration, 'password' | 'passkey' | 'termsVersion'> & {
  invitationId?: string | undefined
  terms?: AcceptedTerms | undefined
}

export type RegistrationProblem =
  | { reason: 'email_invalid'; problem: EmailProblem }
  | { reason: 'profile_invalid'; field: string }
  | { reason: 'password_refused'; problem: PasswordProblem }
  | { reason: 'username_taken' }
  /** The mode of registration refuses it. */
  | { reason: 'not_allowed'; why: RegistrationRefusal }

/** `passkey`: why the one that was made cannot be used. */
type Refused = { ok: false; problems: RegistrationProblem[]; passkey?: PasskeyProblem }

/** Everything that is wrong with the form at once, in the order of its fields. */
export type Registered = { ok: true } | Refused

/** Throws `ChallengeRequired`, and `AppError` `too_many_requests` (429) and `hashing_busy` (503). */
export async function register(needs: Services, given: Registration): Promise<Registered> {
  const registered = await registerHere(needs, given)
  return registered.ok ? { ok: true } : registered
}

/** The same for a browser, which keeps what comes with it. */
export async function registerHere(
  needs: Services,
  given: Registration,
): Promise<{ ok: true; kept: KeptRegistration } | Refused> {
  const problems = problemsOf(needs, given)
  if (problems.length > 0) return { ok: false, problems }
  await passChallenge(needs, given)
  await takeNetworkRequest(needs, 'registration', given.ip, needs.clock())
  const permit = await mayRegister(needs, given)
  if (!permit.allowed) return { ok: false, problems: [{ reason: 'not_allowed', why: permit.reason }] }
  const made = await given.passkey?.()
  if (made && !made.ok) return { ok: false, problems: [], passkey: made.why }
  const terms = termsAccepted(needs, given.termsVersion)
  const typed = { ...given, invitationId: permit.invitationId, terms }
  return evenly(ANSWER_STEP_MS, async () => {
    // The answer follows from the name alone, for every address.
    if (given.username && (await findAccountByUsername(needs.db, given.username)))
      return { ok: false, problems: [{ reason: 'username_taken' }] }
    const mayMail = await takeMail(needs, lookupEmail(given.email), given.ip, needs.clock())
    const chosen = made
      ? { passwordHash: null, passkey: made.passkey }
      : { passwordHash: await needs.hasher.hash(given.password) }
    if (mayMail) await storeOrFollow(needs, typed, { chosen, permit })
    return { ok: true, kept: keptOf(needs, typed, chosen) }
  })
}

/** Where a registration comes from, and where it goes on to. */
type Asker = Pick<Registration, 'browser' | 'wayBack' | 'ip'>

/**
 * Registers once more with what the browser keeps: for another mail, or for an address that was mistyped. The link to the
 * mistyped address then ends. Throws `AppError` `too_many_requests` (429) and `hashing_busy` (503).
 */
export async function registerAgain(
  needs: Services,
  kept: KeptRegistration,
  given: Asker & { email: string },
): Promise<{ ok: true; kept: KeptRegistration } | Refused> {
  const parsed = parseEmail(given.email)
  if (!parsed.ok) return { ok: false, problems: [{ reason: 'email_invalid', problem: parsed.problem }] }
  const isOther = lookupEmail(given.email) !== lookupEmail(kept.email)
  await takeNetworkRequest(needs, isOther ? 'registration' : 'resend', given.ip, needs.clock())
  return evenly(ANSWER_STEP_MS, async () => {
    const chosen = chosenIn(kept)
    if (isOther && (await isPasswordOf(needs, kept, given.email)))
      return { ok: false, problems: [{ reason: 'password_refused', problem: 'personal' }] }
    const typed = { ...readProfile(kept.profile), ...given }
    const permit = await mayRegister(needs, typed)
    if (!permit.allowed) return { ok: false, problems: [{ reason: 'not_allowed', why: permit.reason }] }
    if (isOther) await withdraw(needs, kept, given.browser)
    if (await takeMail(needs, lookupEmail(given.email), given.ip, needs.clock()))
      await storeOrFollow(needs, typed, { chosen, permit })
    return { ok: true, kept: keptOf(needs, typed, chosen) }
  })
}

/** The password was checked against another address. Only its hash is at hand, so only the likely spellings are tried. */
async function isPasswordOf(
  { hasher }: Services,
  { passwordHash }: KeptRegistration,
  email: string,
): Promise<boolean> {
  if (passwordHash === null) return false
  const [local = ''] = email.split(/[+@]/, 1)
  for (const candidate of new Set([email, local]))
    if (await hasher.verify(passwordHash, candidate)) return true
  return false
}

async function withdraw(
  { db }: Services,
  kept: KeptRegistration,
  browser: string | undefined,
): Promise<void> {
  const account = await findAccountByEmail(db, kept.email)
  if (account)
    await withdrawToken(db, { accountId: account.id, purpose: 'activation' }, askerOf(kept, browser))
}

function keptOf({ clock }: Services, given: Typed, chosen: ChosenWay): KeptRegistration {
  const profile = writeProfile(typedProfileOf(given))
  return { mail: randomToken(), email: given.email, ...chosen, profile, atMs: clock() }
}

/** Mails a fresh link if the address waits for one; the answer never tells. Throws `too_many_requests` (429). */
export async function resendActivation(needs: Services, given: { email: string; ip: string }): Promise<void> {
  await takeNetworkRequest(needs, 'resend', given.ip, needs.clock())
  await evenly(ANSWER_STEP_MS, async () => {
    if (!(await takeMail(needs, lookupEmail(given.email), given.ip, needs.clock()))) return
    await inTransaction(needs.db, (trx) => resend(needs, trx, given))
  })
}

function problemsOf(needs: Services, given: Registration): RegistrationProblem[] {
  const problems: RegistrationProblem[] = []
  const profile = profileSchema.safeParse(given)
  const fields = new Set(profile.error?.issues.map(({ path }) => String(path[0] ?? 'name')))
  for (const field of fields) problems.push({ reason: 'profile_invalid', field })
  const email = parseEmail(given.email)
  if (!email.ok) problems.push({ reason: 'email_invalid', problem: email.problem })
  const problem = given.passkey ? undefined : passwordProblem(needs.config, given.password, given)
  if (problem) problems.push({ reason: 'password_refused', problem })
  return problems
}

type Granted = { chosen: ChosenWay; permit: RegistrationPermit }

async function storeOrFollow(needs: Services, given: Typed, granted: Granted) {
  const attempt = () => inTransaction(needs.db, (trx) => store(needs, trx, given, granted))
  try {
    await attempt()
  } catch (error) {
    if (!isDuplicate(error)) throw error
    // The same address registered in the same moment: by now it is there to be found.
    await attempt()
  }
}

async function store(needs: Services, trx: Sql, given: Typed, { chosen, permit }: Granted) {
  const existing = await findAccountByEmail(trx, given.email)
  if (!existing && (await isHeld(trx, lookupEmail(given.email), undefined, needs.clock())))
    return mailAddressTaken(needs, trx, given.email.trim())
  const account = existing ?? (await createAccount(trx, unprovenOf(given, chosen), needs.clock()))
  const action = existing ? 'account.registration_repeated' : 'account.registered'
  await recordAudit(trx, {
    atMs: needs.clock(),
    action,
    actor: 'anonymous',
    accountId: account.id,
    ip: given.ip,
  })
  if (account.disabledAtMs !== null) return
  if (isVerified(account)) await mailAlreadyRegistered(needs, trx, account)
  else {
    await holdRegistration(trx, account.id, permit, needs.clock())
    const browserDigest = browserDigestOf(given.browser)
    const profile = writeProfile(typedProfileOf(given))
    const wayBack = given.wayBack ?? null
    await sendActivation(needs, trx, account, { browserDigest, ...columnsOf(chosen), profile, wayBack })
  }
}

async function resend(needs: Services, trx: Sql, given: { email: string; ip: string }) {
  const account = await findAccountByEmail(trx, given.email)
  await recordAudit(trx, {
    atMs: needs.clock(),
    action: 'account.activation_requested',
    actor: 'anonymous',
    accountId: account?.id,
    ip: given.ip,
  })
  if (!account || isVerified(account) || account.disabledAtMs !== null) return
  // The same request once more stays bound to its first browser and password, even if another browser repeats it.
  const earlier = await findLiveToken(trx, account.id, 'activation', needs.clock())
  const { browserDigest = null, profile = null, wayBack = null } = earlier ?? {}
  const { passwordHash = null, passkey = null, credentialDigest = null } = earlier ?? {}
  const chosen = { passwordHash, passkey, credentialDigest }
  await sendActivation(needs, trx, account, { browserDigest, ...chosen, profile, wayBack })
}

async function sendActivation(
  needs: Services,
  trx: Sql,
  account: Account,
  given: ChosenColumns & Pick<OneTimeToken, 'browserDigest' | 'profile' | 'wayBack'>,
) {
  const request = {
    accountId: account.id,
    purpose: 'activation',
    emailCanonical: account.emailCanonical,
    ...given,
    lifetimeMs: needs.config.accounts.activationExpireMs,
  } as const
  const issued = await issueToken(trx, needs.config.keys.index, request, needs.clock())
  // To the person of this request, who may be another than the one who came first.
  await mailActivation(needs, trx, { ...account, ...readProfile(given.profile) }, issued)
}

/** The user name becomes the account's with its activation, so that nobody keeps names by registering addresses. */
function unprovenOf(given: Typed, { passwordHash }: ChosenWay): NewAccount {
  return { ...given, username: null, passwordHash, selfRegistered: true }
}

function typedProfileOf(given: Typed): TypedProfile {
  const { name = '', username = null, locale = null } = profileSchema.parse(given)
  const parsed = parseEmail(given.email)
  const email = parsed.ok ? parsed.email.typed : given.email
  const { invitationId, terms } = given
  const registered = { ...(invitationId !== undefined && { invitationId }), ...(terms && { terms }) }
  return { email, name, username, locale, ...registered }
}
