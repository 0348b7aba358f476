/** What the commands about groups print, wherever they read it. */
import type { Answer } from '../../command-line/command.ts'
import { record, table } from '../../command-line/layout.ts'

type Member = { id: string; email: string; name: string }

export type ShownGroup = {
  id: string
  name: string
  description: string
  members: number
  created_at: string
  updated_at: string
}

export function groupAnswer(group: ShownGroup): Answer {
  return { data: group, text: record(group) }
}

export function groupWithMembers(
  group: ShownGroup,
  accounts: readonly Member[],
  next: string | undefined,
): Answer {
  const members = accounts.map(({ id, email, name }) => ({ id, email, name }))
  const rows = members.map(({ id, email, name }) => [id, email, name])
  const lines = [record(group), '', table(['ID', 'E-MAIL', 'NAME'], rows, 'No members.')]
  if (next !== undefined) lines.push(`More: --after ${next}`)
  return { data: { ...group, accounts: members, next: next ?? null }, text: lines.join('\n') }
}

export function groupList(groups: readonly ShownGroup[], next: string | undefined): Answer {
  const rows = groups.map((one) => [one.id, one.name, one.members.toString(), one.description])
  const lines = [table(['ID', 'NAME', 'MEMBERS', 'DESCRIPTION'], rows, 'No groups.')]
  if (next !== undefined) lines.push(`More: --after ${next}`)
  return { data: { groups, next: next ?? null }, text: lines.join('\n') }
}

export function groupDeleted({ id, name }: Pick<ShownGroup, 'id' | 'name'>): Answer {
  return { data: { id, name, deleted: true }, text: `Deleted the group ${name} (${id}).` }
}

export function membersChanged(group: ShownGroup, changed: number, unchanged: number): Answer {
  const data = { ...group, changed, unchanged }
  return { data, text: record(data) }
}
