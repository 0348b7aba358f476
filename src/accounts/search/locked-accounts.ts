/**
 * The accounts that cannot sign in now, from some network, because of failures. Locks are counts of networks and addresses, which
 * name no account. So this begins at the audit trail, as unlocking does.
 */
import { fullBuckets } from '../../attempts/bucket.ts'
import type { Take } from '../../attempts/bucket.ts'
import { codeTake } from '../../attempts/code-attempts.ts'
import { slotTakes } from '../../attempts/lockout.ts'
import type { AuditAction } from '../../audit/audited-actions.ts'
import { DAY_MS } from '../../platform/clock.ts'
import type { Services } from '../../services.ts'

const FAILURES: readonly AuditAction[] = ['sign_in.failed', 'second_factor.failed']
/** Of each kind. Equal ones of a minute are one entry. */
const MOST_ENTRIES = 3000

type Failure = { accountId: string; ip: string | null; emailCanonical: string }

/** Of the accounts with the latest failures of a day. */
export async function lockedAccounts({
  db,
  config,
  clock,
}: Pick<Services, 'db' | 'config' | 'clock'>): Promise<string[]> {
  const nowMs = clock()
  const taken: { accountId: string; take: Take }[] = []
  for (const action of FAILURES)
    for (const { accountId, ip, emailCanonical } of await failuresOf(db, action, nowMs - DAY_MS)) {
      const slots = ip === null ? [] : slotTakes(config, { emailCanonical, ip, accountId }, nowMs)
      for (const take of [...slots, codeTake(config, accountId, nowMs)]) taken.push({ accountId, take })
    }
  const full = await fullBuckets(
    db,
    taken.map(({ take }) => take),
  )
  return [...new Set(taken.filter(({ take }) => full.has(take.bucket)).map(({ accountId }) => accountId))]
}

/** Without those of addresses that have no account. */
async function failuresOf(db: Services['db'], action: AuditAction, sinceMs: number): Promise<Failure[]> {
  const latest = db('audit_events')
    .where({ action })
    .orderBy('id', 'desc')
    .limit(MOST_ENTRIES)
    .select('accountId', 'ip', 'atMs')
  return db
    .from(latest.as('latest'))
    .join('accounts', 'accounts.id', 'latest.accountId')
    .where('latest.atMs', '>', sinceMs)
    .distinct('latest.accountId', 'latest.ip', 'accounts.emailCanonical')
}
