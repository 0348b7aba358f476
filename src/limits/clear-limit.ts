/** Somebody who operates the server clears a limit: the count begins anew, in every process. */
import type { Actor } from '../accounts/account-state.ts'
import { LIMITS_TOPIC } from '../attempts/blocked-attempts.ts'
import { resetBucket } from '../attempts/bucket.ts'
import { recordAudit } from '../audit/audit.ts'
import { noteChange } from '../platform/sql/change-feed.ts'
import { inTransaction } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'
import type { Limit } from './counts.ts'

/** Other processes know it within a second. */
export async function clearLimit(
  { db, clock, blocked }: Pick<Services, 'db' | 'clock' | 'blocked'>,
  { kind, account, network, count, buckets }: Limit,
  by: Actor,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    for (const bucket of buckets) await resetBucket(trx, bucket)
    await recordAudit(trx, {
      ...by,
      atMs: clock(),
      action: 'limit.cleared',
      accountId: account?.id,
      detail: { kind, ...(network !== null && { network }), count },
    })
    await noteChange(trx, LIMITS_TOPIC)
  })
  blocked.forget()
}
