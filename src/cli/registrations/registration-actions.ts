/** What the commands of `invite` and `registration` do. */
import { accountNotFound, findAccountById } from '../../accounts/account.ts'
import type { Account } from '../../accounts/account.ts'
import { findAccountByLogin } from '../../accounts/username.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime } from '../../command-line/layout.ts'
import { findGroupByEither, groupNotFound } from '../../groups/groups.ts'
import { DAY_MS } from '../../platform/clock.ts'
import type { Sql } from '../../platform/sql/database.ts'
import {
  approveRegistration,
  listWaiting,
  refuseRegistration,
} from '../../accounts/registrations/approvals.ts'
import {
  createInvitation,
  invitationNotFound,
  invitationState,
  listInvitations,
  revokeInvitation,
} from '../../accounts/registrations/invitations.ts'
import type { Invitation } from '../../accounts/registrations/invitations.ts'
import type { Services } from '../../services.ts'
import {
  approved,
  invitationList,
  invitationMade,
  invitationRevoked,
  refused,
  waitingList,
} from './registration-answers.ts'
import { daysIn } from './registration-input.ts'

const CLI = { actor: 'cli' }

export async function create(input: Input, services: Services): Promise<Answer> {
  const given = {
    email: input.text('email'),
    role: input.text('role'),
    groupIds: await groupsIn(services.db, input),
    lifetimeMs: daysIn(input) * DAY_MS,
    mail: input.flag('mail'),
  }
  const { link, invitation } = await createInvitation(services, given, CLI)
  return invitationMade({ link, ...toData(invitation, services.clock()) })
}

export async function list(_input: Input, { db, clock }: Services): Promise<Answer> {
  return invitationList((await listInvitations(db)).map((one) => toData(one, clock())))
}

export async function revoke({ operands: [id = ''] }: Input, { db }: Services): Promise<Answer> {
  if (!(await revokeInvitation(db, id))) throw invitationNotFound()
  return invitationRevoked(id)
}

export async function waiting(_input: Input, { db }: Services): Promise<Answer> {
  const accounts = await listWaiting(db)
  return waitingList(
    accounts.map(({ id, email, name, requestedAtMs }) => ({
      id,
      email,
      name,
      requested_at: isoTime(requestedAtMs),
    })),
  )
}

export async function approve(input: Input, services: Services): Promise<Answer> {
  const account = await theAccount(services.db, input)
  await approveRegistration(services, account.id, CLI)
  return approved(account)
}

export async function refuse(input: Input, services: Services): Promise<Answer> {
  const account = await theAccount(services.db, input)
  await refuseRegistration(services, account.id, CLI)
  return refused(account)
}

async function theAccount(sql: Sql, { operands: [typed = ''] }: Input): Promise<Account> {
  const found = (await findAccountById(sql, typed)) ?? (await findAccountByLogin(sql, typed))
  if (!found) throw accountNotFound()
  return found
}

async function groupsIn(sql: Sql, input: Input): Promise<string[]> {
  const ids: string[] = []
  for (const typed of input.texts('group')) {
    const group = await findGroupByEither(sql, typed)
    if (!group) throw groupNotFound()
    ids.push(group.id)
  }
  return ids
}

function toData(one: Invitation, nowMs: number) {
  return {
    id: one.id,
    email: one.email,
    role: one.role,
    group_ids: one.groupIds,
    created_by: one.createdBy,
    created_at: isoTime(one.createdAtMs),
    expires_at: isoTime(one.expiresAtMs),
    state: invitationState(one, nowMs),
  }
}
