/** An operator takes back the failed sign-ins of an account, where its owner is blocked. */
import { resetAttempts } from '../../attempts/lockout.ts'
import { recordAudit } from '../../audit/audit.ts'
import { DAY_MS } from '../../platform/clock.ts'
import type { Services } from '../../services.ts'
import { findAccountById } from '../account.ts'
import type { Actor } from '../account-state.ts'

const MOST_ADDRESSES = 1000

/**
 * Looks for the addresses of failures in the audit trail, and takes back at each what this account added. Failures of other
 * accounts stay. False when there is no such account.
 */
export async function unlockAccount(needs: Services, accountId: string, by: Actor): Promise<boolean> {
  const account = await findAccountById(needs.db, accountId)
  if (!account) return false
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
  await recordAudit(needs.db, {
    ...by,
    atMs,
    action: 'account.unlocked',
    accountId,
    detail: { addresses: ips.length },
  })
  return true
}
