/** What the commands of `group` do. */
import { accountNotFound, findAccountById } from '../../accounts/account.ts'
import type { Account } from '../../accounts/account.ts'
import { findAccountByLogin } from '../../accounts/username.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime } from '../../command-line/layout.ts'
import { cursorOf, listGroups, nextOf } from '../../groups/group-list.ts'
import {
  countMembers,
  createGroup,
  deleteGroup,
  findGroupByEither,
  groupNotFound,
  updateGroup,
} from '../../groups/groups.ts'
import type { CountedGroup, Group } from '../../groups/groups.ts'
import { addMember, listMembers, removeMember } from '../../groups/members.ts'
import type { Services } from '../../services.ts'
import { groupAnswer, groupDeleted, groupList, groupWithMembers, membersChanged } from './group-answers.ts'

const CLI = { actor: 'cli' }

export async function create(input: Input, services: Services): Promise<Answer> {
  const given = { name: input.text('name') ?? '', description: input.text('description') }
  return shown(await createGroup(services, given, CLI))
}

export async function show(input: Input, { db }: Services): Promise<Answer> {
  const group = await countMembers(db, await theGroup(db, input))
  const { accounts, next } = await listMembers(db, group.id, pageOf(input))
  return groupWithMembers(dataOf(group), accounts, next)
}

export async function list(input: Input, { db }: Services): Promise<Answer> {
  const { after, limit } = pageOf(input)
  const from = after === undefined ? undefined : nextOf(after)
  const { groups, next } = await listGroups(db, { search: input.text('search'), after: from, limit })
  return groupList(groups.map(dataOf), next === undefined ? undefined : cursorOf(next))
}

export async function update(input: Input, services: Services): Promise<Answer> {
  const [name, description] = [input.text('name'), input.text('description')]
  if (name === undefined && description === undefined)
    throw usageError('group update takes --name, --description')
  const { id } = await theGroup(services.db, input)
  return shown(await updateGroup(services, id, { name, description }, CLI))
}

export async function remove(input: Input, services: Services): Promise<Answer> {
  const { id } = await theGroup(services.db, input)
  return groupDeleted(await deleteGroup(services, id, CLI))
}

export function addMembers(input: Input, services: Services): Promise<Answer> {
  return changeMembers(input, services, addMember)
}

export function removeMembers(input: Input, services: Services): Promise<Answer> {
  return changeMembers(input, services, removeMember)
}

type Change = (
  needs: Services,
  one: { groupId: string; accountId: string },
  by: typeof CLI,
) => Promise<boolean>

/** All accounts are looked up first, so that a misspelt one changes nothing. */
async function changeMembers(input: Input, services: Services, change: Change): Promise<Answer> {
  const { db } = services
  const group = await theGroup(db, input)
  const accounts: Account[] = []
  for (const typed of input.texts('account')) accounts.push(await theAccount(services, typed))
  let changed = 0
  for (const { id } of accounts)
    if (await change(services, { groupId: group.id, accountId: id }, CLI)) changed += 1
  return membersChanged(dataOf(await countMembers(db, group)), changed, accounts.length - changed)
}

async function theGroup(db: Services['db'], { operands: [typed = ''] }: Input): Promise<Group> {
  const found = await findGroupByEither(db, typed)
  if (found) return found
  throw groupNotFound()
}

async function theAccount({ db }: Services, typed: string): Promise<Account> {
  const found = (await findAccountById(db, typed)) ?? (await findAccountByLogin(db, typed))
  if (found) return found
  throw accountNotFound()
}

function pageOf(input: Input) {
  return { after: input.text('after'), limit: input.integer('limit', { min: 1, max: 200 }) }
}

function shown(group: CountedGroup): Answer {
  return groupAnswer(dataOf(group))
}

function dataOf({ id, name, description, members, createdAtMs, updatedAtMs }: CountedGroup) {
  const times = { created_at: isoTime(createdAtMs), updated_at: isoTime(updatedAtMs) }
  return { id, name, description, members, ...times }
}
