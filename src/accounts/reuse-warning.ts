/** The warning mail to the owner of a grant that was revoked because one of its tokens was used twice. */
import { inTransaction } from '../platform/sql/database.ts'
import { digest } from '../platform/tokens.ts'
import type { Services } from '../services.ts'
import { findAccountById } from './account.ts'
import { ACCOUNT_PATHS, linkTo, mailTo } from './account-mail.ts'
import { accountPath } from './account-pages.ts'
import { recordAudit } from '../audit/audit.ts'

/** `app` is the client's name. */
export type Reused = { accountId: string; grantId: string; app: string }

/**
 * Writes one mail for each grant, even if its tokens return often and in many processes. The transaction of the mail
 * removes the record of the dead grant. Only the one that removes it writes the mail. Answers true if it wrote.
 */
export async function warnOfReuse(
  { config, db, clock, outbox }: Pick<Services, 'config' | 'db' | 'clock' | 'outbox'>,
  { accountId, grantId, app }: Reused,
): Promise<boolean> {
  const atMs = clock()
  return inTransaction(db, async (trx) => {
    const removed = await trx('account_grants')
      .where({ grantIdDigest: digest(grantId), accountId })
      .delete()
    const account = removed === 1 ? await findAccountById(trx, accountId) : undefined
    if (!account) return false
    await recordAudit(trx, { atMs, action: 'grant.reuse_detected', actor: 'system', accountId })
    await outbox.enqueueMail(trx, {
      template: 'session-alert',
      ...mailTo(account),
      data: {
        name: account.name,
        app,
        whenMs: atMs,
        sessionsLink: linkTo(config, accountPath('sessions')),
        resetLink: linkTo(config, ACCOUNT_PATHS.forgot),
      },
    })
    return true
  })
}
