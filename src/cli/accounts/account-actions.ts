/** What the commands of `account` do. */
import { z } from 'zod'
import type { Answer, Run } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { record } from '../../command-line/layout.ts'
import type { OperationId } from '../../command-line/api-operations.ts'
import { account, accountPage, namedIn } from '../../command-line/named.ts'
import type { Api } from '../../command-line/api.ts'
import {
  accountDeleted,
  accountList,
  deletionCancelled,
  deletionPlanned,
  newEmailCancelled,
  pictureRemoved,
} from './account-answers.ts'
import { filterIn, readPassword } from './account-input.ts'
import { groupNames, newEmail, roles, session } from './answered-account.ts'
import { factorsOf, hasSecond } from './factor-actions.ts'

export const create: Run = async (input, api) => {
  const roles = input.texts('role')
  const body = {
    email: input.text('email') ?? '',
    password: await readPassword(input),
    ...profileIn(input, (value) => value),
    email_verified: input.flag('verified'),
    ...(roles.length > 0 && { roles }),
  }
  const { id } = await api.call('createAccount', account, { body })
  return shownAt(api, id)
}

export const show: Run = async (input, api) => shownAt(api, (await namedIn(input, api)).id)

export const list: Run = async (input, api) => {
  const limit = input.integer('limit', { min: 1, max: 200 })
  const query = { ...filterIn(input), search: input.text('search'), cursor: input.text('after'), limit }
  const { items, next } = await api.call('listAccounts', accountPage, { query })
  return accountList(items, next)
}

export const update: Run = async (input, api) => {
  const [email, verified] = [input.text('email'), input.flag('verified')]
  if (email === undefined && verified) throw usageError('--verified goes with --email')
  const profile = profileIn(input, (value, field) => value || (field === 'name' ? '' : null))
  const changesProfile = Object.keys(profile).length > 0
  if (email === undefined && !changesProfile)
    throw usageError(`account update takes --${Object.keys(PROFILE_FIELDS).join(', --')}, --email`)
  const { id } = await namedIn(input, api)
  if (changesProfile) await api.send('updateAccount', { ...of(id), body: profile })
  if (email !== undefined)
    await api.send('setAccountEmail', { ...of(id), body: { email, email_verified: verified } })
  return shownAt(api, id)
}

const PROFILE_FIELDS = {
  name: 'name',
  'given-name': 'given_name',
  'family-name': 'family_name',
  username: 'username',
  locale: 'locale',
  zoneinfo: 'zoneinfo',
} as const

function profileIn(input: Input, valueOf: (typed: string, field: string) => string | null) {
  return Object.fromEntries(
    Object.entries(PROFILE_FIELDS).flatMap(([option, field]) => {
      const typed = input.text(option)
      return typed === undefined ? [] : [[field, valueOf(typed, field)]]
    }),
  )
}

const changing =
  (id: OperationId): Run =>
  async (input, api) => {
    const found = await namedIn(input, api)
    await api.send(id, { params: { id: found.id } })
    return shownAt(api, found.id)
  }

export const disable = changing('disableAccount')
export const enable = changing('enableAccount')
export const unlock = changing('unlockAccount')
export const verify = changing('verifyAccount')
export const endSessions = changing('endAccountSessions')

export const setRoles: Run = async (input, api) => {
  const { id } = await namedIn(input, api)
  await api.send('setAccountRoles', { params: { id }, body: { roles: input.texts('role') } })
  return shownAt(api, id)
}

export const remove: Run = async (input, api) => {
  const found = await namedIn(input, api)
  if (input.flag('later')) {
    const { delete_at: at } = await api.call('planAccountDeletion', account, of(found.id))
    return deletionPlanned(found, at)
  }
  await api.send('deleteAccount', { params: { id: found.id } })
  return accountDeleted(found)
}

export const keep: Run = async (input, api) => {
  const found = await namedIn(input, api)
  await api.send('keepAccount', { params: { id: found.id } })
  return deletionCancelled(found, found.delete_at !== null)
}

export const cancelEmail: Run = async (input, api) => {
  const found = await namedIn(input, api)
  const cancelled = await api.find(
    'cancelAccountNewEmail',
    z.unknown().transform(() => true),
    of(found.id),
  )
  return newEmailCancelled(found, cancelled ?? false)
}

export const removePicture: Run = async (input, api) => {
  const found = await namedIn(input, api)
  const removed = await api.find(
    'removeAccountPicture',
    z.unknown().transform(() => true),
    of(found.id),
  )
  return pictureRemoved(found, removed ?? false)
}

function of(id: string) {
  return { params: { id } }
}

/** An account with what belongs to it, as `account show` of the database has it. */
async function shownAt(api: Api, id: string): Promise<Answer> {
  const found = await api.call('getAccount', account, of(id))
  const waiting = await api.find('getAccountNewEmail', newEmail, of(id))
  const { items: names } = await api.call('listAccountGroups', groupNames, of(id))
  const { items: active } = await api.call(
    'listAccountSessions',
    z.object({ items: z.array(session) }),
    of(id),
  )
  const data = {
    ...found,
    ...(waiting && { new_email: waiting.email, new_email_until: waiting.expires_at }),
    ...(await api.call('getAccountRoles', roles, of(id))),
    groups: names.map(({ name }) => name),
    second_factor: hasSecond(await factorsOf(api, id)),
    active_sessions: active.length,
  }
  return { data, text: record(data) }
}
