/** A group as the API shows it. */
import { z } from 'zod'
import { countMembers, findGroup, groupNotFound } from '../../groups/groups.ts'
import type { CountedGroup, Group } from '../../groups/groups.ts'
import { timeOf } from '../../operations/shown-account.ts'
import type { Sql } from '../../platform/sql/database.ts'

export const common = { tag: 'Groups', caller: 'administrator' } as const
export const params = z.strictObject({ id: z.string().max(64) })
export const NO_GROUP = { group_not_found: { status: 404, when: 'There is no group with this id.' } } as const
export const NO_ACCOUNT = {
  account_not_found: { status: 404, when: 'There is no account with this id.' },
} as const

const groupFields = {
  id: z.string(),
  name: z.string().describe('What apps read in the claim `groups`.'),
  description: z.string(),
}

/** A group of one account: who else is in it is not said. */
export const namedGroup = z.object(groupFields).meta({ title: 'Group of an account' })

export const shownGroup = z
  .object({
    ...groupFields,
    members: z.int().describe('How many accounts are in it.'),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ title: 'Group' })

export function nameGroup({ id, name, description }: Group): z.output<typeof namedGroup> {
  return { id, name, description }
}

export function showGroup(group: CountedGroup): z.output<typeof shownGroup> {
  return {
    ...nameGroup(group),
    members: group.members,
    created_at: timeOf(group.createdAtMs),
    updated_at: timeOf(group.updatedAtMs),
  }
}

/** @throws AppError 404 `group_not_found` */
export async function theGroup(sql: Sql, id: string): Promise<CountedGroup> {
  const found = await findGroup(sql, id)
  if (found) return countMembers(sql, found)
  throw groupNotFound()
}
