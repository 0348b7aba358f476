/**
 * Networks and accounts that may be limited now. The counts have digests for names, so nobody can be read from them. The audit
 * trail names who attempted something lately, and the counts of those can be looked up. So no further record of people is kept.
 */
import { networkOf } from '../attempts/network.ts'
import type { AuditAction } from '../audit/audited-actions.ts'
import { DAY_MS } from '../platform/clock.ts'
import type { Db } from '../platform/sql/database.ts'

export type Seen = { accountId: string | null; network: string | undefined }

/** The trail of a large service is long: only so many of the latest entries are read. */
const MOST_ENTRIES = 20_000
const MOST_SEEN = 1000
/** No limit of attempts lasts longer. */
const LONGEST_MS = DAY_MS

const COUNTED: readonly AuditAction[] = [
  'sign_in.failed',
  'sign_in.guessed',
  'sign_in.code_requested',
  'second_factor.failed',
  'second_factor.blocked',
  'account.registered',
  'account.registration_repeated',
  'account.activation_requested',
  'account.email_change_requested',
  'account.data_exported',
  'password.reset_requested',
  'client.created',
]

/** The latest first. `accountId`: of one account alone. */
export async function seenInTrail(db: Db, nowMs: number, accountId?: string): Promise<Seen[]> {
  const recent = db('audit_events')
    .modify((rows) => accountId !== undefined && rows.where({ accountId }))
    .select('id', 'atMs', 'action', 'accountId', 'ip')
    .orderBy('id', 'desc')
    .limit(MOST_ENTRIES)
    .as('recent')
  const rows: { accountId: string | null; ip: string | null }[] = await db
    .from(recent)
    .where('atMs', '>', nowMs - LONGEST_MS)
    .whereIn('action', COUNTED)
    .groupBy('accountId', 'ip')
    .orderByRaw('max(id) desc')
    .limit(MOST_SEEN)
    .select('accountId', 'ip')
  return rows.map((row) => ({ accountId: row.accountId, network: networkIn(row.ip) }))
}

function networkIn(ip: string | null): string | undefined {
  const network = networkOf(ip ?? '')
  return network.includes('/') ? network : undefined
}
