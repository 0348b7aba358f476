/** The groups that a file names: which of them fit, and which are new. */
import { foldGroupName, groupName, groupNameProblem } from '../groups/group-name.ts'
import { groupIds } from '../groups/group-ids.ts'
import { MOST_GROUPS } from '../groups/members.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { Incoming, LeftOut } from './incoming.ts'
import type { Summary } from './summary.ts'

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
const LONGEST = 200
const remembered = new Map<string, Read>()

function readName(typed: string): Read {
  const known = remembered.get(typed)
  if (known) return known
  const parsed = groupName.safeParse(typed)
  const read = parsed.success
    ? { name: parsed.data, folded: foldGroupName(parsed.data) }
    : { code: 'group_name_invalid', why: groupNameProblem(parsed.error) }
  if (remembered.size < REMEMBERED && typed.length <= LONGEST) remembered.set(typed, read)
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
      const here = await groupIds(db, fresh)
      groups.alreadyHere += here.size
      groups.imported += fresh.length - here.size
      for (const name of fresh) seen.add(name)
    },
    note: (name) => void seen.add(foldGroupName(name)),
  }
}
