/** Whether somebody proved recently who they are, so that they may change factors. */
import { MINUTE_MS, SECOND_MS } from '../platform/clock.ts'
import type { Sql } from '../platform/sql/database.ts'
import { factorsOf } from './factors.ts'

/** How long a sign-in or a password allows changes of factors. */
export const RECENT_PROOF_MS = 10 * MINUTE_MS

/** False also where factors were set up since: other sessions then have to prove it again. `provenAtMs`: 0 without a proof. */
export async function isRecentProof(
  sql: Sql,
  accountId: string,
  provenAtMs: number,
  nowMs: number,
): Promise<boolean> {
  if (nowMs - provenAtMs >= RECENT_PROOF_MS) return false
  const { totp, passkeyAddedAtMs, recoveryCodesMadeAtMs } = await factorsOf(sql, accountId)
  const changedAtMs = Math.max(totp?.confirmedAtMs ?? 0, passkeyAddedAtMs ?? 0, recoveryCodesMadeAtMs ?? 0)
  // The time of a sign-in is known in whole seconds.
  return provenAtMs >= changedAtMs - (changedAtMs % SECOND_MS)
}
