/** The groups that a file names: which of them are new, and which rows they become. */
import { foldGroupName, groupName, groupNameProblem } from '../groups/group-name.ts'
import { insertGroup, newGroup } from '../groups/groups.ts'
import type { GroupInput } from '../groups/groups.ts'
import { MOST_GROUPS } from '../groups/members.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { Incoming, LeftOut } from './incoming.ts'
import type { Summary } from './summary.ts'

const CLI = { actor: 'cli' }

/** Ids of groups by the folded forms of their names. */
export type GroupIds = ReadonlyMap<string, string>

/** Without the groups that this server does not take, which are named in `leftOut`. Each group once. */
export function withFittingGroups(incoming: Incoming): Incoming {
  if (!incoming.groups || incoming.groups.length === 0) return incoming
  const groups = new Map<string, string>()
  const leftOut: LeftOut[] = [...(incoming.leftOut ?? [])]
  for (const typed of incoming.groups) {
    const read = readName(typed)
    if ('code' in read) leftOut.push(read)
    else if (groups.size >= MOST_GROUPS)
      leftOut.push({ code: 'too_many_groups', why: `an account is in at most ${MOST_GROUPS} groups` })
    else groups.set(read.folded, read.name)
  }
  return { ...incoming, groups: [...groups.values()], leftOut }
}

type Read = { name: string; folded: string } | LeftOut

// Most files name few groups, and each of them often.
const REMEMBERED = 10_000
const remembered = new Map<string, Read>()

function readName(typed: string): Read {
  const known = remembered.get(typed)
  if (known) return known
  const parsed = groupName.safeParse(typed)
  const read = parsed.success
    ? { name: parsed.data, folded: foldGroupName(parsed.data) }
    : { code: 'group_name_invalid', why: groupNameProblem(parsed.error) }
  if (remembered.size < REMEMBERED) remembered.set(typed, read)
  return read
}

export type GroupCount = {
  /** Counts each name once for the whole file. Call it before the groups are created. */
  see: (names: readonly string[]) => Promise<void>
  /** The group was counted elsewhere. */
  note: (name: string) => void
}

export function createGroupCount(db: Sql, { groups }: Pick<Summary, 'groups'>): GroupCount {
  const seen = new Set<string>()
  return {
    async see(names) {
      const folded = new Set([...new Set(names)].map(foldGroupName))
      const fresh = [...folded].filter((name) => !seen.has(name))
      if (fresh.length === 0) return
      const here = await idsOf(db, fresh)
      groups.alreadyHere += here.size
      groups.imported += fresh.length - here.size
      for (const name of fresh) seen.add(name)
    },
    note: (name) => void seen.add(foldGroupName(name)),
  }
}

/** In the caller's transaction. @throws a unique violation when another process creates one of them meanwhile */
export async function createdGroups(
  trx: Sql,
  groups: readonly GroupInput[],
  atMs: number,
): Promise<GroupIds> {
  const byName = new Map(groups.map((one) => [foldGroupName(one.name), one]))
  const ids = await idsOf(trx, [...byName.keys()])
  for (const [folded, { name, description = '' }] of byName) {
    if (ids.has(folded)) continue
    const group = newGroup(name, description, atMs)
    await insertGroup(trx, group, CLI)
    ids.set(folded, group.id)
  }
  return ids
}

/** Names of one statement: the smallest limit is SQLite's 32,766. */
const NAMES = 5000

async function idsOf(sql: Sql, folded: readonly string[]): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  for (let at = 0; at < folded.length; at += NAMES) {
    const part = folded.slice(at, at + NAMES)
    const rows: { id: string; nameCanonical: string }[] = await sql('groups')
      .whereIn('nameCanonical', part)
      .select('id', 'nameCanonical')
    for (const { id, nameCanonical } of rows) ids.set(nameCanonical, id)
  }
  return ids
}
