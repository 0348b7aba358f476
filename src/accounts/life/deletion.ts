/**
 * A deletion at the owner's wish. It waits some days, and a sign-in cancels it. When it is asked for, everything that the
 * account has open ends. `account-state` deletes at once.
 */
import { updateAccount } from '../../account-cache/changed-account.ts'
import { recordAudit } from '../../audit/audit.ts'
import { endAllAccess } from '../../consents/ended-access.ts'
import type { AccessEndings } from '../../grant-store/access-endings.ts'
import { AppError } from '../../platform/errors.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { Sql } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { isVerified, lockAccount } from '../account.ts'
import { deleteAccount } from '../account-state.ts'
import type { Actor, Expects } from '../account-state.ts'
import { mailDeletionNotice } from './address-mail.ts'
import { assertNotLastAdmin } from '../roles.ts'

type Deleting = Pick<Services, 'db' | 'clock' | 'config' | 'outbox' | keyof AccessEndings>

/**
 * Ends all sessions and access now, and deletes the account later. Answers when; where that was asked before, it stays as it
 * was. Nothing when there is no such account. Throws `AppError('last_admin', 409)`.
 */
export async function requestDeletion(
  needs: Deleting,
  accountId: string,
  by: Actor,
  expects?: Expects,
): Promise<{ deleteAtMs: number } | undefined> {
  const nowMs = needs.clock()
  const done = await inTransaction(needs.db, async (trx) => {
    await assertNotLastAdmin(trx, accountId)
    const account = await lockAccount(trx, accountId)
    if (!account) return undefined
    expects?.(account)
    const ended = await endAllAccess(needs, trx, accountId, nowMs)
    if (account.deleteAtMs !== null) return { ended, deleteAtMs: account.deleteAtMs }
    const deleteAtMs = nowMs + needs.config.accounts.accountDeletionMs
    await updateAccount(trx, { id: accountId }, { deleteAtMs, remindedAtMs: null, updatedAtMs: nowMs })
    const detail = { delete_at: new Date(deleteAtMs).toISOString() }
    await recordAudit(trx, { ...by, atMs: nowMs, action: 'account.deletion_requested', accountId, detail })
    if (isVerified(account)) await mailDeletionNotice(needs, trx, account, { kind: 'requested', deleteAtMs })
    return { ended, deleteAtMs }
  })
  if (!done) return undefined
  await needs.revokeAccess(done.ended)
  return { deleteAtMs: done.deleteAtMs }
}

/** Answers false when no deletion waited. */
export async function cancelDeletion(
  needs: Pick<Services, 'db' | 'clock' | 'config' | 'outbox'>,
  accountId: string,
  by: Actor,
  expects?: Expects,
): Promise<boolean> {
  // Nearly always nothing waits, and then a read is enough.
  const waiting = await waitingSince(needs.db, accountId)
  if (waiting === undefined) return false
  const nowMs = needs.clock()
  return inTransaction(needs.db, async (trx) => {
    const account = await lockAccount(trx, accountId)
    if (!account || account.deleteAtMs === null) return false
    expects?.(account)
    const { deleteAtMs } = account
    await updateAccount(trx, { id: accountId }, { deleteAtMs: null, updatedAtMs: nowMs })
    await recordAudit(trx, { ...by, atMs: nowMs, action: 'account.deletion_cancelled', accountId })
    if (isVerified(account)) await mailDeletionNotice(needs, trx, account, { kind: 'cancelled', deleteAtMs })
    return true
  })
}

/** One step of the upkeep: deletes the accounts that are due. Answers how many it found. */
export async function deleteDueAccounts(needs: Deleting, nowMs: number, limit: number): Promise<number> {
  const ids: string[] = await needs
    .db('accounts')
    .where('deleteAtMs', '<=', nowMs)
    .orderBy('deleteAtMs')
    .limit(limit)
    .pluck('id')
  for (const id of ids) await deleteIfDue(needs, id, nowMs)
  return ids.length
}

async function deleteIfDue(needs: Deleting, id: string, nowMs: number): Promise<void> {
  try {
    await deleteAccount(needs, id, { actor: 'system' }, ({ deleteAtMs }) => {
      if (deleteAtMs === null || deleteAtMs > nowMs) throw notDue()
    })
  } catch (error) {
    // Somebody signed in since it was found.
    if (!(error instanceof AppError) || error.code !== 'deletion_not_due') throw error
  }
}

function notDue(): AppError {
  return new AppError('deletion_not_due', 409, 'The account is not to be deleted now.')
}

async function waitingSince(sql: Sql, accountId: string): Promise<number | undefined> {
  const row: { deleteAtMs: number } | undefined = await sql('accounts')
    .where({ id: accountId })
    .whereNotNull('deleteAtMs')
    .first('deleteAtMs')
  return row?.deleteAtMs
}
