/**
 * Which account has which role: table `account_roles`. What a role allows is in `roles`. The last administrator cannot be
 * removed.
 */
import { changeCachedOf } from '../account-cache/changed-account.ts'
import { AppError } from '../platform/errors.ts'
import { inTransaction, isDuplicate } from '../platform/sql/database.ts'
import type { Sql } from '../platform/sql/database.ts'

/** Allows everything in the administration. */
export const ADMIN = 'admin'

/** They are in tokens and in the account cache. */
export const MOST_ROLES_OF_ACCOUNT = 20

export async function rolesOf(sql: Sql, accountId: string): Promise<string[]> {
  return sql('account_roles').where({ accountId }).orderBy('role').pluck('role')
}

export async function hasRole(sql: Sql, accountId: string, role: string): Promise<boolean> {
  return (await sql('account_roles').where({ accountId, role }).first('role')) !== undefined
}

/** Answers false when the account already had it. That there is such a role is for the caller to know. */
export async function grantRole(sql: Sql, accountId: string, role: string): Promise<boolean> {
  if (!sql.isTransaction) return inTransaction(sql, (trx) => grantRole(trx, accountId, role))
  try {
    await sql('account_roles').insert({ accountId, role })
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
  await changeCachedOf(sql, [accountId])
  return true
}

/** Call `assertNotLastAdmin` before, in the same transaction. */
export async function revokeRole(sql: Sql, accountId: string, role: string): Promise<void> {
  if (!sql.isTransaction) return inTransaction(sql, (trx) => revokeRole(trx, accountId, role))
  await sql('account_roles').where({ accountId, role }).delete()
  await changeCachedOf(sql, [accountId])
}

/** True when an account that stays and is not disabled has the role `admin`. */
export async function hasActiveAdmin(sql: Sql): Promise<boolean> {
  return (await activeAdmins(sql)).length > 0
}

/**
 * Throws `AppError('last_admin', 409)` when without this account nobody could administer. Locks the administrators' rows,
 * so that two of them cannot remove one another at once; call it first in the transaction.
 */
export async function assertNotLastAdmin(trx: Sql, accountId: string): Promise<void> {
  const locked: { accountId: string }[] = await trx('account_roles')
    .where({ role: ADMIN })
    .forUpdate()
    .select('accountId')
  if (!locked.some((row) => row.accountId === accountId)) return
  const active = await activeAdmins(trx)
  if (active.length === 1 && active[0] === accountId)
    throw new AppError('last_admin', 409, 'This is the last administrator; appoint another one first.')
}

async function activeAdmins(sql: Sql): Promise<string[]> {
  return sql('accounts')
    .join('account_roles', 'accounts.id', 'account_roles.accountId')
    .where({ 'account_roles.role': ADMIN })
    .whereNull('accounts.disabledAtMs')
    .whereNull('accounts.deleteAtMs')
    .pluck('accounts.id')
}
