/**
 * The second half of a sign-in, for an account with a second factor. Between the halves the browser or app holds a proof
 * of the password. It is void once the password changes, or everything of the account is ended.
 */
import { findAccountById } from '../accounts/account.ts'
import type { Account } from '../accounts/account.ts'
import type { SignInOrigin } from '../audit/sign-in-origin.ts'
import { needsSecondFactor } from '../accounts/second-factor-needed.ts'
import { recordAudit } from '../audit/audit.ts'
import { checkSecondFactor } from './second-factor.ts'
import type { SecondFactor } from './second-factor.ts'
import { MINUTE_MS } from '../platform/clock.ts'
import { digest } from '../platform/tokens.ts'
import type { Services } from '../services.ts'

/** How long after the password the code can be given. */
export const SECOND_STEP_MS = 10 * MINUTE_MS

/** Says that somebody gave the right password. The caller keeps it sealed. */
export type PasswordProof = {
  accountId: string
  /** A digest of what voids the proof when it changes. */
  state: string
  atMs: number
}

/** `account` as it was when its password was checked. */
export function passwordProof(account: Account, nowMs: number): PasswordProof {
  return { accountId: account.id, state: stateOf(account), atMs: nowMs }
}

/** The account that still waits for its code. Nothing when the proof is void or too old, or no code is needed any more. */
export async function provenAccount(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  proof: PasswordProof,
): Promise<Account | undefined> {
  if (clock() - proof.atMs >= SECOND_STEP_MS) return undefined
  const account = await findAccountById(db, proof.accountId)
  if (!account || account.disabledAtMs !== null || stateOf(account) !== proof.state) return undefined
  return (await needsSecondFactor(db, account.id)) ? account : undefined
}

export type SignInFinished =
  | { ok: true; account: Account; factor: SecondFactor; amr: string[] }
  /** `over`: the proof of the password is void or too old. The sign-in begins again. */
  | { ok: false; reason: 'wrong' | 'over' }
  | { ok: false; reason: 'blocked'; retryAfterSeconds: number }

/** Checks the code; starts no session. Never inside a transaction: guesses are counted. */
export async function finishSignIn(
  needs: Services,
  given: { proof: PasswordProof; code: string; ip: string; from?: SignInOrigin | undefined },
): Promise<SignInFinished> {
  const { proof, code, ip, from } = given
  const account = await provenAccount(needs, proof)
  if (!account) return { ok: false, reason: 'over' }
  const checked = await checkSecondFactor(needs, { accountId: account.id, code, ip, from })
  if (!checked.ok) return checked
  await recordAudit(needs.db, {
    atMs: needs.clock(),
    action: 'sign_in.succeeded',
    actor: account.id,
    accountId: account.id,
    ip,
    detail: { ...from, factor: checked.factor },
  })
  return { ok: true, account, factor: checked.factor, amr: checked.amr }
}

function stateOf({ passwordHash, sessionsValidFromMs }: Account): string {
  return digest(JSON.stringify([passwordHash, sessionsValidFromMs])).slice(0, 22)
}
