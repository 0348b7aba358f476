/**
 * Changing the password while signed in, or choosing the first one. This session stays. All other sessions end, with everything that belongs to
 * them.
 */
import { inTransaction } from '../../platform/sql/database.ts'
import { mailAboutPassword } from '../account-mail.ts'
import { findAccountById, isVerified, lockAccount } from '../account.ts'
import type { Account } from '../account.ts'
import { recordAudit } from '../../audit/audit.ts'
import { endOtherAccess } from '../../consents/ended-access.ts'
import { passwordProblem } from '../../passwords/password-policy.ts'
import type { PasswordProblem } from '../../passwords/password-policy.ts'
import { confirmPassword } from './sign-in.ts'
import type { PasswordConfirmed } from './sign-in.ts'
import type { SignInOrigin } from '../../audit/sign-in-origin.ts'
import { storePassword } from '../../passwords/stored-password.ts'
import type { Services } from '../../services.ts'

export type NewPassword = {
  accountId: string
  newPassword: string
  /** The session in which the change is made. */
  sessionUid: string | undefined
  ip: string
}

export type PasswordChange = NewPassword & {
  currentPassword: string
  deviceCookie?: string | undefined
  from?: SignInOrigin | undefined
}

export type PasswordChanged =
  /** The account as it is now. */
  | { ok: true; account: Account }
  | Exclude<PasswordConfirmed, { ok: true }>
  | { ok: false; reason: 'password_refused'; problem: PasswordProblem }

/** Wrong current passwords are counted like failed sign-ins. Throws `AppError('hashing_busy', 503)`. */
export async function changePassword(needs: Services, given: PasswordChange): Promise<PasswordChanged> {
  const { accountId, currentPassword: password, ip, deviceCookie, from } = given
  const confirmed = await confirmPassword(needs, accountId, { password, ip, deviceCookie, from })
  return confirmed.ok ? replace(needs, confirmed.account, given) : confirmed
}

/**
 * Gives an account without a password one. The caller has the proof of a passkey. Answers `wrong` where the account has a
 * password by now. Throws `AppError('hashing_busy', 503)`.
 */
export async function addPassword(needs: Services, given: NewPassword): Promise<PasswordChanged> {
  const account = await findAccountById(needs.db, given.accountId)
  const mayHave = account?.passwordHash === null && account.disabledAtMs === null && isVerified(account)
  return mayHave ? replace(needs, account, given) : { ok: false, reason: 'wrong' }
}

/** `account`: as it was proven. */
async function replace(needs: Services, account: Account, given: NewPassword): Promise<PasswordChanged> {
  const { accountId, newPassword, ip } = given
  const problem = passwordProblem(needs.config, newPassword, account)
  if (problem) return { ok: false, reason: 'password_refused', problem }
  const passwordHash = await needs.hasher.hash(newPassword)
  const nowMs = needs.clock()
  const ended = await inTransaction(needs.db, async (trx) => {
    const current = await lockAccount(trx, accountId)
    // Changed elsewhere in this moment: what was confirmed is not the password any more.
    if (current?.passwordHash !== account.passwordHash) return undefined
    await storePassword(trx, accountId, passwordHash, nowMs)
    await mailAboutPassword(needs, trx, 'password-changed', account, nowMs)
    await recordAudit(trx, { atMs: nowMs, action: 'password.changed', actor: accountId, accountId, ip })
    return endOtherAccess(needs, trx, accountId, given.sessionUid, nowMs)
  })
  if (!ended) return { ok: false, reason: 'wrong' }
  await needs.revokeAccess(ended)
  return { ok: true, account: { ...account, passwordHash, passwordChangedAtMs: nowMs } }
}
