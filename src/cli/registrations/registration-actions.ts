/** What the commands of `invite` and `registration` do. */
import { z } from 'zod'
import type { Run } from '../../command-line/command.ts'
import { namedAt, namedGroupAt } from '../../command-line/named.ts'
import {
  approved,
  invitationList,
  invitationMade,
  invitationRevoked,
  refused,
  waitingList,
} from './registration-answers.ts'
import { daysIn } from './registration-input.ts'

const invitation = z.looseObject({
  id: z.string(),
  email: z.string().nullable(),
  role: z.string().nullable(),
  expires_at: z.string(),
  state: z.string(),
})
const made = invitation.extend({ link: z.string() })
const waitingAccount = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  requested_at: z.string(),
})

export const create: Run = async (input, api) => {
  const groupIds: string[] = []
  for (const typed of input.texts('group')) groupIds.push((await namedGroupAt(api, typed)).id)
  const body = {
    email: input.text('email'),
    role: input.text('role'),
    group_ids: groupIds,
    days: daysIn(input),
    mail: input.flag('mail'),
  }
  const { link, ...rest } = await api.call('createInvitation', made, { body })
  return invitationMade({ link, ...rest })
}

export const list: Run = async (_input, api) => {
  const { items } = await api.call('listInvitations', z.object({ items: z.array(invitation) }))
  return invitationList(items)
}

export const revoke: Run = async ({ operands: [id = ''] }, api) => {
  await api.send('revokeInvitation', { params: { id } })
  return invitationRevoked(id)
}

export const waiting: Run = async (_input, api) => {
  const { items } = await api.call('listWaitingAccounts', z.object({ items: z.array(waitingAccount) }))
  return waitingList(items)
}

export const approve: Run = async ({ operands: [typed = ''] }, api) => {
  const found = await namedAt(api, typed)
  await api.send('approveAccount', { params: { id: found.id } })
  return approved(found)
}

export const refuse: Run = async ({ operands: [typed = ''] }, api) => {
  const found = await namedAt(api, typed)
  await api.send('refuseAccount', { params: { id: found.id } })
  return refused(found)
}
