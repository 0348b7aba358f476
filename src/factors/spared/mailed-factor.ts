/**
 * A code by mail in place of the second factor, for somebody who cannot use it now. It only opens what needs no level: a
 * sign-in with it has the level of its password (NIST SP 800-63B-4 §3.1.3.1 takes no email as an authenticator). So the
 * mailbox alone never opens an account with a second factor.
 */
import { isVerified } from '../../accounts/account.ts'
import type { Account } from '../../accounts/account.ts'
import { resetCodeAttempts, takeCodeAttempt } from '../../attempts/code-attempts.ts'
import { recordAudit } from '../../audit/audit.ts'
import type { SignInOrigin } from '../../audit/sign-in-origin.ts'
import type { Sql } from '../../platform/sql/database.ts'
import { administers } from '../../accounts/roles/held-scopes.ts'
import type { Services } from '../../services.ts'
import { provenAccount } from '../finish-sign-in.ts'
import type { PasswordProof } from '../finish-sign-in.ts'
import { checkMailedCode, requestFactorCode } from '../mailed-codes.ts'
import type { MailedCode } from '../mailed-codes.ts'
import { isFactorRequired } from '../required-factor.ts'
import { mailGuesses } from '../second-factor.ts'

/** RFC 8176: a password and a one-time password. Not `mfa`, because a mailbox is no factor of its own. */
export const MAILED_FACTOR_AMR = ['pwd', 'otp']

/**
 * Whether a mailed code may be the second step. Only after the password; never for administrators, or where a second factor
 * is required. And only once a factor was used with this password: a mail may have set it.
 */
export async function mayUseMailedFactor(
  { db, config }: Pick<Services, 'db' | 'config'>,
  proof: PasswordProof,
  account: Account,
): Promise<boolean> {
  if (!config.factors.emailSecondFactor || proof.upstream || proof.first) return false
  if (!isVerified(account) || (await administers(db, account.id))) return false
  if (await isFactorRequired({ db, config }, account)) return false
  return (await factorUsedAtMs(db, account.id)) > (account.passwordChangedAtMs ?? 0)
}

/** Mails a code. Answers nothing where the sign-in may not use one, or has begun too long ago. Throws `AppError('too_many_requests', 429)`. */
export async function requestMailedFactor(
  needs: Services,
  { proof, ip }: { proof: PasswordProof; ip: string },
): Promise<MailedCode | 'limited' | undefined> {
  const account = await provenAccount(needs, proof)
  if (!account || !(await mayUseMailedFactor(needs, proof, account))) return undefined
  return requestFactorCode(needs, account, ip)
}

export type FinishedByMail =
  | { ok: true; account: Account; amr: string[] }
  /** `used_up`: this code works no longer; another one may be mailed. `over`: the sign-in begins again. */
  | { ok: false; reason: 'wrong' | 'used_up' | 'over' }
  | { ok: false; reason: 'blocked'; retryAfterSeconds: number }

/** Checks the code; starts no session. A guess counts like one of the app's. Never inside a transaction. */
export async function finishByMail(
  needs: Services,
  given: { proof: PasswordProof; kept: MailedCode; code: string; ip: string; from: SignInOrigin },
): Promise<FinishedByMail> {
  const { proof, kept, code, ip, from } = given
  const account = await provenAccount(needs, proof)
  if (!account || !(await mayUseMailedFactor(needs, proof, account))) return { ok: false, reason: 'over' }
  if (kept.purpose !== 'second_factor' || kept.accountId !== account.id)
    return { ok: false, reason: 'used_up' }
  const taken = await takeCodeAttempt(needs, account.id, needs.clock())
  if (!taken.allowed) {
    await mailGuesses(needs, account, ip)
    return { ok: false, reason: 'blocked', retryAfterSeconds: taken.retryAfterSeconds }
  }
  const checked = await checkMailedCode(needs, kept, code)
  const entry = { atMs: needs.clock(), accountId: account.id, ip, detail: { ...from, factor: 'mailed_code' } }
  if (!checked.ok) {
    await recordAudit(needs.db, { ...entry, actor: 'anonymous', action: 'second_factor.failed' })
    return { ok: false, reason: checked.reason === 'over' ? 'used_up' : 'wrong' }
  }
  await resetCodeAttempts(needs, account.id)
  await recordAudit(needs.db, { ...entry, actor: account.id, action: 'sign_in.succeeded' })
  return { ok: true, account: checked.account, amr: [...MAILED_FACTOR_AMR] }
}

/** When a factor was used last, or set up, which takes its code. 0 without one. */
async function factorUsedAtMs(sql: Sql, accountId: string): Promise<number> {
  const times = await Promise.all([
    latest(sql, 'account_totps', accountId, ['confirmedAtMs', 'lastUsedAtMs']),
    latest(sql, 'passkeys', accountId, ['createdAtMs', 'lastUsedAtMs']),
    latest(sql, 'recovery_codes', accountId, ['usedAtMs']),
  ])
  return Math.max(...times)
}

async function latest(sql: Sql, table: string, accountId: string, columns: string[]): Promise<number> {
  const rows: Record<string, number | string | null>[] = await sql(table).where({ accountId }).select(columns)
  return Math.max(0, ...rows.flatMap((row) => Object.values(row).map(Number)))
}
