/**
 * A change of the address. Asking takes a recent proof, which is the caller's question, and gets the same answer for every
 * address. The account keeps its address until the new one is confirmed: by the link in the browser that asked, else with the
 * code. The address before gets a link that takes the change back.
 */
import { updateAccount } from '../../account-cache/changed-account.ts'
import { ANSWER_STEP_MS, evenly } from '../../attempts/even-timing.ts'
import { takeMail, takeNetworkRequest } from '../../attempts/account-limits.ts'
import { recordAudit } from '../../audit/audit.ts'
import type { EndedAccess } from '../../grant-store/access-endings.ts'
import { parseEmail } from '../../platform/email.ts'
import type { EmailProblem } from '../../platform/email.ts'
import { inTransaction, isDuplicate } from '../../platform/sql/database.ts'
import type { Sql } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { findAccountByEmail, isVerified, lockAccount } from '../account.ts'
import type { Account } from '../account.ts'
import type { Actor, Expects } from '../account-state.ts'
import { mailAddressNotice, mailAddressTaken, mailNewAddress } from '../life/address-mail.ts'
import { isHeld, isUnproven, lockOccupant, removeUnproven } from '../life/held-address.ts'
import {
  browserDigestOf,
  findLiveToken,
  issueToken,
  proveToken,
  TOKEN_LIFETIME_MS,
  useToken,
} from '../one-time-token.ts'
import type { OneTimeToken, TokenRefusal } from '../one-time-token.ts'
import { readProfile } from '../unproven-owner.ts'
import { claimUsername } from '../username.ts'

export type NewAddress = {
  accountId: string
  email: string
  /** The secret in this browser's cookie: in the same browser the mailed link acts at once. */
  browser?: string | undefined
  ip: string
}

export type NewAddressAsked =
  | { ok: true; email: string; expiresAtMs: number }
  /** `unchanged`: it is the account's address. `too_many_mails`: of any kind, to that address. */
  | { ok: false; reason: EmailProblem | 'unchanged' | 'too_many_mails' | 'account_not_found' }

/** Mails a link and a code to the new address, and a notice to the one that is in use. Throws `too_many_requests` (429). */
export async function requestNewAddress(needs: Services, given: NewAddress): Promise<NewAddressAsked> {
  const parsed = parseEmail(given.email)
  if (!parsed.ok) return { ok: false, reason: parsed.problem }
  const { canonical } = parsed.email
  await takeNetworkRequest(needs, 'new_address', given.ip, needs.clock())
  return evenly(ANSWER_STEP_MS, async () => {
    if (!(await takeMail(needs, canonical, given.ip, needs.clock())))
      return { ok: false, reason: 'too_many_mails' }
    return inTransaction(needs.db, (trx) => ask(needs, trx, given, parsed.email))
  })
}

/** What waits for its confirmation. The same for an address that is taken: its mail has no code. */
export async function pendingAddress(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  accountId: string,
): Promise<{ email: string; expiresAtMs: number } | undefined> {
  const row = await findLiveToken(db, accountId, 'new_address', clock())
  return row && { email: row.email ?? '', expiresAtMs: row.expiresAtMs }
}

/** Forgets what was asked for. Answers false when nothing was. */
export async function cancelNewAddress(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  accountId: string,
  by: Actor,
  expects?: Expects,
): Promise<boolean> {
  const purpose = 'new_address'
  return inTransaction(db, async (trx) => {
    const account = await lockAccount(trx, accountId)
    if (account) expects?.(account)
    const waiting = trx('one_time_tokens').where({ accountId, purpose }).whereNull('usedAtMs')
    if ((await waiting.delete()) === 0) return false
    await recordAudit(trx, { ...by, atMs: clock(), action: 'account.email_change_cancelled', accountId })
    return true
  })
}

/** By the mailed link with the browser that asked or the code; or by the code alone, for somebody who is signed in. */
export type AddressProof = (
  | { token: string; browser?: string | undefined; code?: string | undefined }
  | { accountId: string; code: string }
) & { ip?: string | undefined }

export type AddressConfirmed =
  | { ok: true; accountId: string }
  /** `taken`: somebody else proved the address in the meantime. */
  | { ok: false; reason: TokenRefusal | 'taken' }

export async function confirmNewAddress(needs: Services, given: AddressProof): Promise<AddressConfirmed> {
  const found = 'token' in given ? { token: given.token } : { accountId: given.accountId }
  const which = { ...found, purpose: 'new_address' } as const
  const proof = await proveToken(needs.db, needs.config.keys.index, which, given, needs.clock())
  if (!proof.ok) return proof
  const { row } = proof
  const done = await confirmOnce(needs, row, given.ip)
  if (typeof done === 'string') return { ok: false, reason: done }
  if (done.displaced) await needs.revokeAccess(done.displaced)
  return { ok: true, accountId: row.accountId }
}

