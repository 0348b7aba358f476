/** Lists groups page by page, by their names. The position is a name, so pages stay right while groups come and go. */
import { AppError } from '../platform/errors.ts'
import type { Sql } from '../platform/sql/database.ts'
import { foldGroupName } from './group-name.ts'
import { GROUP_COLUMNS } from './groups.ts'
import type { CountedGroup, Group } from './groups.ts'

export type GroupQuery = {
  /** The beginning of a name, in any spelling. */
  search?: string | undefined
  /** The `next` of the page before: a folded name. */
  after?: string | undefined
  /** 1 to 200; 50 when not given. */
  limit?: number | undefined
  skip?: number | undefined
}

export type GroupPage = { groups: CountedGroup[]; next: string | undefined }

export async function listGroups(
  sql: Sql,
  { search = '', after = '', limit = 50, skip = 0 }: GroupQuery,
): Promise<GroupPage> {
  const prefix = foldGroupName(search).replaceAll(/[!%_]/g, '!$&')
  const rows: (Group & { nameCanonical: string })[] = await sql('groups')
    .select(...GROUP_COLUMNS, 'nameCanonical')
    .where('nameCanonical', '>', after)
    .whereRaw("?? like ? escape '!'", ['nameCanonical', `${prefix}%`])
    .orderBy('nameCanonical')
    .limit(limit + 1)
    .offset(skip)
  const page = rows.slice(0, limit)
  const groups = await counted(sql, page)
  return { groups, next: rows.length > limit ? page.at(-1)?.nameCanonical : undefined }
}

async function counted(sql: Sql, page: (Group & { nameCanonical?: string })[]): Promise<CountedGroup[]> {
  const ids = page.map(({ id }) => id)
  const counts: { groupId: string; members: number }[] = await sql('group_members')
    .whereIn('groupId', ids)
    .groupBy('groupId')
    .select('groupId')
    .count({ members: '*' })
  const byId = new Map(counts.map(({ groupId, members }) => [groupId, Number(members)]))
  return page.map(({ nameCanonical: _folded, ...group }) => ({ ...group, members: byId.get(group.id) ?? 0 }))
}

/** The `next` of a page as others get it: in letters that an address may have. */
export function cursorOf(next: string): string {
  return Buffer.from(next).toString('base64url')
}

/** @throws AppError 400 `invalid_cursor` */
export function nextOf(cursor: string): string {
  const next = Buffer.from(cursor, 'base64url').toString()
  if (next !== '' && cursorOf(next) === cursor) return next
  throw new AppError('invalid_cursor', 400, 'The cursor is not the next of a page before.')
}
