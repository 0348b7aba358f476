/**
 * Equal failures of one minute are one entry with a count: a stranger who guesses fills no table. What an administrator looks
 * at is counted in the same way. Such an entry is open while it counts, and is chained after that.
 */
import { networkOf } from '../attempts/network.ts'
import { MINUTE_MS } from '../platform/clock.ts'
import type { Sql } from '../platform/sql/database.ts'
import { digest } from '../platform/tokens.ts'
import type { AuditAction } from './audited-actions.ts'

/** In place of its chain, of an entry that still counts repetitions. */
export const OPEN_CHAIN = 'open'

const FOLDED: ReadonlySet<AuditAction> = new Set([
  'sign_in.failed',
  'second_factor.failed',
  'second_factor.blocked',
  'person.viewed',
])

export type FoldedRow = {
  atMs: number
  action: AuditAction
  actor: string
  accountId: string | null
  ip: string | null
  clientId: string | null
  detail: string
}

export function isFolded({ action }: { action: AuditAction }): boolean {
  return FOLDED.has(action)
}

/** Counts it in the entry of its minute, or begins one. Only address and request are those of the first. */
export async function recordFolded(sql: Sql, row: FoldedRow): Promise<void> {
  const { atMs, action, actor, accountId, ip, clientId, detail } = row
  const minute = Math.floor(atMs / MINUTE_MS)
  // A page of the administration asks for one person several times.
  const isOfOne = action === 'person.viewed' && accountId !== null
  const same = isOfOne
    ? [action, actor, accountId, clientId, minute]
    : [action, actor, accountId, networkOf(ip ?? ''), clientId, detail, minute]
  await sql('audit_events')
    .insert({ ...row, chain: OPEN_CHAIN, foldKey: digest(JSON.stringify(same)) })
    .onConflict('foldKey')
    .merge({ times: sql.raw('?? + 1', ['audit_events.times']) })
}
