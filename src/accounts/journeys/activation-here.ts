/**
 * Activation in the browser that registered, where the password was typed a moment ago. The code from the mail proves the
 * rest, so it also signs in. The page that waits there goes on as well once the link was used on another device.
 *
 * Every address gets the same answers: one that has an account already has no code, so each code is a wrong one.
 */
import { recordAudit } from '../../audit/audit.ts'
import type { SignInOrigin } from '../../audit/sign-in-origin.ts'
import { takeFromBucket } from '../../attempts/bucket.ts'
import { ANSWER_STEP_MS, evenly } from '../../attempts/even-timing.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../platform/clock.ts'
import { digest, keyedDigest } from '../../platform/tokens.ts'
import { passkeyAmr } from '../passkeys/passkey.ts'
import type { NewPasskey } from '../passkeys/passkey.ts'
import { isWaiting } from '../registrations/approvals.ts'
import type { Services } from '../../services.ts'
import { findAccountByEmail, findAccountById, isVerified } from '../account.ts'
import type { Account } from '../account.ts'
import { findToken, isCodeOf, MAX_CODE_ATTEMPTS, proveToken } from '../one-time-token.ts'
import { findOwnToken, takeSignIn } from './own-token.ts'
import { needsSecondFactor } from '../second-factor-needed.ts'
import { readProfile } from '../unproven-owner.ts'
import { finishActivation } from './activation.ts'
import { askerOf, chosenIn, chosenWith, isStillTheirs } from './kept-registration.ts'
import type { KeptRegistration } from './kept-registration.ts'

/** How long the page that waits may sign in by itself: from the registration, and from the use of the link elsewhere. */
const WAITS_MS = HOUR_MS
/** The same code again, of a form that was sent twice. */
const REPEAT_MS = MINUTE_MS

/** The registration of this browser. */
export type Here = {
  kept: KeptRegistration
  browser: string | undefined
  ip: string
  from?: SignInOrigin | undefined
}

/** `account`: to be signed in now; `amr`: by these methods, where it was not the password. Without it, the address is confirmed, but signing in takes more than a password, or an operator who approves the account (`waits`). */
export type Entered = { ok: true; account?: Account | undefined; amr?: string[] | undefined; waits?: boolean }
export type ActivatedHere = Entered | { ok: false; reason: 'wrong_code' | 'exhausted' }

/** By the code. Starts no session. Never inside a transaction: guesses are counted. */
export async function activateHere(needs: Services, given: Here & { code: string }): Promise<ActivatedHere> {
  return evenly(ANSWER_STEP_MS, async () => {
    if (!(await takeGuess(needs, given.kept))) return { ok: false, reason: 'exhausted' }
    const account = await findAccountByEmail(needs.db, given.kept.email)
    const isRight =
      account && ((await confirm(needs, account, given)) || (await isRepeated(needs, account, given)))
    return isRight ? enter(needs, account.id, given.kept.passkey, given) : { ok: false, reason: 'wrong_code' }
  })
}

/** After `activate` by the link, which signs in the browser that registered. */
export async function enterByLink(
  needs: Services,
  { accountId, passkey }: { accountId: string; passkey?: NewPasskey | undefined },
  given: Pick<Here, 'ip' | 'from'>,
): Promise<Entered> {
  return enter(needs, accountId, passkey, given)
}

/** True once the address was confirmed by the mail of this browser, with the password that was typed here. Changes nothing. */
export async function isConfirmed(needs: Services, given: Pick<Here, 'kept' | 'browser'>): Promise<boolean> {
  return evenly(ANSWER_STEP_MS, async () => (await findConfirmed(needs, given)) !== undefined)
}

/**
 * Signs in the browser that waits, once, after the link was used on another device with the password that was typed here.
 * Nothing when it was signed in before, waited too long, or has to give more than a password.
 */
export async function enterConfirmed(needs: Services, given: Here): Promise<Entered | undefined> {
  const nowMs = needs.clock()
  const confirmed = await findConfirmed(needs, given)
  if (!confirmed || given.kept.atMs <= nowMs - WAITS_MS) return undefined
  const { account, digest: mail } = confirmed
  const { passkey } = given.kept
  if (!(await mayEnter(needs, account, passkey))) return undefined
  const sinceMs = Math.max(nowMs - WAITS_MS, account.sessionsValidFromMs)
  if (!(await takeSignIn(needs.db, mail, sinceMs, nowMs))) return undefined
  const entered = await enter(needs, account.id, passkey, given)
  return entered.account && entered
}

