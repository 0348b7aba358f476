/** Tells the owner of an account that its password is being guessed from many places: one mail a day. */
import { recordAudit } from '../../audit/audit.ts'
import { takeGuessNotice } from '../../attempts/code-attempts.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { isVerified } from '../account.ts'
import type { Account } from '../account.ts'
import { mailAboutPassword } from '../account-mail.ts'

/** Does nothing for an address without an account, or without a confirmed one. Never inside a transaction. */
export async function noticeGuesses(
  needs: Services,
  account: Account | undefined,
  ip: string,
): Promise<void> {
  const nowMs = needs.clock()
  if (!account || account.disabledAtMs !== null || !isVerified(account)) return
  if (!(await takeGuessNotice(needs, { accountId: account.id, of: 'password' }, nowMs))) return
  await inTransaction(needs.db, async (trx) => {
    await mailAboutPassword(needs, trx, 'password-guessed', account, nowMs)
    const by = { actor: 'anonymous', accountId: account.id, ip }
    await recordAudit(trx, { ...by, atMs: nowMs, action: 'sign_in.guessed' })
  })
}
