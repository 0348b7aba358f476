/** Who is in which group. Each change is seen by every process before its own answer leaves. */
import { changeCachedOf } from '../account-cache/changed-account.ts'
import { accountColumns, existing, lockAccount } from '../accounts/account.ts'
import type { Account } from '../accounts/account.ts'
import type { Actor, Expects } from '../accounts/account-state.ts'
import { recordAudit } from '../audit/audit.ts'
import { AppError } from '../platform/errors.ts'
import { inTransaction, isOrphan } from '../platform/sql/database.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'
import { endLostAccess } from './app-access.ts'
import { findGroup, GROUP_COLUMNS, groupNotFound } from './groups.ts'
import type { Group } from './groups.ts'

export type Membership = { groupId: string; accountId: string }
export type MemberPage = { accounts: Account[]; next: string | undefined }

/** All of them are in tokens and in the account cache. */
export const MOST_GROUPS = 500

/**
 * Answers false when the account is in the group already.
 * @throws AppError 404 `account_not_found`, `group_not_found`, 409 `too_many_groups`
 */
export async function addMember(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  added: Membership,
  by: Actor,
): Promise<boolean> {
  const { groupId, accountId } = added
  try {
    return await inTransaction(db, async (trx) => {
      existing(await lockAccount(trx, accountId))
      const group = await findGroup(trx, groupId)
      if (!group) throw groupNotFound()
      const groups = await groupsOf(trx, accountId)
      if (groups.some(({ id }) => id === groupId)) return false
      if (groups.length >= MOST_GROUPS) throw tooManyGroups()
      await trx('group_members').insert({ groupId, accountId })
      await noteChange(trx, accountId, { ...by, atMs: clock(), action: 'group.member_added', group })
      return true
    })
  } catch (error) {
    // The group was deleted meanwhile.
    throw isOrphan(error) ? groupNotFound() : error
  }
}

/**
 * Ends what apps got that are for this group and for no other one of the account. Answers false when the account is not in
 * the group. @throws AppError 404 `account_not_found`, `group_not_found`
 */
export async function removeMember(
  needs: Pick<Services, 'db' | 'clock' | 'noteEnded' | 'revokeAccess'>,
  { groupId, accountId }: Membership,
  by: Actor,
  expects?: Expects,
): Promise<boolean> {
  const { db, clock } = needs
  const ended = await inTransaction(db, async (trx) => {
    const account = existing(await lockAccount(trx, accountId))
    expects?.(account)
    const group = await findGroup(trx, groupId)
    if (!group) throw groupNotFound()
    if ((await trx('group_members').where({ groupId, accountId }).delete()) === 0) return undefined
    await noteChange(trx, accountId, { ...by, atMs: clock(), action: 'group.member_removed', group })
    return endLostAccess(needs, trx, accountId)
  })
  if (ended) await needs.revokeAccess(ended)
  return ended !== undefined
}

/** By their ids. @throws AppError 404 `group_not_found` */
export async function listMembers(
  sql: Sql,
  groupId: string,
  {
    after = '',
    limit = 50,
    skip = 0,
  }: { after?: string | undefined; limit?: number | undefined; skip?: number },
): Promise<MemberPage> {
  if (!(await findGroup(sql, groupId))) throw groupNotFound()
  const rows: Account[] = await sql('group_members')
    .join('accounts', 'accounts.id', 'group_members.accountId')
    .where({ 'group_members.groupId': groupId })
    .where('group_members.accountId', '>', after)
    .orderBy('group_members.accountId')
    .limit(limit + 1)
    .offset(skip)
    .select(accountColumns(sql))
  const accounts = rows.slice(0, limit)
  return { accounts, next: rows.length > limit ? accounts.at(-1)?.id : undefined }
}

/** In the order of their names. There are at most `MOST_GROUPS`. */
export async function groupsOf(sql: Sql, accountId: string): Promise<Group[]> {
  return sql('group_members')
    .join('groups', 'groups.id', 'group_members.groupId')
    .where({ 'group_members.accountId': accountId })
    .orderBy('groups.nameCanonical')
    .select(GROUP_COLUMNS.map((column) => `groups.${column}`))
}

function tooManyGroups(): AppError {
  return new AppError('too_many_groups', 409, `An account is in at most ${MOST_GROUPS} groups.`)
}

type Noted = Actor & {
  atMs: number
  action: 'group.member_added' | 'group.member_removed'
  group: Group
}

async function noteChange(trx: Sql, accountId: string, { group, ...by }: Noted): Promise<void> {
  await changeCachedOf(trx, [accountId])
  const detail = { group: { id: group.id, name: group.name } }
  await recordAudit(trx, { ...by, accountId, detail })
}
