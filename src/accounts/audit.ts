/** The audit trail: append only. An entry is written in the transaction of what it reports, so neither exists alone. */
import type { Sql } from '../platform/database.ts'

export type AuditEvent = {
  atMs: number
  /** Dotted and stable: `account.registered`, `sign_in.failed`. */
  action: string
  /** Who did it: an account id, `anonymous`, `cli` or `system`. */
  actor: string
  accountId?: string | null | undefined
  ip?: string | null | undefined
  /** What else is worth knowing; never a password, token, code or whole address. */
  detail?: Record<string, unknown>
}

export async function recordAudit(sql: Sql, event: AuditEvent): Promise<void> {
  await sql('audit_events').insert({
    atMs: event.atMs,
    action: event.action,
    actor: event.actor,
    accountId: event.accountId ?? null,
    ip: event.ip ?? null,
    detail: JSON.stringify(event.detail ?? {}),
  })
}

export type StoredAuditEvent = Required<Omit<AuditEvent, 'accountId' | 'ip'>> & {
  id: number
  accountId: string | null
  ip: string | null
}

/** The newest entries first; `beforeId` continues. */
export async function listAudit(
  sql: Sql,
  query: { accountId?: string; beforeId?: number; limit?: number } = {},
): Promise<StoredAuditEvent[]> {
  const { accountId, beforeId } = query
  const found: (Omit<StoredAuditEvent, 'detail'> & { detail: string })[] = await sql('audit_events')
    .select('id', 'atMs', 'action', 'actor', 'accountId', 'ip', 'detail')
    .where(accountId === undefined ? {} : { accountId })
    .where('id', '<', beforeId ?? Number.MAX_SAFE_INTEGER)
    .orderBy('id', 'desc')
    .limit(Math.min(query.limit ?? 50, 200))
  return found.map((row) => ({ ...row, detail: JSON.parse(row.detail) as Record<string, unknown> }))
}
