/**
 * Who needs a second factor, and what a signed-in person has to do before anything else. The operator requires it of
 * everybody, of a role or of a group, and of the first administrator. An app requires it of its own users.
 */
import { foldUsername } from '../accounts/folded-username.ts'
import type { Due } from '../accounts/account-pages.ts'
import { areTermsDue } from '../accounts/terms.ts'
import { isVerified } from '../accounts/account.ts'
import type { Account } from '../accounts/account.ts'
import { isStrong } from '../accounts/levels.ts'
import { needsSecondFactor } from '../accounts/second-factor-needed.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'

type Subject = Pick<Account, 'id' | 'secondFactorDue'>

/** Whether the operator wants this account to have a second factor. It may have one or not. */
export async function isFactorRequired(
  { db, config }: Pick<Services, 'db' | 'config'>,
  account: Subject,
): Promise<boolean> {
  const { everybody, roles, groups } = config.factors.requireSecondFactor
  if (everybody || account.secondFactorDue) return true
  return (await hasAnyRole(db, account.id, roles)) || (await isInAny(db, account.id, groups))
}

/** What the person does before the pages of the account open. `amr`: how they signed in (RFC 8176). Only a confirmed address can have a factor, so nothing is due before. */
export async function dueOf(
  needs: Pick<Services, 'db' | 'config'>,
  account: Account,
  amr: readonly string[] | undefined,
): Promise<Due | undefined> {
  if (areTermsDue(needs, account)) return 'terms'
  if (account.newPasswordDue) return 'new_password'
  if (!isVerified(account) || !(await isFactorRequired(needs, account))) return undefined
  if (!(await needsSecondFactor(needs.db, account.id))) return 'second_factor'
  return isStrong(amr) ? undefined : 'sign_in'
}

async function hasAnyRole(sql: Sql, accountId: string, roles: readonly string[]): Promise<boolean> {
  if (roles.length === 0) return false
  const found: unknown = await sql('account_roles')
    .where({ accountId })
    .whereIn('role', roles)
    .first('accountId')
  return found !== undefined
}

async function isInAny(sql: Sql, accountId: string, groups: readonly string[]): Promise<boolean> {
  if (groups.length === 0) return false
  const folded = groups.map((name) => foldUsername(name.trim()))
  const found: unknown = await sql('group_members')
    .join('groups', 'groups.id', 'group_members.groupId')
    .where({ accountId })
    .whereIn('groups.nameCanonical', folded)
    .first('accountId')
  return found !== undefined
}
