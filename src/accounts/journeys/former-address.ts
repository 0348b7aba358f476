/**
 * Undoes a change of address, by the link that the address before got, for a week. It also works after a change of the
 * password, because the link proves the mailbox that was the owner's before.
 */
import { updateAccount } from '../../account-cache/changed-account.ts'
import { recordAudit } from '../../audit/audit.ts'
import { endOtherAccess } from '../../consents/ended-access.ts'
import type { EndedAccess } from '../../grant-store/access-endings.ts'
import { inTransaction, isDuplicate } from '../../platform/sql/database.ts'
import type { Sql } from '../../platform/sql/database.ts'
import { digest } from '../../platform/tokens.ts'
import type { Services } from '../../services.ts'
import { isVerified, lockAccount } from '../account.ts'
import type { Account } from '../account.ts'
import { mailAddressNotice } from '../life/address-mail.ts'
import { isUnproven, lockOccupant, removeUnproven } from '../life/held-address.ts'
import { removeAdditions } from '../life/undone-additions.ts'
import { previewToken, useToken } from '../one-time-token.ts'
import { requestReset } from './password-reset.ts'

/** What the link would do now. `used`: the address was taken back before. */
export type WayBack = { state: 'live'; email: string } | { state: 'used' | 'over' }

export async function wayBackOf(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  token: string,
): Promise<WayBack> {
  const found = await previewToken(db, { token, purpose: 'former_address' }, clock())
  if (found.state === 'live') return { state: 'live', email: found.email ?? '' }
  return { state: found.state === 'used' ? 'used' : 'over' }
}

export type TakingBack = {
  token: string
  /** The secret of this browser: the link of the next mail needs no code here. */
  browser?: string | undefined
  /** The session of this browser, which stays if it is one of the account. */
  sessionUid?: string | undefined
  ip: string
}

/** `taken`: another account has the address by now, with a proof of its own. */
export type TakenBack = { ok: true } | { ok: false; reason: 'over' | 'taken' }

/**
 * Brings the address back, ends all other sessions and all access, and removes what was added since the change was asked for.
 * Mails a link for a new password: the one that changed the address is void. Cancels a deletion. Throws `AppError('too_many_requests', 429)` once all of this is done.
 */
export async function takeBackAddress(needs: Services, given: TakingBack): Promise<TakenBack> {
  const { db, clock } = needs
  const found = await previewToken(db, { token: given.token, purpose: 'former_address' }, clock())
  if (found.state !== 'live' || found.email === null) return { ok: false, reason: 'over' }
  const { accountId, email, emailCanonical } = found
  const former = { accountId, email, emailCanonical, digest: digest(given.token) }
  const done = await takeBackOnce(needs, former, given)
  if (typeof done === 'string') return { ok: false, reason: done }
  for (const ended of done) await needs.revokeAccess(ended)
  await requestReset(needs, { email, browser: given.browser, ip: given.ip })
  return { ok: true }
}

type Former = { accountId: string; email: string; emailCanonical: string; digest: string }

async function takeBackOnce(
  needs: Services,
  former: Former,
  given: TakingBack,
): Promise<EndedAccess[] | 'over' | 'taken'> {
  try {
    return await inTransaction(needs.db, (trx) => takeBack(needs, trx, former, given))
  } catch (error) {
    if (isDuplicate(error)) return 'taken'
    throw error
  }
}

async function takeBack(
  needs: Services,
  trx: Sql,
  former: Former,
  { sessionUid, ip }: TakingBack,
): Promise<EndedAccess[] | 'over' | 'taken'> {
  const nowMs = needs.clock()
  const { accountId, email, emailCanonical } = former
  const account = await lockAccount(trx, accountId)
  if (!account) return 'over'
  const occupant = await lockOccupant(trx, emailCanonical, accountId)
  if (occupant && !(await isUnproven(trx, occupant))) return 'taken'
  if (!(await useToken(trx, former.digest, nowMs))) return 'over'
  const displaced = occupant && (await removeUnproven(needs, trx, occupant, nowMs))
  await removeAdditions(trx, { accountId, link: former.digest, emailCanonical, nowMs, ip })
  await updateAccount(trx, { id: accountId }, { ...restored(email, emailCanonical), ...voided(nowMs) })
  const ended = await endOtherAccess(needs, trx, accountId, sessionUid, nowMs)
  await noteRestored(needs, trx, account, email, nowMs)
  const audited = { atMs: nowMs, actor: accountId, accountId, ip }
  const detail = { fields: ['email'] }
  await recordAudit(trx, { ...audited, action: 'account.email_restored', detail })
  if (account.deleteAtMs !== null)
    await recordAudit(trx, { ...audited, action: 'account.deletion_cancelled' })
  return displaced ? [displaced, ended] : [ended]
}

function restored(email: string, emailCanonical: string) {
  return { email, emailCanonical, deleteAtMs: null }
}

/** Who changed the address knew the password, or has set another one since. */
function voided(nowMs: number) {
  const password = { passwordHash: null, passwordChangedAtMs: nowMs }
  return { ...password, emailVerifiedAtMs: nowMs, updatedAtMs: nowMs }
}

async function noteRestored(needs: Services, trx: Sql, account: Account, email: string, nowMs: number) {
  if (!isVerified(account) || account.email === email) return
  // It was this address's person who changed it, or a thief: the name is none of the thief's business.
  const to = { ...account, name: '' }
  await mailAddressNotice(needs, trx, to, { kind: 'restored', address: email, whenMs: nowMs })
}
