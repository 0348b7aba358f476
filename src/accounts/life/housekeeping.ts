/** Removes what has run out: unverified accounts, tokens, counters, sessions, grants. Run now and then by one process. */
import { removeAccount } from '../../account-cache/changed-account.ts'
import { DAY_MS } from '../../platform/clock.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { Db } from '../../platform/sql/database.ts'
import { recordAudit } from '../../audit/audit.ts'
import { purgeSome } from '../../platform/sql/purge.ts'
import type { Purge } from '../../platform/sql/purge.ts'

const BATCH = 500
/** How long a token or an ended session is still explained. */
const MEMORY_MS = 30 * DAY_MS

/**
 * Purges accounts that registered themselves and did not confirm the address within `ageMs`. Those that an operator added
 * or imported stay, and so do administrators. Answers how many it found. The caller need not revoke anything: these
 * accounts have no grants beyond their own page.
 */
export async function purgeUnverified(db: Db, nowMs: number, ageMs: number, limit = BATCH): Promise<number> {
  const ids: string[] = await unverifiedSince(db, nowMs - ageMs)
    .limit(limit)
    .pluck('id')
  for (const id of ids) {
    await inTransaction(db, async (trx) => {
      // Asks again: it may have been confirmed a moment ago.
      const still = unverifiedSince(trx, nowMs - ageMs).where({ id })
      if (!(await still.forUpdate().first('id'))) return
      await recordAudit(trx, { atMs: nowMs, action: 'account.expired', actor: 'system', accountId: id })
      await removeAccount(trx, id)
    })
  }
  return ids.length
}

/** One step: answers how many rows it found, in the table that had most. */
export async function purgeExpired(db: Db, nowMs: number, limit = BATCH): Promise<number> {
  const explainedMs = nowMs - MEMORY_MS
  const found = [
    await purgeSome(db, until('one_time_tokens', 'digest', explainedMs), limit),
    await purgeSome(db, until('account_sessions', 'uid', explainedMs), limit),
    await purgeSome(db, until('account_grants', 'grantIdDigest', nowMs), limit),
    await purgeSome(db, until('attempt_buckets', 'bucket', nowMs), limit),
  ]
  return Math.max(...found)
}

function until(table: string, key: string, lastMs: number): Purge {
  return { table, key, outdated: (rows) => rows.where('expiresAtMs', '<=', lastMs) }
}

function unverifiedSince(db: Db, beforeMs: number) {
  return db('accounts')
    .whereNull('emailVerifiedAtMs')
    .where('createdAtMs', '<=', beforeMs)
    .where({ selfRegistered: true })
    .whereNotIn('id', db('account_roles').select('accountId'))
}
