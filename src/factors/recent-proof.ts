/** Whether somebody proved recently who they are, so that they may change factors. */
import { LEVELS, meetsLevel } from '../accounts/levels.ts'
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

/**
 * Whether somebody signed in without the second factor that the account had by then: in a trusted browser, or by a code of a
 * mail. That is no proof for a change of factors, and the password adds nothing to it.
 */
export async function isWithoutFactor(
  sql: Sql,
  accountId: string,
  { level, signedInAtMs }: { level: string | undefined; signedInAtMs: number },
): Promise<boolean> {
  if (meetsLevel(level, LEVELS[1])) return false
  const apps = sql('account_totps').where({ accountId }).where('confirmedAtMs', '<=', signedInAtMs)
  if (await apps.first('accountId')) return true
  const passkeys = sql('passkeys').where({ accountId }).where('createdAtMs', '<=', signedInAtMs)
  return (await passkeys.first('id')) !== undefined
}

/** The time of a sign-in is known in whole seconds. */
function wholeSecond(atMs: number): number {
  return atMs - (atMs % SECOND_MS)
}
