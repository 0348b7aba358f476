/** Groups and members that arrive with an import, many at a time. */
import type { Sql } from '../platform/sql/database.ts'
import { groupIds } from './group-ids.ts'
import { foldGroupName } from './group-name.ts'
import { insertGroup, newGroup } from './groups.ts'
import type { GroupInput } from './groups.ts'

const CLI = { actor: 'cli' }

/** Rows of one statement, of two values each. */
const MEMBERS = 5000

/** Accounts that nobody knows yet, so no cache and no event has to learn of it. Groups are created as needed. */
export async function insertMembers(
  trx: Sql,
  accounts: readonly { accountId: string; groups: readonly string[] }[],
  atMs: number,
): Promise<void> {
  const names = [...new Set(accounts.flatMap(({ groups }) => groups))]
  if (names.length === 0) return
  const named = names.map((name) => ({ name }))
  const ids = await createdGroups(trx, named, atMs)
  const idOf = new Map(names.map((name) => [name, ids.get(foldGroupName(name)) ?? '']))
  const members = accounts.flatMap(({ accountId, groups }) =>
    groups.map((name) => [idOf.get(name) ?? '', accountId]),
  )
  // In the order of the primary key, which costs SQLite least.
  members.sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
  for (let at = 0; at < members.length; at += MEMBERS) {
    const part = members.slice(at, at + MEMBERS)
    const marks = part.map(() => '(?, ?)').join(', ')
    const sql = `insert into group_members (group_id, account_id) values ${marks}`
    await trx.raw(sql, part.flat())
  }
}

/**
 * Ids by the folded forms of the names. In the caller's transaction.
 * @throws a unique violation when another process creates one of them meanwhile
 */
export async function createdGroups(
  trx: Sql,
  groups: readonly GroupInput[],
  atMs: number,
): Promise<ReadonlyMap<string, string>> {
  const byName = new Map(groups.map((one) => [foldGroupName(one.name), one]))
  const ids = await groupIds(trx, [...byName.keys()])
  for (const [folded, { name, description = '' }] of byName) {
    if (ids.has(folded)) continue
    const group = newGroup(name, description, atMs)
    await insertGroup(trx, group, CLI)
    ids.set(folded, group.id)
  }
  return ids
}