async function ask(
  needs: Services,
  trx: Sql,
  { accountId, browser, ip }: NewAddress,
  { typed, canonical }: { typed: string; canonical: string },
): Promise<NewAddressAsked> {
  const nowMs = needs.clock()
  const account = await lockAccount(trx, accountId)
  if (!account) return { ok: false, reason: 'account_not_found' }
  if (account.emailCanonical === canonical) return { ok: false, reason: 'unchanged' }
  const request = {
    accountId,
    purpose: 'new_address',
    emailCanonical: canonical,
    email: typed,
    browserDigest: browserDigestOf(browser),
    lifetimeMs: TOKEN_LIFETIME_MS.new_address,
  } as const
  const issued = await issueToken(trx, needs.config.keys.index, request, nowMs)
  const occupant = await findAccountByEmail(trx, canonical)
  const isTaken = occupant
    ? !(await isUnproven(trx, occupant))
    : await isHeld(trx, canonical, accountId, nowMs)
  if (isTaken) await mailAddressTaken(needs, trx, typed)
  else await mailNewAddress(needs, trx, { ...account, email: typed }, issued)
  const notice = { kind: 'requested', address: typed, whenMs: nowMs } as const
  if (isVerified(account)) await mailAddressNotice(needs, trx, account, notice)
  const action = 'account.email_change_requested'
  await recordAudit(trx, { atMs: nowMs, action, actor: accountId, accountId, ip })
  return { ok: true, email: typed, expiresAtMs: issued.expiresAtMs }
}

type Done = { displaced: EndedAccess | undefined }

async function confirmOnce(
  needs: Services,
  row: OneTimeToken,
  ip: string | undefined,
): Promise<Done | TokenRefusal | 'taken'> {
  try {
    return await inTransaction(needs.db, (trx) => confirm(needs, trx, row, ip))
  } catch (error) {
    // Registered, or changed to, in the same moment.
    if (isDuplicate(error)) return 'taken'
    throw error
  }
}

async function confirm(
  needs: Services,
  trx: Sql,
  row: OneTimeToken,
  ip: string | undefined,
): Promise<Done | TokenRefusal | 'taken'> {
  const nowMs = needs.clock()
  const { accountId, emailCanonical } = row
  const account = await lockAccount(trx, accountId)
  if (!account || account.disabledAtMs !== null || row.email === null) return 'invalid_token'
  const occupant = await lockOccupant(trx, emailCanonical, accountId)
  if (occupant && !(await isUnproven(trx, occupant))) return 'taken'
  if (await isHeld(trx, emailCanonical, accountId, nowMs)) return 'taken'
  if (!(await useToken(trx, row.digest, nowMs))) return 'used'
  const displaced = occupant && (await removeUnproven(needs, trx, occupant, nowMs))
  const proven = { email: row.email, emailCanonical, emailVerifiedAtMs: nowMs, updatedAtMs: nowMs }
  await updateAccount(trx, { id: accountId }, proven)
  if (!isVerified(account)) await activate(trx, account, nowMs, ip)
  await endMailedLinks(trx, accountId)
  if (isVerified(account)) await mailWayBack(needs, trx, account, row.email, nowMs)
  const audited = { atMs: nowMs, actor: accountId, accountId, ip, detail: { fields: ['email'] } }
  await recordAudit(trx, { ...audited, action: 'account.email_changed' })
  return { displaced }
}

/** The first address was never proven: this one is the first that is. */
async function activate(trx: Sql, account: Account, nowMs: number, ip: string | undefined): Promise<void> {
  const { id: accountId } = account
  const request = await findLiveToken(trx, accountId, 'activation', nowMs)
  const isOwn = request !== undefined && request.passwordHash === account.passwordHash
  if (isOwn && account.username === null)
    await claimUsername(trx, accountId, readProfile(request.profile)?.username ?? null)
  await recordAudit(trx, { atMs: nowMs, action: 'account.activated', actor: accountId, accountId, ip })
}

/** What is on its way to the address before, or waits there, opens nothing from now on. */
async function endMailedLinks(trx: Sql, accountId: string): Promise<void> {
  await trx('one_time_tokens')
    .where({ accountId })
    .whereIn('purpose', ['activation', 'reset'])
    .whereNull('usedAtMs')
    .delete()
}

async function mailWayBack(needs: Services, trx: Sql, former: Account, address: string, nowMs: number) {
  const { id: accountId, email, emailCanonical } = former
  const request = {
    accountId,
    purpose: 'former_address',
    emailCanonical,
    email,
    lifetimeMs: TOKEN_LIFETIME_MS.former_address,
  } as const
  const undo = await issueToken(trx, needs.config.keys.index, request, nowMs)
  await mailAddressNotice(needs, trx, former, { kind: 'changed', address, whenMs: nowMs, undo })
}
