/**
 * A forgotten password. Asking gets the same answer for every address. Completing takes the mailed link and either the
 * browser that asked or the code from the mail; it ends everything the account has open and signs nobody in.
 */
import { inTransaction } from '../../platform/sql/database.ts'
import type { Sql } from '../../platform/sql/database.ts'
import { findAccountByEmail, isVerified, lockAccount, markVerified } from '../account.ts'
import { mailAboutPassword, mailReset } from '../account-mail.ts'
import { recordAudit } from '../../audit/audit.ts'
import { lookupEmail } from '../../platform/email.ts'
import { endAllAccess } from '../../consents/ended-access.ts'
import type { EndedAccess } from '../../grant-store/access-endings.ts'
import { ANSWER_STEP_MS, evenly } from '../../attempts/even-timing.ts'
import { browserDigestOf, issueToken, proveToken, useToken } from '../one-time-token.ts'
import type { OneTimeToken, TokenRefusal } from '../one-time-token.ts'
import { chooseNewPassword } from './new-password.ts'
import type { PasswordRefusal } from './new-password.ts'
import { takeMail, takeNetworkRequest } from '../../attempts/account-limits.ts'
import { storePassword } from '../../passwords/stored-password.ts'
import { greeted, provenProfile, replaceUnproven } from '../unproven-owner.ts'
import { settleRegistration } from '../registrations/registration-mode.ts'
import type { Services } from '../../services.ts'
import { passChallenge } from '../challenges/challenge-gate.ts'
import type { Proof } from '../challenges/counted-attempt.ts'

export type ResetRequest = {
  email: string
  /** The secret in this browser's cookie: in the same browser the mailed link needs no code. */
  browser?: string | undefined
  /** Sealed: where this browser goes on to afterwards. */
  wayBack?: string | undefined
  ip: string
  proof?: Proof | undefined
}

/**
 * Mails a link if the address has an account; the answer never tells. Throws `ChallengeRequired`, and
 * `AppError('too_many_requests', 429)`.
 */
export async function requestReset(needs: Services, given: ResetRequest): Promise<void> {
  await passChallenge(needs, given)
  await takeNetworkRequest(needs, 'reset', given.ip, needs.clock())
  await evenly(ANSWER_STEP_MS, async () => {
    if (!(await takeMail(needs, lookupEmail(given.email), given.ip, needs.clock()))) return
    await inTransaction(needs.db, (trx) => sendReset(needs, trx, given))
  })
}

export type ResetCompletion = {
  token: string
  browser?: string | undefined
  code?: string | undefined
  newPassword: string
  /** Of a person who resets before the address was confirmed; the name typed at registration may be a stranger's. */
  name?: string | undefined
  ip?: string | undefined
}

/** Without the link: the code from the mail alone, for the account of a typed address. */
export type ResetByCode = Omit<ResetCompletion, 'token' | 'browser'> & { accountId: string }

export type ResetDone =
  | { ok: true; accountId: string }
  | { ok: false; reason: TokenRefusal }
  | PasswordRefusal

/** Sets the new password. Throws `AppError('hashing_busy', 503)`; the link stays usable then. */
export async function completeReset(
  needs: Services,
  given: ResetCompletion | ResetByCode,
): Promise<ResetDone> {
  const found = 'token' in given ? { token: given.token } : { accountId: given.accountId }
  const which = { ...found, purpose: 'reset' } as const
  const proof = await proveToken(needs.db, needs.config.keys.index, which, given, needs.clock())
  if (!proof.ok) return proof
  const chosen = await chooseNewPassword(needs, proof.row.accountId, given)
  if (!chosen.ok) return chosen
  const ended = await inTransaction(needs.db, (trx) => finish(needs, trx, proof.row, chosen, given.ip))
  if (!ended) return { ok: false, reason: 'invalid_token' }
  await needs.revokeAccess(ended)
  return { ok: true, accountId: chosen.account.id }
}

async function sendReset(needs: Services, trx: Sql, given: ResetRequest): Promise<void> {
  const nowMs = needs.clock()
  const account = await findAccountByEmail(trx, given.email)
  await recordAudit(trx, {
    atMs: nowMs,
    action: 'password.reset_requested',
    actor: 'anonymous',
    accountId: account?.id,
    ip: given.ip,
  })
  if (!account || account.disabledAtMs !== null) return
  const request = {
    accountId: account.id,
    purpose: 'reset',
    emailCanonical: account.emailCanonical,
    browserDigest: browserDigestOf(given.browser),
    wayBack: given.wayBack ?? null,
    lifetimeMs: needs.config.accounts.resetExpireMs,
  } as const
  const issued = await issueToken(trx, needs.config.keys.index, request, nowMs)
  await mailReset(needs, trx, greeted(account), issued)
}

async function finish(
  needs: Services,
  trx: Sql,
  row: OneTimeToken,
  { passwordHash, name }: { passwordHash: string; name: string | undefined },
  ip: string | undefined,
): Promise<EndedAccess | undefined> {
  const nowMs = needs.clock()
  const account = await lockAccount(trx, row.accountId)
  if (!account || account.disabledAtMs !== null) return undefined
  // The link proved the mailbox it was sent to; when the address changed since, it proves nothing here.
  if (account.emailCanonical !== row.emailCanonical) return undefined
  if (!(await useToken(trx, row.digest, nowMs))) return undefined
  const settled = isVerified(account) ? 'settled' : await settleRegistration(needs, trx, account, nowMs)
  if (settled === 'refused') return undefined
  await storePassword(trx, account.id, passwordHash, nowMs)
  const profile = isVerified(account) ? undefined : provenProfile(account, name)
  if (!isVerified(account)) await replaceUnproven(trx, account, profile, nowMs)
  await markVerified(trx, account.id, row.emailCanonical, nowMs)
  await mailAboutPassword(needs, trx, 'password-changed', { ...account, ...profile }, nowMs)
  const { id: accountId } = account
  const ended = await endAllAccess(needs, trx, accountId, nowMs)
  const audited = { atMs: nowMs, actor: accountId, accountId, ip }
  // The mailed link proved the address too.
  if (!isVerified(account)) await recordAudit(trx, { ...audited, action: 'account.activated' })
  await recordAudit(trx, { ...audited, action: 'password.reset' })
  return ended
}
