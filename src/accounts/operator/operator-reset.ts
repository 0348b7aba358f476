/** An operator gives an account a new password, or mails its owner a link to choose one. */
import { AppError } from '../../platform/errors.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import { mailAboutPassword, mailReset } from '../account-mail.ts'
import { existing, isVerified, lockAccount } from '../account.ts'
import type { Actor, Expects } from '../account-state.ts'
import { recordAudit } from '../../audit/audit.ts'
import { endAllAccess } from '../../consents/ended-access.ts'
import { issueToken } from '../one-time-token.ts'
import { passwordProblem, passwordRefused } from '../../passwords/password-policy.ts'
import { storePassword } from '../../passwords/stored-password.ts'
import { greeted, provenProfile, replaceUnproven } from '../unproven-owner.ts'
import type { Services } from '../../services.ts'

/**
 * Sets the password and ends every session, grant and pending link of the account. Confirms no address and enables
 * nothing. `newPasswordDue`: the owner chooses another one at the next sign-in. Throws `AppError`: `account_not_found` (404), `password_refused` (422), `hashing_busy` (503).
 */
export async function resetPasswordByOperator(
  needs: Services,
  accountId: string,
  { password, newPasswordDue, ...by }: Actor & { password: string; newPasswordDue?: boolean },
): Promise<void> {
  const passwordHash = await needs.hasher.hash(password)
  const ended = await inTransaction(needs.db, async (trx) => {
    const nowMs = needs.clock()
    const account = existing(await lockAccount(trx, accountId))
    const problem = passwordProblem(needs.config, password, account)
    if (problem) throw passwordRefused(problem, needs.config)
    await storePassword(trx, accountId, passwordHash, nowMs, newPasswordDue)
    // An address that nobody confirmed may be a stranger's, and so may the name.
    if (isVerified(account)) await mailAboutPassword(needs, trx, 'password-changed', account, nowMs)
    else await replaceUnproven(trx, account, provenProfile(account, undefined), nowMs)
    const access = await endAllAccess(needs, trx, accountId, nowMs)
    await recordAudit(trx, { ...by, atMs: nowMs, action: 'password.reset_by_operator', accountId })
    return access
  })
  await needs.revokeAccess(ended)
}

/**
 * Mails the link that a request at the page of a forgotten password would; it takes the code from the mail. Nothing ends
 * before it is used. Throws `AppError`: `account_not_found` (404), `account_disabled` (409).
 */
export async function mailResetLink(
  needs: Services,
  accountId: string,
  by: Actor,
  expects?: Expects,
): Promise<{ expiresAtMs: number }> {
  return inTransaction(needs.db, async (trx) => {
    const nowMs = needs.clock()
    const account = existing(await lockAccount(trx, accountId))
    expects?.(account)
    if (account.disabledAtMs !== null)
      throw new AppError('account_disabled', 409, 'The account is disabled; enable it first.')
    const { emailCanonical } = account
    const request = {
      accountId,
      purpose: 'reset',
      emailCanonical,
      lifetimeMs: needs.config.accounts.resetExpireMs,
    } as const
    const issued = await issueToken(trx, needs.config.keys.index, request, nowMs)
    await mailReset(needs, trx, greeted(account), issued)
    await recordAudit(trx, { ...by, atMs: nowMs, action: 'password.reset_mailed', accountId })
    return { expiresAtMs: issued.expiresAtMs }
  })
}
