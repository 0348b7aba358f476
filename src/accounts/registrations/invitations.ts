/**
 * Invitations to register: for one account, until they expire or are revoked. The token is in the mailed link and stored as a
 * digest. The account that registered holds it until its address is confirmed. Only then it is used up, in one statement.
 */
import { randomUUID } from 'node:crypto'
import { changeCachedOf } from '../../account-cache/changed-account.ts'
import { findAccountByEmail, isVerified } from '../account.ts'
import { mailInvitation } from '../account-mail.ts'
import type { Actor } from '../account-state.ts'
import { grantRole } from '../roles.ts'
import { recordAudit } from '../../audit/audit.ts'
import { AppError } from '../../platform/errors.ts'
import { lookupEmail, parseEmail } from '../../platform/email.ts'
import { inTransaction, isDuplicate } from '../../platform/sql/database.ts'
import type { Db, Sql } from '../../platform/sql/database.ts'
import { purgeSome } from '../../platform/sql/purge.ts'
import { digest, randomToken } from '../../platform/tokens.ts'
import { assertWithin } from '../../accounts/roles/held-scopes.ts'
import { existingRoles, lockRoles } from '../../accounts/roles/roles.ts'
import type { RoleActor } from '../../accounts/roles/roles.ts'
import type { Services } from '../../services.ts'

export type Invitation = {
  id: string
  /** Nobody else may use it; `null`: any address. */
  email: string | null
  emailCanonical: string | null
  role: string | null
  groupIds: string[]
  createdBy: string
  createdAtMs: number
  expiresAtMs: number
  /** Who registered with it last. */
  accountId: string | null
  usedAtMs: number | null
}

export type NewInvitation = {
  email?: string | undefined
  role?: string | undefined
  groupIds?: readonly string[]
  lifetimeMs: number
  /** Mails the link to `email`. */
  mail?: boolean
}

const COLUMNS = [
  'id',
  'email',
  'emailCanonical',
  'role',
  'groupIds',
  'createdBy',
  'createdAtMs',
  'expiresAtMs',
  'accountId',
  'usedAtMs',
] as const

/**
 * Returns the token, which cannot be shown again. @throws AppError 422 `email_invalid`, `invitation_needs_email`, 403
 * `beyond_your_roles`, 404 `group_not_found`, `role_not_found`, 409 `registration_closed`, `account_exists`
 */
export async function createInvitation(
  needs: Pick<Services, 'db' | 'clock' | 'config' | 'outbox'>,
  given: NewInvitation,
  { within, ...by }: RoleActor,
): Promise<{ token: string; link: string; invitation: Invitation }> {
  if (needs.config.registration.accountRegistration === 'closed')
    throw new AppError('registration_closed', 409, 'Nobody may register: ACCOUNT_REGISTRATION is closed.')
  const token = randomToken()
  const invitation = newInvitation(given, by, needs.clock())
  const link = invitationLink(needs.config.issuer, token)
  await inTransaction(needs.db, async (trx) => {
    await assertNobody(trx, invitation.emailCanonical)
    await assertGroups(trx, invitation.groupIds)
    const roles = await lockRoles(trx, invitation.role === null ? [] : [invitation.role])
    for (const { scopes } of roles) assertWithin(within, scopes)
    const groupIds = JSON.stringify(invitation.groupIds)
    await trx('invitations').insert({ ...invitation, groupIds, tokenDigest: digest(token) })
    if (given.mail && invitation.email !== null)
      await mailInvitation(needs, trx, invitation.email, { link, expiresAtMs: invitation.expiresAtMs })
  })
  return { token, link, invitation }
}

/** Newest first; used and expired ones until they are purged. */
export async function listInvitations(sql: Sql): Promise<Invitation[]> {
  const order = [{ column: 'createdAtMs', order: 'desc' }, { column: 'id' }]
  const rows = await sql<Row>('invitations')
    .select(...COLUMNS)
    .orderBy(order)
  return rows.map(fromRow)
}

/** False when there is none, or it was used. `expects` throws where it is not as the caller read it. */
export async function revokeInvitation(
  db: Db,
  id: string,
  expects?: (before: Invitation) => void,
): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    const unused = trx<Row>('invitations').where({ id }).whereNull('usedAtMs')
    const row = await unused
      .clone()
      .forUpdate()
      .first(...COLUMNS)
    if (!row) return false
    expects?.(fromRow(row))
    return (await unused.delete()) === 1
  })
}

/** The invitation of a link, or of a registration that began with it, while it may be used. */
export async function findInvitation(
  sql: Sql,
  {
    invitation: token,
    invitationId: id = '',
  }: { invitation?: string | undefined; invitationId?: string | undefined },
  nowMs: number,
): Promise<Invitation | undefined> {
  const row = await sql<Row>('invitations')
    .where(token === undefined ? { id } : { tokenDigest: digest(token) })
    .whereNull('usedAtMs')
    .where('expiresAtMs', '>', nowMs)
    .first(...COLUMNS)
  return row && fromRow(row)
}

