/**
 * "This was not me": what the link of the mail about a new browser does, once its page is confirmed. It ends everything that
 * the account has open, and mails a link for a new password. Opening the page changes nothing.
 */
import { findAccountById } from '../accounts/account.ts'
import { signOutEverywhere } from '../accounts/account-state.ts'
import { requestReset } from '../accounts/journeys/password-reset.ts'
import { previewToken, useToken } from '../accounts/one-time-token.ts'
import { recordAudit } from '../audit/audit.ts'
import { inTransaction } from '../platform/sql/database.ts'
import { digest } from '../platform/tokens.ts'
import type { Services } from '../services.ts'

type Disowning = {
  token: string
  /** The secret of this browser: the link of the next mail needs no code here. */
  browser?: string | undefined
  ip: string
}

/** What the link would do now. `used`: it was confirmed before. */
export async function disowningState(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  token: string,
): Promise<'live' | 'used' | 'over'> {
  const { state } = await previewToken(db, { token, purpose: 'disown' }, clock())
  return state === 'live' || state === 'used' ? state : 'over'
}

/** Does nothing for a link that is used or over. Throws `AppError('too_many_requests', 429)` once everything has ended. */
export async function disownSignIn(needs: Services, { token, browser, ip }: Disowning): Promise<void> {
  const { db, clock } = needs
  const preview = await previewToken(db, { token, purpose: 'disown' }, clock())
  const account = preview.state === 'live' ? await findAccountById(db, preview.accountId) : undefined
  if (!account) return
  const { id: accountId, email } = account
  const by = { actor: accountId, ip }
  // Before the link is used up: after a failure in between, the person can press the button again.
  await signOutEverywhere(needs, accountId, by)
  const isFirst = await inTransaction(db, async (trx) => {
    if (!(await useToken(trx, digest(token), clock()))) return false
    await recordAudit(trx, { ...by, atMs: clock(), action: 'sign_in.disowned', accountId })
    return true
  })
  if (isFirst) await requestReset(needs, { email, browser, ip })
}