/**
 * Whether the page that waits in the browser that registered goes on by itself, after the link was used in another one. It
 * does not where another password was chosen there, after an hour, and where signing in takes more than was typed.
 */
export async function goesOnElsewhere(needs: Services, token: string): Promise<boolean> {
  const row = await findToken(needs.db, { digest: digest(token), purpose: 'activation' })
  const chosen = row && chosenWith(row)
  const account = row && (await findAccountById(needs.db, row.accountId))
  if (!chosen || !account || row.browserDigest === null) return false
  const sinceMs = needs.clock() - WAITS_MS
  if (row.createdAtMs <= sinceMs || (row.usedAtMs ?? 0) <= sinceMs) return false
  return (await isStillTheirs(needs.db, account, chosen)) && mayEnter(needs, account, chosen.passkey)
}

async function takeGuess({ db, config, clock }: Services, { mail }: KeptRegistration): Promise<boolean> {
  const bucket = keyedDigest(config.keys.index, JSON.stringify(['activation code', mail]))
  const rule = { limit: MAX_CODE_ATTEMPTS, windowMs: 2 * DAY_MS }
  return (await takeFromBucket(db, { ...rule, bucket, nowMs: clock() })).allowed
}

/** What was typed in this browser becomes the account's, also where another one asked for the mail. */
async function confirm(
  needs: Services,
  account: Account,
  { kept, code, ip }: Here & { code: string },
): Promise<boolean> {
  const key = { accountId: account.id, purpose: 'activation' } as const
  const proof = await proveToken(needs.db, needs.config.keys.index, key, { code }, needs.clock())
  if (!proof.ok) return false
  const proven = { ...chosenIn(kept), profile: readProfile(kept.profile) }
  return (await finishActivation(needs, proof.row, proven, { ip, signsIn: true })).ok
}

async function isRepeated(
  needs: Services,
  account: Account,
  given: Here & { code: string },
): Promise<boolean> {
  if (!(await isStillTheirs(needs.db, account, given.kept))) return false
  const key = { accountId: account.id, purpose: 'activation' } as const
  const row = await findOwnToken(needs.db, key, askerOf(given.kept, given.browser))
  if (!row || (row.usedAtMs ?? 0) <= needs.clock() - REPEAT_MS) return false
  return isCodeOf(needs.config.keys.index, row, given.code)
}

async function findConfirmed(
  { db }: Services,
  { kept, browser }: Pick<Here, 'kept' | 'browser'>,
): Promise<{ account: Account; digest: string } | undefined> {
  const account = await findAccountByEmail(db, kept.email)
  const key = { accountId: account?.id ?? '', purpose: 'activation' } as const
  const row = await findOwnToken(db, key, askerOf(kept, browser))
  if (!account || !isVerified(account) || !row || row.usedAtMs === null) return undefined
  // Where the owner chose another password, the page of a stranger learns nothing.
  if (!(await isStillTheirs(db, account, kept))) return undefined
  return { account, digest: row.digest }
}

async function enter(
  needs: Services,
  accountId: string,
  passkey: NewPasskey | undefined,
  { ip, from }: Pick<Here, 'ip' | 'from'>,
): Promise<Entered> {
  // As it is now: the activation changed it.
  const account = await findAccountById(needs.db, accountId)
  if (!account || !(await mayEnter(needs, account, passkey)))
    return { ok: true, waits: await isWaiting(needs.db, accountId) }
  const how = passkey && { factor: 'passkey', passwordless: true }
  const audited = { atMs: needs.clock(), actor: accountId, accountId, ip, detail: { ...from, ...how } }
  await recordAudit(needs.db, { ...audited, action: 'sign_in.succeeded' })
  return { ok: true, account, amr: passkey && passkeyAmr(passkey) }
}

/** The passkey that registered is a second factor in itself: its authenticator verified the person. */
async function mayEnter(
  { db }: Services,
  account: Account,
  passkey: NewPasskey | undefined,
): Promise<boolean> {
  if (account.disabledAtMs !== null) return false
  return passkey !== undefined || !(await needsSecondFactor(db, account.id))
}
