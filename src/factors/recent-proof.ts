/** Whether somebody proved recently who they are, so that they may change factors. */
import { MINUTE_MS, SECOND_MS } from '../platform/clock.ts'
import type { Sql } from '../platform/sql/database.ts'
import { factorsOf } from './factors.ts'

/** How long a sign-in or a password allows changes of factors. */
export const RECENT_PROOF_MS = 10 * MINUTE_MS

/** False also where factors changed since: other sessions then have to prove it again. `provenAtMs`: 0 without a proof. */
export async function isRecentProof(
  sql: Sql,
  accountId: string,
  provenAtMs: number,
  nowMs: number,
): Promise<boolean> {
  if (nowMs - provenAtMs >= RECENT_PROOF_MS) return false
  const { totp, passkeyAddedAtMs, recoveryCodesMadeAtMs } = await factorsOf(sql, accountId)
  const changedAtMs = Math.max(totp?.confirmedAtMs ?? 0, passkeyAddedAtMs ?? 0, recoveryCodesMadeAtMs ?? 0)
  if (provenAtMs < wholeSecond(changedAtMs)) return false
  // A factor that is gone has left only its entry in the audit trail.
  const removed: { atMs: number } | undefined = await sql('audit_events')
    .where({ accountId, action: 'factor.removed' })
    .where('atMs', '>', provenAtMs)
    .orderBy('atMs', 'desc')
    .first('atMs')
  return removed === undefined || provenAtMs >= wholeSecond(Number(removed.atMs))
}

/** The time of a sign-in is known in whole seconds. */
function wholeSecond(atMs: number): number {
  return atMs - (atMs % SECOND_MS)
}
