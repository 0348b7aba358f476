/** Disabling, enabling and deleting. Each ends everything the account has open, everywhere, in the same transaction. */
import { removeAccount, updateAccount } from '../account-cache/changed-account.ts'
import { inTransaction } from '../platform/sql/database.ts'
import type { Sql } from '../platform/sql/database.ts'
import { recordAudit } from '../audit/audit.ts'
import { lockAccount } from './account.ts'
import type { Account } from './account.ts'
import { endAllAccess, endOtherAccess, hasOpenAccess } from '../consents/ended-access.ts'
import type { AccessEndings, EndedAccess } from '../grant-store/access-endings.ts'
import type { Services } from '../services.ts'
import { assertNotLastAdmin } from './roles.ts'

type Ending = Pick<Services, 'db' | 'clock' | keyof AccessEndings>
/** Who does it, for the audit trail: an account id, `client:` and a client id, `cli` or `system`. */
export type Actor = { actor: string; ip?: string | undefined }
/** Gets the account before the change, while its row is locked. Throws to refuse the change. */
export type Expects = (account: Account) => void

/**
 * Answers false when there is no such account. For an account that is already disabled, it ends what is still open and
 * records nothing. Throws `AppError('last_admin', 409)`.
 */
export async function disableAccount(
  needs: Ending,
  accountId: string,
  by: Actor,
  expects?: Expects,
): Promise<boolean> {
  return endAndChange(needs, accountId, expects, async (trx, nowMs) => {
    const enabled = { id: accountId, disabledAtMs: null }
    if ((await updateAccount(trx, enabled, { disabledAtMs: nowMs, updatedAtMs: nowMs })) === 0) return
    await recordAudit(trx, { ...by, atMs: nowMs, action: 'account.disabled', accountId })
  })
}

/** Lets a disabled account sign in again; what was ended stays ended. */
export async function enableAccount(
  needs: Ending,
  accountId: string,
  by: Actor,
  expects?: Expects,
): Promise<boolean> {
  const found = await underLock(needs, accountId, expects, async (trx, account, nowMs) => {
    // An operator who enables an account that waits for an approval has given it.
    await trx('registration_approvals').where({ accountId }).delete()
    if (account.disabledAtMs === null) return true
    await updateAccount(trx, { id: accountId }, { disabledAtMs: null, updatedAtMs: nowMs })
    await recordAudit(trx, { ...by, atMs: nowMs, action: 'account.enabled', accountId })
    return true
  })
  return found ?? false
}

/** Removes the account and all its data except its audit trail. `before`: in the same transaction. Throws `AppError('last_admin', 409)`. */
export async function deleteAccount(
  needs: Ending,
  accountId: string,
  by: Actor,
  expects?: Expects,
  before: (trx: Sql, account: Account) => Promise<void> = () => Promise.resolve(),
): Promise<boolean> {
  return endAndChange(needs, accountId, expects, async (trx, nowMs, account) => {
    await before(trx, account)
    await recordAudit(trx, { ...by, atMs: nowMs, action: 'account.deleted', accountId })
    await removeAccount(trx, accountId)
  })
}

/**
 * Signs the account out of everything, here and in every app. Where nothing is open, nothing is recorded. Answers false when
 * there is no such account.
 */
export async function signOutEverywhere(
  needs: Ending,
  accountId: string,
  by: Actor,
  expects?: Expects,
): Promise<boolean> {
  const ended = await underLock(needs, accountId, expects, async (trx, _account, nowMs) => {
    const open = await hasOpenAccess(trx, accountId, nowMs)
    const access = await endAllAccess(needs, trx, accountId, nowMs)
    if (open)
      await recordAudit(trx, { ...by, atMs: nowMs, action: 'account.signed_out_everywhere', accountId })
    return access
  })
  return revoke(needs, ended)
}

/** The same except for one session, and the apps that were signed in to through it. */
export async function signOutElsewhere(
  needs: Ending,
  accountId: string,
  keptSessionUid: string | undefined,
  by: Actor,
): Promise<boolean> {
  const nowMs = needs.clock()
  const ended = await inTransaction(needs.db, async (trx) => {
    if (!(await lockAccount(trx, accountId))) return undefined
    const open = await hasOpenAccess(trx, accountId, nowMs, keptSessionUid)
    const access = await endOtherAccess(needs, trx, accountId, keptSessionUid, nowMs)
    if (open)
      await recordAudit(trx, { ...by, atMs: nowMs, action: 'account.signed_out_elsewhere', accountId })
    return access
  })
  return revoke(needs, ended)
}

/** What the change answers; nothing when there is no such account. The change runs in a transaction that holds the account's row. */
export async function underLock<Result>(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  accountId: string,
  expects: Expects | undefined,
  change: (trx: Sql, account: Account, nowMs: number) => Promise<Result>,
): Promise<Result | undefined> {
  const nowMs = clock()
  return inTransaction(db, async (trx) => {
    const account = await lockAccount(trx, accountId)
    if (!account) return undefined
    expects?.(account)
    return change(trx, account, nowMs)
  })
}

async function endAndChange(
  needs: Ending,
  accountId: string,
  expects: Expects | undefined,
  change: (trx: Sql, nowMs: number, account: Account) => Promise<void>,
): Promise<boolean> {
  const nowMs = needs.clock()
  const ended = await inTransaction(needs.db, async (trx) => {
    await assertNotLastAdmin(trx, accountId)
    const account = await lockAccount(trx, accountId)
    if (!account) return undefined
    expects?.(account)
    const access = await endAllAccess(needs, trx, accountId, nowMs)
    await change(trx, nowMs, account)
    return access
  })
  return revoke(needs, ended)
}

async function revoke(needs: Ending, ended: EndedAccess | undefined): Promise<boolean> {
  if (!ended) return false
  await needs.revokeAccess(ended)
  return true
}
