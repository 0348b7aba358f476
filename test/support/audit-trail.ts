/** Reads the audit trail, which the server only writes. */
import type { AuditEvent } from '../../src/audit/audit.ts'
import type { Db } from '../../src/platform/sql/database.ts'

/** What is recorded of an account, newest first. */
export async function auditTrailOf(db: Db, accountId: string): Promise<Required<AuditEvent>[]> {
  const rows: (Required<AuditEvent> & { detail: string })[] = await db('audit_events')
    .select('atMs', 'action', 'actor', 'accountId', 'ip', 'detail')
    .where({ accountId })
    .orderBy('id', 'desc')
  return rows.map((row) => ({ ...row, detail: JSON.parse(row.detail) as Record<string, unknown> }))
}

/** How often it happened: equal failures of a minute are one entry. */
export async function timesAudited(db: Db, where: Record<string, unknown>): Promise<number> {
  const rows: { times: number }[] = await db('audit_events').where(where).select('times')
  return rows.reduce((sum, { times }) => sum + times, 0)
}
