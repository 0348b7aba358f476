/** The account or the group that a person named, over the JSON API. */
import { z } from 'zod'
import { foldUsername } from '../accounts/folded-username.ts'
import type { Api } from './api.ts'
import type { Input } from './input.ts'

export const account = z.looseObject({
  id: z.string(),
  email: z.string(),
  email_verified: z.boolean(),
  name: z.string(),
  picture: z.string().nullable(),
  disabled: z.boolean(),
  delete_at: z.string().nullable(),
  created_at: z.string(),
})
export const accountPage = z.object({ items: z.array(account), next: z.string().optional() })

export type AnsweredAccount = z.infer<typeof account>

/** The account that the operand names. @throws AppError 404 `account_not_found` */
export function namedIn({ operands: [typed = ''] }: Input, api: Api): Promise<AnsweredAccount> {
  return namedAt(api, typed)
}

/** By the id, the address or the user name. @throws AppError 404 `account_not_found` */
export async function namedAt(api: Api, typed: string): Promise<AnsweredAccount> {
  const byId = () => api.find('getAccount', account, { params: { id: typed } })
  const found = (typed.includes('@') ? undefined : await byId()) ?? (await byLogin(api, typed))
  return found ?? api.call('getAccount', account, { params: { id: typed } })
}

async function byLogin(api: Api, login: string): Promise<AnsweredAccount | undefined> {
  const { items } = await api.call('listAccounts', accountPage, { query: { login } })
  return items[0]
}

export const group = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  members: z.number(),
  created_at: z.string(),
  updated_at: z.string(),
})
export const groupPage = z.object({ items: z.array(group), next: z.string().optional() })

export type AnsweredGroup = z.infer<typeof group>

/** By the id or the name. @throws AppError 404 `group_not_found` */
export async function namedGroupAt(api: Api, typed: string): Promise<AnsweredGroup> {
  const params = { id: typed }
  const byId = typed.length <= 64 ? await api.find('getGroup', group, { params }) : undefined
  return byId ?? (await groupByName(api, typed)) ?? api.call('getGroup', group, { params })
}

/** Of all names that begin so, the shortest comes first. Names of groups are compared as user names are. */
async function groupByName(api: Api, name: string): Promise<AnsweredGroup | undefined> {
  const { items } = await api.call('listGroups', groupPage, { query: { search: name, limit: 1 } })
  return items.find((one) => foldUsername(one.name) === foldUsername(name.trim()))
}
