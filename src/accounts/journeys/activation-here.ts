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
import { keyedDigest } from '../../platform/tokens.ts'
import { isWaiting } from '../registrations/approvals.ts'
import type { Services } from '../../services.ts'
import { findAccountByEmail, findAccountById, isVerified } from '../account.ts'
import type { Account } from '../account.ts'
import { findOwnToken, isCodeOf, MAX_CODE_ATTEMPTS, proveToken, takeSignIn } from '../one-time-token.ts'
import { needsSecondFactor } from '../second-factor-needed.ts'
import { readProfile } from '../unproven-owner.ts'
import { finishActivation } from './activation.ts'
import type { KeptRegistration } from './sign-up.ts'

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

/** `account`: to be signed in now. Without it, the address is confirmed, but signing in takes more than a password, or an operator who approves the account (`waits`). */
export type Entered = { ok: true; account?: Account | undefined; waits?: boolean }
export type ActivatedHere = Entered | { ok: false; reason: 'wrong_code' | 'exhausted' }

/** By the code. Starts no session. Never inside a transaction: guesses are counted. */
export async function activateHere(needs: Services, given: Here & { code: string }): Promise<ActivatedHere> {
  return evenly(ANSWER_STEP_MS, async () => {
    if (!(await takeGuess(needs, given.kept))) return { ok: false, reason: 'exhausted' }
    const account = await findAccountByEmail(needs.db, given.kept.email)
    const isRight =
      account && ((await confirm(needs, account, given)) || (await isRepeated(needs, account, given)))
    return isRight ? enter(needs, account.id, given) : { ok: false, reason: 'wrong_code' }
  })
}

/** After `activate` by the link, which signs in the browser that registered. */
export async function enterByLink(
  needs: Services,
  accountId: string,
  given: Pick<Here, 'ip' | 'from'>,
): Promise<Entered> {
  return enter(needs, accountId, given)
}

/** True once the address was confirmed by the mail of this browser, with the password that was typed here. Changes nothing. */
export async function isConfirmed(needs: Services, given: Pick<Here, 'kept' | 'browser'>): Promise<boolean> {
  return evenly(ANSWER_STEP_MS, async () => (await findConfirmed(needs, given)) !== undefined)
}

/**
 * Signs in the browser that waits, once, after the link was used on another device with the password that was typed here.
 * Nothing when it was signed in before, waited too long, or has to give more than a password.
 */
export async function enterConfirmed(needs: Services, given: Here): Promise<Account | undefined> {
  const nowMs = needs.clock()
  const confirmed = await findConfirmed(needs, given)
  if (!confirmed || given.kept.atMs <= nowMs - WAITS_MS) return undefined
  const { account, digest } = confirmed
  if (!(await mayEnter(needs, account))) return undefined
  const sinceMs = Math.max(nowMs - WAITS_MS, account.sessionsValidFromMs)
  if (!(await takeSignIn(needs.db, digest, sinceMs, nowMs))) return undefined
  return (await enter(needs, account.id, given)).account
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
  const proven = { passwordHash: kept.passwordHash, profile: readProfile(kept.profile) }
  return (await finishActivation(needs, proof.row, proven, { ip, signsIn: true })).ok
}

async function isRepeated(
  needs: Services,
  account: Account,
  given: Here & { code: string },
): Promise<boolean> {
  const { passwordHash } = given.kept
  if (account.passwordHash !== passwordHash) return false
  const key = { accountId: account.id, purpose: 'activation' } as const
  const row = await findOwnToken(needs.db, key, { browser: given.browser, passwordHash })
  if (!row || (row.usedAtMs ?? 0) <= needs.clock() - REPEAT_MS) return false
  return isCodeOf(needs.config.keys.index, row, given.code)
}

async function findConfirmed(
  { db }: Services,
  { kept, browser }: Pick<Here, 'kept' | 'browser'>,
): Promise<{ account: Account; digest: string } | undefined> {
  const account = await findAccountByEmail(db, kept.email)
  const key = { accountId: account?.id ?? '', purpose: 'activation' } as const
  const row = await findOwnToken(db, key, { browser, passwordHash: kept.passwordHash })
  if (!account || !isVerified(account) || !row || row.usedAtMs === null) return undefined
  // Where the owner chose another password, the page of a stranger learns nothing.
  if (account.passwordHash !== kept.passwordHash) return undefined
  return { account, digest: row.digest }
}

async function enter(
  needs: Services,
  accountId: string,
  { ip, from }: Pick<Here, 'ip' | 'from'>,
): Promise<Entered> {
  // As it is now: the activation changed it.
  const account = await findAccountById(needs.db, accountId)
  if (!account || !(await mayEnter(needs, account)))
    return { ok: true, waits: await isWaiting(needs.db, accountId) }
  const audited = { atMs: needs.clock(), actor: accountId, accountId, ip, detail: { ...from } }
  await recordAudit(needs.db, { ...audited, action: 'sign_in.succeeded' })
  return { ok: true, account }
}

async function mayEnter({ db }: Services, account: Account): Promise<boolean> {
  return account.disabledAtMs === null && !(await needsSecondFactor(db, account.id))
}
