/**
 * Who may register. Every way to make an account of one's own asks `mayRegister` first: the page, the API and upstream
 * sign-ins. `holdRegistration` follows with the account, and `settleRegistration` when its address is confirmed.
 */
import type { Account } from '../account.ts'
import { updateAccount } from '../../account-cache/changed-account.ts'
import { recordAudit } from '../../audit/audit.ts'
import { lookupEmail } from '../../platform/email.ts'
import type { Sql } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import type { Config } from '../../settings/config.ts'
import { isWaiting, noteWaiting } from './approvals.ts'
import { findInvitation, holdInvitation, useInvitation } from './invitations.ts'

/** `invitation`: the invitation is missing, unknown, used, expired or for another address. */
export type RegistrationRefusal = 'closed' | 'domain' | 'invitation'

/** What a registration may do; for `holdRegistration`. */
export type RegistrationPermit = {
  allowed: true
  invitationId: string | undefined
  needsApproval: boolean
}

export type MayRegister = RegistrationPermit | { allowed: false; reason: RegistrationRefusal }

type Asking = Pick<Services, 'db' | 'config' | 'clock'>

/** The answer follows from the mode, the text of the address and the invitation alone, never from existing accounts. */
export async function mayRegister(
  { db, config, clock }: Asking,
  given: { email: string; invitation?: string | undefined; invitationId?: string | undefined },
): Promise<MayRegister> {
  const { accountRegistration: mode, registrationDomains } = config.registration
  if (mode === 'closed') return { allowed: false, reason: 'closed' }
  const named = given.invitation || given.invitationId
  const invitation = named ? await findInvitation(db, given, clock()) : undefined
  const canonical = lookupEmail(given.email)
  const isTheirs = invitation?.emailCanonical === null || invitation?.emailCanonical === canonical
  const invited = invitation !== undefined && isTheirs
  if (named && !invited) return { allowed: false, reason: 'invitation' }
  const ofDomain = registrationDomains.includes(canonical.slice(canonical.lastIndexOf('@') + 1))
  if (mode === 'invitation' && !invited) return { allowed: false, reason: 'invitation' }
  if (mode === 'domains' && !invited && !ofDomain) return { allowed: false, reason: 'domain' }
  const needsApproval = mode === 'approval' && !invited && !ofDomain
  return { allowed: true, invitationId: invitation?.id, needsApproval }
}

/** Whether pages lead to the registration. Invited people come by their link. */
export function takesStrangers({ registration }: Pick<Config, 'registration'>): boolean {
  return registration.accountRegistration !== 'closed' && registration.accountRegistration !== 'invitation'
}

/** In the transaction that creates the account, or finds it unconfirmed. */
export async function holdRegistration(
  trx: Sql,
  accountId: string,
  { invitationId, needsApproval }: RegistrationPermit,
  nowMs: number,
): Promise<void> {
  if (invitationId !== undefined) await holdInvitation(trx, invitationId, accountId)
  if (needsApproval) await noteWaiting(trx, accountId, nowMs)
}

/**
 * When the address is confirmed for the first time, in the same transaction. `refused`: the account may not come to be,
 * because somebody else used its invitation. `waits`: it is disabled until an operator approves it.
 */
export async function settleRegistration(
  { config }: Pick<Services, 'config'>,
  trx: Sql,
  account: Pick<Account, 'id' | 'selfRegistered' | 'disabledAtMs'>,
  nowMs: number,
): Promise<'settled' | 'waits' | 'refused'> {
  const { id } = account
  const invited = await useInvitation(trx, id, nowMs)
  if (!account.selfRegistered) return 'settled'
  if (!invited && config.registration.accountRegistration === 'invitation') return 'refused'
  if (!(await isWaiting(trx, id))) return 'settled'
  if (account.disabledAtMs === null)
    await updateAccount(trx, { id }, { disabledAtMs: nowMs, updatedAtMs: nowMs })
  await recordAudit(trx, { atMs: nowMs, action: 'registration.waits', actor: id, accountId: id })
  return 'waits'
}
