/** Roles of accounts inside this service (relying parties keep their own). The last administrator cannot be removed. */
import { AppError } from '../platform/errors.ts'
import { isDuplicate } from '../platform/sql/database.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { Role } from './role-names.ts'

export async function rolesOf(sql: Sql, accountId: string): Promise<Role[]> {
  return sql('account_roles').where({ accountId }).orderBy('role').pluck('role')
}

export async function hasRole(sql: Sql, accountId: string, role: Role): Promise<boolean> {
  return (await sql('account_roles').where({ accountId, role }).first('role')) !== undefined
}

/** Answers false when the account already had it. */
export async function grantRole(sql: Sql, accountId: string, role: Role): Promise<boolean> {
  try {
    await sql('account_roles').insert({ accountId, role })
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

/** Call `assertNotLastAdmin` before, in the same transaction. */
export async function revokeRole(trx: Sql, accountId: string, role: Role): Promise<void> {
  await trx('account_roles').where({ accountId, role }).delete()
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
    .where({ role: 'admin' })
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
    .where({ 'account_roles.role': 'admin' })
    .whereNull('accounts.disabledAtMs')
    .whereNull('accounts.deleteAtMs')
    .pluck('accounts.id')
}
