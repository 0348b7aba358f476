/** Removes what has run out: unverified accounts, tokens, counters, sessions, grants. Run now and then by one process. */
import { DAY_MS } from '../platform/clock.ts'
import { inTransaction } from '../platform/database.ts'
import type { Db } from '../platform/database.ts'
import { recordAudit } from './audit.ts'
import { purgeBuckets } from './bucket.ts'

const BATCH = 500
/** How long a token or an ended session is still explained. */
const MEMORY_MS = 30 * DAY_MS

/**
 * Deletes accounts whose address was not confirmed within `ageMs`; administrators stay. Answers how many.
 * Nothing needs revoking by the caller: they were never granted anything that outlives a look at the account.
 */
export async function purgeUnverified(db: Db, nowMs: number, ageMs: number): Promise<number> {
  const ids: string[] = await unverifiedSince(db, nowMs - ageMs)
    .limit(BATCH)
    .pluck('id')
  let deleted = 0
  for (const id of ids) {
    deleted += await inTransaction(db, async (trx) => {
      // Asks again: it may have been confirmed a moment ago.
      const gone = await unverifiedSince(trx, nowMs - ageMs)
        .where({ id })
        .delete()
      if (gone > 0)
        await recordAudit(trx, { atMs: nowMs, action: 'account.expired', actor: 'system', accountId: id })
      return gone
    })
  }
  return deleted
}

export async function purgeExpired(db: Db, nowMs: number): Promise<void> {
  const tables = ['one_time_tokens', 'account_sessions'] as const
  for (const table of tables)
    await db(table)
      .where('expiresAtMs', '<=', nowMs - MEMORY_MS)
      .delete()
  await db('account_grants').where('expiresAtMs', '<=', nowMs).delete()
  await purgeBuckets(db, nowMs)
}

function unverifiedSince(db: Db, beforeMs: number) {
  return db('accounts')
    .whereNull('emailVerifiedAtMs')
    .where('createdAtMs', '<=', beforeMs)
    .whereNotIn('id', db('account_roles').select('accountId'))
}
