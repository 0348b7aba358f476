/**
 * Groups of accounts: tables `groups` and `group_members`. Owns a group: its name, its description and its end. Who is in it
 * is `members.ts`. Apps get the names by the scope `groups`.
 */
import { randomUUID } from 'node:crypto'
import { changeCachedOf } from '../account-cache/changed-account.ts'
import type { Actor } from '../accounts/account-state.ts'
import { recordAudit } from '../audit/audit.ts'
import { recordEvent } from '../events/events.ts'
import { AppError } from '../platform/errors.ts'
import { inTransaction, isDuplicate } from '../platform/sql/database.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'
import { assertNotAllowing } from './app-access.ts'
import { foldGroupName, parseDescription, parseGroupName } from './group-name.ts'

export type Group = {
  /** Never changes, never used again. */
  id: string
  /** As typed: what apps get. */
  name: string
  description: string
  createdAtMs: number
  updatedAtMs: number
}

export type CountedGroup = Group & { members: number }

export type GroupInput = { name: string; description?: string | undefined }
export type GroupChanges = { [Field in keyof GroupInput]?: GroupInput[Field] | undefined }

/** Gets the group before the change, while its row is locked. Throws to refuse the change. */
type Expects = (group: CountedGroup) => void

export const GROUP_COLUMNS = ['id', 'name', 'description', 'createdAtMs', 'updatedAtMs'] as const

/** @throws AppError 409 `group_exists`, 422 `group_name_invalid`, `group_description_invalid` */
export async function createGroup(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { name, description = '' }: GroupInput,
  by: Actor,
): Promise<CountedGroup> {
  const group = newGroup(parseGroupName(name), parseDescription(description), clock())
  await refusingTaken(group.name, () => inTransaction(db, (trx) => insertGroup(trx, group, by)))
  return { ...group, members: 0 }
}

export function newGroup(name: string, description: string, nowMs: number): Group {
  return { id: randomUUID(), name, description, createdAtMs: nowMs, updatedAtMs: nowMs }
}

/** In the caller's transaction. @throws a unique violation when the name is taken */
export async function insertGroup(trx: Sql, group: Group, by: Actor): Promise<void> {
  const nameCanonical = foldGroupName(group.name)
  await trx('groups').insert({ ...group, nameCanonical })
  await noteCreated(trx, group, { ...by, atMs: group.createdAtMs })
}

/** In the transaction of the insert. */
export async function noteCreated(trx: Sql, group: Named, by: Actor & { atMs: number }): Promise<void> {
  await audit(trx, group, { ...by, action: 'group.created' })
  const data = () => ({ actor: by.actor, group: shown(group) })
  await recordEvent(trx, { type: 'group.created', subject: group.id, data })
}

export async function findGroup(sql: Sql, id: string): Promise<Group | undefined> {
  return sql<Group>('groups')
    .where({ id })
    .first(...GROUP_COLUMNS)
}

/** By its id, or by any spelling of its name. */
export async function findGroupByEither(sql: Sql, typed: string): Promise<Group | undefined> {
  const byName = () =>
    sql<Group & { nameCanonical: string }>('groups')
      .where({ nameCanonical: foldGroupName(typed) })
      .first(...GROUP_COLUMNS)
  return (await findGroup(sql, typed)) ?? (await byName())
}

export async function countMembers(sql: Sql, group: Group): Promise<CountedGroup> {
  const [row] = await sql('group_members').where({ groupId: group.id }).count({ members: '*' })
  return { ...group, members: Number(row?.['members'] ?? 0) }
}

/**
 * Changes what is named and leaves the rest. Where every value is as before, nothing changes and nothing is recorded.
 * @throws AppError 404 `group_not_found`, 409 `group_exists`, 422 `group_name_invalid`, `group_description_invalid`
 */
export async function updateGroup(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  id: string,
  changes: GroupChanges,
  by: Actor,
  expects?: Expects,
): Promise<CountedGroup> {
  const given = {
    ...(changes.name !== undefined && { name: parseGroupName(changes.name) }),
    ...(changes.description !== undefined && { description: parseDescription(changes.description) }),
  }
  const work = async (trx: Sql) => {
    const before = await lockedGroup(trx, id, expects)
    const after = { ...before, ...given, updatedAtMs: clock() }
    const renamed = after.name !== before.name
    if (!renamed && after.description === before.description) return before
    const { name, description, updatedAtMs } = after
    const values = { name, nameCanonical: foldGroupName(name), description, updatedAtMs }
    await trx('groups').where({ id }).update(values)
    if (renamed) await changeCachedOf(trx, await someMembers(trx, id))
    await audit(trx, after, { ...by, atMs: updatedAtMs, action: 'group.changed' })
    const data = () => ({ actor: by.actor, group: shown(after), previous_name: before.name })
    await recordEvent(trx, { type: 'group.changed', subject: id, data })
    return after
  }
  return refusingTaken(given.name ?? '', () => inTransaction(db, work))
}

/** Its members lose it, and keep their accounts. @throws AppError 404 `group_not_found`, 409 `group_in_use` */
export async function deleteGroup(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  id: string,
  by: Actor,
  expects?: Expects,
): Promise<CountedGroup> {
  return inTransaction(db, async (trx) => {
    const group = await lockedGroup(trx, id, expects)
    await assertNotAllowing(trx, id)
    const members = await someMembers(trx, id)
    await trx('groups').where({ id }).delete()
    await changeCachedOf(trx, members)
    await audit(trx, group, { ...by, atMs: clock(), action: 'group.deleted' })
    const data = () => ({ actor: by.actor, group: shown(group), members: group.members })
    await recordEvent(trx, { type: 'group.deleted', subject: id, data })
    return group
  })
}

export function groupNotFound(): AppError {
  return new AppError('group_not_found', 404, 'There is no such group.')
}

/** Waits for those who add members at this moment, and keeps others out until the transaction ends. */
async function lockedGroup(trx: Sql, id: string, expects: Expects | undefined): Promise<CountedGroup> {
  const group = await trx<Group>('groups')
    .where({ id })
    .forUpdate()
    .first(...GROUP_COLUMNS)
  if (!group) throw groupNotFound()
  const counted = await countMembers(trx, group)
  expects?.(counted)
  return counted
}

/** More accounts than this share all topics of the cache anyway. */
const MANY = 2000

async function someMembers(trx: Sql, groupId: string): Promise<string[] | 'many'> {
  const rows: { accountId: string }[] = await trx('group_members')
    .where({ groupId })
    .limit(MANY + 1)
    .select('accountId')
  return rows.length > MANY ? 'many' : rows.map(({ accountId }) => accountId)
}

type Audited = Actor & { atMs: number; action: 'group.created' | 'group.changed' | 'group.deleted' }

type Named = Pick<Group, 'id' | 'name' | 'description'>

async function audit(trx: Sql, { id, name }: Named, { atMs, action, ...by }: Audited): Promise<void> {
  await recordAudit(trx, { ...by, atMs, action, detail: { group: { id, name } } })
}

function shown({ id, name, description }: Named) {
  return { id, name, description }
}

async function refusingTaken<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isDuplicate(error)) throw error
    const message = `There is a group ${name} already. Names that differ only in case or Unicode form are the same.`
    throw new AppError('group_exists', 409, message, { cause: error })
  }
}
