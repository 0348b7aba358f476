/**
 * Audits changes that have an event for other systems and no entry of their own: sessions that end, consents, apps, resource
 * servers, keys. The entry has the name of the event, and is written in the same transaction.
 */
import { hearEventsOf } from '../events/events.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/sql/database.ts'
import { recordAudit } from './audit.ts'
import { isAuditedEvent } from './audited-actions.ts'

/** From here on, such changes made through this connection have an entry. */
export function auditEventsOf(db: Db, { clock }: { clock: Clock }): void {
  hearEventsOf(db, async (sql, { type, data }) => {
    if (!isAuditedEvent(type)) return
    const { actor, account_id, client_id, ...detail } = await data()
    await recordAudit(sql, {
      atMs: clock(),
      action: type,
      actor: String(actor),
      accountId: textOf(account_id),
      clientId: textOf(client_id),
      detail,
    })
  })
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
