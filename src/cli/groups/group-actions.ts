/** What the commands of `group` do. */
import { z } from 'zod'
import type { Answer, Run } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { group, groupPage, namedAt, namedGroupAt } from '../../command-line/named.ts'
import type { AnsweredAccount } from '../../command-line/named.ts'
import type { Api } from '../../command-line/api.ts'
import { AppError } from '../../platform/errors.ts'
import { groupAnswer, groupDeleted, groupList, groupWithMembers, membersChanged } from './group-answers.ts'

const member = z.object({ id: z.string(), email: z.string(), name: z.string() })
const memberPage = z.object({ items: z.array(member), next: z.string().optional() })
const groupsOfAccount = z.object({ items: z.array(z.object({ id: z.string() })) })

const named = (api: Api, { operands: [typed = ''] }: Input) => namedGroupAt(api, typed)

function pageOf(input: Input) {
  return { cursor: input.text('after'), limit: input.integer('limit', { min: 1, max: 200 }) }
}

export const create: Run = async (input, api) => {
  const body = { name: input.text('name') ?? '', description: input.text('description') }
  return groupAnswer(await api.call('createGroup', group, { body }))
}

export const show: Run = async (input, api) => {
  const found = await named(api, input)
  const called = { params: { id: found.id }, query: pageOf(input) }
  const { items, next } = await api.call('listGroupMembers', memberPage, called)
  return groupWithMembers(found, items, next)
}

export const list: Run = async (input, api) => {
  const query = { search: input.text('search'), ...pageOf(input) }
  const { items, next } = await api.call('listGroups', groupPage, { query })
  return groupList(items, next)
}

export const update: Run = async (input, api) => {
  const [name, description] = [input.text('name'), input.text('description')]
  if (name === undefined && description === undefined)
    throw usageError('group update takes --name, --description')
  const { id } = await named(api, input)
  return groupAnswer(await api.call('updateGroup', group, { params: { id }, body: { name, description } }))
}

export const remove: Run = async (input, api) => {
  const found = await named(api, input)
  await api.send('deleteGroup', { params: { id: found.id } })
  return groupDeleted(found)
}

export const addMembers: Run = (input, api) =>
  changeMembers(input, api, async (groupId, { id }) => {
    const { items } = await api.call('listAccountGroups', groupsOfAccount, { params: { id } })
    await api.send('addGroupMember', { params: { id: groupId }, body: { account_id: id } })
    return !items.some((one) => one.id === groupId)
  })

export const removeMembers: Run = (input, api) =>
  changeMembers(input, api, async (groupId, { id }) => {
    const params = { id: groupId, account_id: id }
    try {
      await api.send('removeGroupMember', { params })
      return true
    } catch (error) {
      if (error instanceof AppError && error.code === 'member_not_found') return false
      throw error
    }
  })

type Change = (groupId: string, account: AnsweredAccount) => Promise<boolean>

/** All accounts are looked up first, so that a misspelt one changes nothing. */
async function changeMembers(input: Input, api: Api, change: Change): Promise<Answer> {
  const { id } = await named(api, input)
  const accounts: AnsweredAccount[] = []
  for (const typed of input.texts('account')) accounts.push(await namedAt(api, typed))
  let changed = 0
  for (const account of accounts) if (await change(id, account)) changed += 1
  return membersChanged(
    await api.call('getGroup', group, { params: { id } }),
    changed,
    accounts.length - changed,
  )
}
