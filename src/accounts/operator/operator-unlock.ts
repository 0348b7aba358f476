/** An operator unlocks an account that is blocked after failed sign-ins. */
import { LIMITS_TOPIC } from '../../attempts/blocked-attempts.ts'
import { resetCodeAttempts } from '../../attempts/code-attempts.ts'
import { resetAttempts } from '../../attempts/lockout.ts'
import { recordAudit } from '../../audit/audit.ts'
import { DAY_MS } from '../../platform/clock.ts'
import { noteChange } from '../../platform/sql/change-feed.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { findAccountById } from '../account.ts'
import type { Actor, Expects } from '../account-state.ts'

const MOST_ADDRESSES = 1000

/**
 * Reads from the audit trail where sign-ins of this account failed. Subtracts its failures from the counts of those
 * addresses. Failures of other accounts stay. Guesses of codes are forgotten too. The row of the account does not change, so `expects` gets it without a lock.
 * Answers false when there is no such account.
 */
export async function unlockAccount(
  needs: Services,
  accountId: string,
  by: Actor,
  expects?: Expects,
): Promise<boolean> {
  const account = await findAccountById(needs.db, accountId)
  if (!account) return false
  expects?.(account)
  const atMs = needs.clock()
  const ips: (string | null)[] = await needs
    .db('audit_events')
    .where({ accountId, action: 'sign_in.failed' })
    .where('atMs', '>', atMs - DAY_MS)
    .groupBy('ip')
    .limit(MOST_ADDRESSES)
    .pluck('ip')
  for (const ip of ips)
    if (ip !== null) await resetAttempts(needs, { emailCanonical: account.emailCanonical, ip, accountId })
  await resetCodeAttempts(needs, accountId)
  await inTransaction(needs.db, async (trx) => {
    await recordAudit(trx, {
      ...by,
      atMs,
      action: 'account.unlocked',
      accountId,
      detail: { addresses: ips.length },
    })
    await noteChange(trx, LIMITS_TOPIC)
  })
  needs.blocked.forget()
  return true
}
