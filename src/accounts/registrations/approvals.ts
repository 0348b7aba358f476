/**
 * Registrations that wait for an operator. Their accounts are disabled from the moment when the address is confirmed, so
 * every way to a session or token is closed to them. Owns `registration_approvals`.
 */
import { updateAccount } from '../../account-cache/changed-account.ts'
import { accountColumns, isVerified } from '../account.ts'
import type { Account } from '../account.ts'
import { mailRegistrationAnswer } from '../account-mail.ts'
import { deleteAccount, underLock } from '../account-state.ts'
import type { Actor, Expects } from '../account-state.ts'
import { recordAudit } from '../../audit/audit.ts'
import { AppError } from '../../platform/errors.ts'
import { isDuplicate } from '../../platform/sql/database.ts'
import type { Sql } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'

export type WaitingAccount = Account & { requestedAtMs: number }

export async function noteWaiting(trx: Sql, accountId: string, nowMs: number): Promise<void> {
  try {
    await trx('registration_approvals').insert({ accountId, requestedAtMs: nowMs })
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
}

export async function isWaiting(sql: Sql, accountId: string): Promise<boolean> {
  return (await sql('registration_approvals').where({ accountId }).first('accountId')) !== undefined
}

/** The confirmed ones, the oldest first. */
export async function listWaiting(sql: Sql): Promise<WaitingAccount[]> {
  return sql('registration_approvals')
    .join('accounts', 'accounts.id', 'registration_approvals.accountId')
    .whereNotNull('accounts.emailVerifiedAtMs')
    .select(...accountColumns(sql), 'registration_approvals.requestedAtMs')
    .orderBy(['registration_approvals.requestedAtMs', 'accounts.id'])
}

type Answering = Pick<Services, 'db' | 'clock' | 'config' | 'outbox' | 'noteEnded' | 'revokeAccess'>

/** The account may sign in; a mail says so. Answers false when there is no such account. @throws AppError 409 `not_waiting` */
export async function approveRegistration(
  needs: Answering,
  accountId: string,
  by: Actor,
  expects?: Expects,
): Promise<boolean> {
  const found = await underLock(needs, accountId, expects, async (trx, account, nowMs) => {
    if ((await trx('registration_approvals').where({ accountId }).delete()) !== 1) throw notWaiting()
    // Disabled by `settleRegistration`, unless the address is not confirmed yet.
    if (isVerified(account)) {
      await updateAccount(trx, { id: accountId }, { disabledAtMs: null, updatedAtMs: nowMs })
      await mailRegistrationAnswer(needs, trx, account, true)
    }
    await recordAudit(trx, { ...by, atMs: nowMs, action: 'registration.approved', accountId })
    return true
  })
  return found ?? false
}

/** Deletes the account; a mail says so. Answers false when there is no such account. @throws AppError 409 `not_waiting` */
export async function refuseRegistration(
  needs: Answering,
  accountId: string,
  by: Actor,
  expects?: Expects,
): Promise<boolean> {
  if (!(await isWaiting(needs.db, accountId))) {
    const account: unknown = await needs.db('accounts').where({ id: accountId }).first('id')
    if (account === undefined) return false
    throw notWaiting()
  }
  return deleteAccount(needs, accountId, by, expects, async (trx, account) => {
    if (isVerified(account)) await mailRegistrationAnswer(needs, trx, account, false)
  })
}

function notWaiting(): AppError {
  return new AppError('not_waiting', 409, 'This account does not wait for an approval.')
}
