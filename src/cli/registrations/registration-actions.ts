/** What the commands of `invite` and `registration` do. */
import { accountNotFound, findAccountById } from '../../accounts/account.ts'
import type { Account } from '../../accounts/account.ts'
import { ROLES } from '../../accounts/role-names.ts'
import type { Role } from '../../accounts/role-names.ts'
import { findAccountByLogin } from '../../accounts/username.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime, record, table } from '../../command-line/layout.ts'
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

const CLI = { actor: 'cli' }
const DEFAULT_DAYS = 7

export async function create(input: Input, services: Services): Promise<Answer> {
  const days = input.integer('days', { min: 1, max: 365 }) ?? DEFAULT_DAYS
  const given = {
    email: input.text('email'),
    role: roleIn(input),
    groupIds: await groupsIn(services.db, input),
    lifetimeMs: days * DAY_MS,
    mail: input.flag('mail'),
  }
  const { link, invitation } = await createInvitation(services, given, CLI)
  const data = { link, ...toData(invitation, services.clock()) }
  return { data, text: `${record(data)}\n\nThe link is shown only now.` }
}

export async function list(_input: Input, { db, clock }: Services): Promise<Answer> {
  const found = (await listInvitations(db)).map((one) => toData(one, clock()))
  const rows = found.map((one) => [
    one.id,
    one.email ?? 'any',
    one.role ?? '',
    one.expires_at ?? '',
    one.state,
  ])
  return {
    data: { invitations: found },
    text: table(['ID', 'E-MAIL', 'ROLE', 'EXPIRES', 'STATE'], rows, 'No invitations.'),
  }
}

export async function revoke({ operands: [id = ''] }: Input, { db }: Services): Promise<Answer> {
  if (!(await revokeInvitation(db, id))) throw invitationNotFound()
  return { data: { id, revoked: true }, text: `Revoked ${id}.` }
}

export async function waiting(_input: Input, { db }: Services): Promise<Answer> {
  const accounts = await listWaiting(db)
  const rows = accounts.map((one) => [one.id, one.email, one.name, isoTime(one.requestedAtMs) ?? ''])
  const data = accounts.map(({ id, email, name, requestedAtMs }) => ({
    id,
    email,
    name,
    requested_at: isoTime(requestedAtMs),
  }))
  return { data: { accounts: data }, text: table(['ID', 'E-MAIL', 'NAME', 'SINCE'], rows, 'Nobody waits.') }
}

export async function approve(input: Input, services: Services): Promise<Answer> {
  const { id, email } = await theAccount(services.db, input)
  await approveRegistration(services, id, CLI)
  return { data: { id, approved: true }, text: `Approved ${email}.` }
}

export async function refuse(input: Input, services: Services): Promise<Answer> {
  const { id, email } = await theAccount(services.db, input)
  await refuseRegistration(services, id, CLI)
  return { data: { id, refused: true }, text: `Refused ${email}. The account is deleted.` }
}

async function theAccount(sql: Sql, { operands: [typed = ''] }: Input): Promise<Account> {
  const found = (await findAccountById(sql, typed)) ?? (await findAccountByLogin(sql, typed))
  if (!found) throw accountNotFound()
  return found
}

function roleIn(input: Input): Role | undefined {
  const typed = input.text('role')
  if (typed === undefined) return undefined
  const role = ROLES.find((name) => name === typed)
  if (!role) throw usageError(`--role takes ${ROLES.join(', ')}`)
  return role
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
