/** An operator gives an account another address, without a mail to confirm it. */
import { updateAccount } from '../../account-cache/changed-account.ts'
import { recordAudit } from '../../audit/audit.ts'
import { emailProblemText, parseEmail } from '../../platform/email.ts'
import { AppError } from '../../platform/errors.ts'
import { inTransaction, isDuplicate } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { existing, isVerified, lockAccount } from '../account.ts'
import type { Actor, Expects } from '../account-state.ts'
import { mailAddressNotice } from '../life/address-mail.ts'

/**
 * Ends every link that was mailed for the account, also those that would bring an earlier address back. Sessions stay. A
 * confirmed address before gets a notice. Throws `AppError`: `email_invalid` (422), `account_exists` (409),
 * `account_not_found` (404).
 */
export async function setAddress(
  needs: Pick<Services, 'config' | 'db' | 'clock' | 'outbox'>,
  accountId: string,
  { email, verified, ...by }: Actor & { email: string; verified: boolean },
  expects?: Expects,
): Promise<void> {
  const parsed = parseEmail(email)
  if (!parsed.ok) throw new AppError('email_invalid', 422, emailProblemText[parsed.problem])
  const { typed, canonical: emailCanonical } = parsed.email
  const nowMs = needs.clock()
  const work = inTransaction(needs.db, async (trx) => {
    const account = existing(await lockAccount(trx, accountId))
    expects?.(account)
    const isSame = account.emailCanonical === emailCanonical
    const keptMs = isSame ? account.emailVerifiedAtMs : null
    const values = { email: typed, emailCanonical, emailVerifiedAtMs: verified ? nowMs : keptMs }
    await updateAccount(trx, { id: accountId }, { ...values, updatedAtMs: nowMs })
    await trx('one_time_tokens').where({ accountId }).whereNull('usedAtMs').delete()
    const notice = { kind: 'changed_by_operator', address: typed, whenMs: nowMs } as const
    if (isVerified(account) && !isSame) await mailAddressNotice(needs, trx, account, notice)
    const detail = { fields: ['email'] }
    await recordAudit(trx, { ...by, atMs: nowMs, action: 'account.email_changed', accountId, detail })
  })
  await work.catch((error: unknown) => {
    throw isDuplicate(error) ? addressExists(error) : error
  })
}

/**
 * An operator knows that the address is this person's. What was mailed to confirm it counts no longer. Answers false when there
 * is no such account. Where the address is confirmed already, nothing is recorded.
 */
export async function verifyAddress(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  accountId: string,
  by: Actor,
  expects?: Expects,
): Promise<boolean> {
  const nowMs = clock()
  return inTransaction(db, async (trx) => {
    const account = await lockAccount(trx, accountId)
    if (!account) return false
    expects?.(account)
    if (isVerified(account)) return true
    await updateAccount(trx, { id: accountId }, { emailVerifiedAtMs: nowMs, updatedAtMs: nowMs })
    await trx('one_time_tokens').where({ accountId }).whereNull('usedAtMs').delete()
    const detail = { fields: ['email_verified'] }
    await recordAudit(trx, { ...by, atMs: nowMs, action: 'account.email_changed', accountId, detail })
    return true
  })
}

function addressExists(cause: unknown): AppError {
  return new AppError('account_exists', 409, 'There is already an account with this e-mail address.', {
    cause,
  })
}
