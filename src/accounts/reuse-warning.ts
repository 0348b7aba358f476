/** The mail to somebody whose grant was ended because a token of it was used twice. */
import type { Clock } from '../platform/clock.ts'
import { inTransaction } from '../platform/sql/database.ts'
import type { Db } from '../platform/sql/database.ts'
import { digest } from '../platform/tokens.ts'
import { findAccountById } from './account.ts'
import { ACCOUNT_PATHS } from './account-mail.ts'
import { accountPath } from './account-pages.ts'
import type { MailNeeds } from './account-mail.ts'
import { recordAudit } from '../audit/audit.ts'

export type ReuseWarningNeeds = MailNeeds & { db: Db; clock: Clock }
/** `app` is the client's name. */
export type Reused = { accountId: string; grantId: string; app: string }

/**
 * Writes one mail for each grant, however often and in how many processes its tokens come back: the record of the
 * grant, which is dead by now, is removed in the same transaction, and only whoever removes it writes. Answers whether it did.
 */
export async function warnOfReuse(
  needs: ReuseWarningNeeds,
  { accountId, grantId, app }: Reused,
): Promise<boolean> {
  const atMs = needs.clock()
  return inTransaction(needs.db, async (trx) => {
    const removed = await trx('account_grants')
      .where({ grantIdDigest: digest(grantId), accountId })
      .delete()
    const account = removed === 1 ? await findAccountById(trx, accountId) : undefined
    if (!account) return false
    await recordAudit(trx, { atMs, action: 'grant.reuse_detected', actor: 'system', accountId })
    await needs.enqueueMail(trx, {
      template: 'session-alert',
      to: account.email,
      data: {
        name: account.name,
        app,
        whenMs: atMs,
        sessionsLink: needs.publicUrl(accountPath('sessions')),
        resetLink: needs.publicUrl(ACCOUNT_PATHS.forgot),
      },
    })
    return true
  })
}