/** The account of a registration holds the invitation from now on, and the one before no longer. */
export async function holdInvitation(trx: Sql, id: string, accountId: string): Promise<void> {
  await trx('invitations').where({ id }).whereNull('usedAtMs').update({ accountId })
}

/**
 * Uses up the invitation that an account holds, and gives what it brings. Answers false when the account holds none. In the
 * transaction that confirms the address.
 */
export async function useInvitation(trx: Sql, accountId: string, nowMs: number): Promise<boolean> {
  const row = await trx<Row>('invitations')
    .where({ accountId })
    .whereNull('usedAtMs')
    .first(...COLUMNS)
  if (!row) return false
  const used = await trx('invitations')
    .where({ id: row.id, accountId })
    .whereNull('usedAtMs')
    .update({ usedAtMs: nowMs })
  if (used !== 1) return false
  const { role, groupIds, createdBy: actor } = fromRow(row)
  const by = { actor, accountId, atMs: nowMs }
  // A role or group may be gone since.
  for (const { name } of await existingRoles(trx, role === null ? [] : [role]))
    if (await grantRole(trx, accountId, name))
      await recordAudit(trx, { ...by, action: 'role.granted', detail: { role: name } })
  for (const group of await existingGroups(trx, groupIds))
    if (await join(trx, group.id, accountId)) {
      await changeCachedOf(trx, [accountId])
      await recordAudit(trx, { ...by, action: 'group.member_added', detail: { group } })
    }
  return true
}

export type InvitationState = 'usable' | 'used' | 'expired'

export function invitationState({ usedAtMs, expiresAtMs }: Invitation, nowMs: number): InvitationState {
  if (usedAtMs !== null) return 'used'
  return expiresAtMs > nowMs ? 'usable' : 'expired'
}

/** 404: there is none, or it was used. */
export function invitationNotFound(): AppError {
  return new AppError('invitation_not_found', 404, 'There is no such invitation that could be revoked.')
}

/** One step: answers how many rows it found. A used one stays until it would have expired. */
export async function purgeInvitations(db: Db, nowMs: number, limit: number): Promise<number> {
  const outdated = { table: 'invitations', key: 'id' }
  return purgeSome(db, { ...outdated, outdated: (rows) => rows.where('expiresAtMs', '<=', nowMs) }, limit)
}

/**
 * Registering does nothing for a confirmed account, so its invitation would give it no role and no group. An operator may know
 * that there is one. Somebody who did not confirm the address registers once more.
 */
async function assertNobody(sql: Sql, emailCanonical: string | null): Promise<void> {
  if (emailCanonical === null) return
  const account = await findAccountByEmail(sql, emailCanonical)
  if (account && isVerified(account))
    throw new AppError(
      'account_exists',
      409,
      'There is already an account with this e-mail address. Give that account the role or the groups.',
    )
}

type Row = Omit<Invitation, 'groupIds'> & { groupIds: string; tokenDigest: string }

function fromRow({ groupIds, ...row }: Omit<Row, 'tokenDigest'>): Invitation {
  return { ...row, groupIds: JSON.parse(groupIds) as string[] }
}

function newInvitation(given: NewInvitation, { actor }: Actor, nowMs: number): Invitation {
  const { email, role = null, groupIds = [], lifetimeMs } = given
  const parsed = email === undefined ? undefined : parseEmail(email)
  if (parsed?.ok === false) throw new AppError('email_invalid', 422, 'The e-mail address is not valid.')
  // Otherwise everybody who sees the link could get the role.
  if (!parsed && (role !== null || given.mail))
    throw new AppError(
      'invitation_needs_email',
      422,
      'An invitation with a role, or by mail, needs an address.',
    )
  return {
    id: randomUUID(),
    email: parsed?.email.typed ?? null,
    emailCanonical: parsed ? lookupEmail(parsed.email.typed) : null,
    role,
    groupIds: [...new Set(groupIds)],
    createdBy: actor,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + lifetimeMs,
    accountId: null,
    usedAtMs: null,
  }
}

function invitationLink(issuer: string, token: string): string {
  return `${issuer}/register?${new URLSearchParams({ invitation: token })}`
}

async function assertGroups(trx: Sql, ids: readonly string[]): Promise<void> {
  if ((await existingGroups(trx, ids)).length < ids.length)
    throw new AppError('group_not_found', 404, 'There is no group with this id.')
}

function existingGroups(sql: Sql, ids: readonly string[]): Promise<{ id: string; name: string }[]> {
  return sql('groups').whereIn('id', ids).select('id', 'name').orderBy('name')
}

async function join(trx: Sql, groupId: string, accountId: string): Promise<boolean> {
  try {
    await trx('group_members').insert({ groupId, accountId })
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}
