/**
 * The audit trail: append only, until an entry is old. It is written in the transaction of what it reports, so neither
 * exists alone. What is worth an entry is decided where it happens. The event that other systems get is recorded with it.
 */
import { clientActor } from '../events/actor.ts'
import { snapshotOf } from '../events/account-snapshot.ts'
import { recordEvent } from '../events/events.ts'
import { currentOrigin } from '../platform/request-origin.ts'
import type { Sql } from '../platform/sql/database.ts'
import { eventOf } from './audited-actions.ts'
import type { AuditAction } from './audited-actions.ts'
import { isFolded, recordFolded } from './folded.ts'
import { countSignIn } from './sign-in-metrics.ts'

export type AuditEvent = {
  atMs: number
  action: AuditAction
  /** Who did it: an account id, `client:` and a client id, `anonymous`, `cli` or `system`. */
  actor: string
  accountId?: string | null | undefined
  /** By default the address of the request. */
  ip?: string | null | undefined
  /** The app that it came by: by default the one that acts, or the `client` of the detail. */
  clientId?: string | null | undefined
  /** What else is worth knowing; never a password, token, code or whole address. */
  detail?: Record<string, unknown>
}

/** After the change, or just before it deletes the account, so that the event shows the state that it is about. */
export async function recordAudit(sql: Sql, event: AuditEvent): Promise<void> {
  await recordAudits(sql, [event])
}

/** Many events in one statement: at most 5000. */
export async function recordAudits(sql: Sql, events: readonly AuditEvent[]): Promise<void> {
  const rows = events.map(rowOf)
  const single = rows.filter((row) => !isFolded(row))
  if (single.length > 0) await sql('audit_events').insert(single)
  for (const row of rows) if (isFolded(row)) await recordFolded(sql, row)
  for (const event of events) {
    countSignIn(sql, event)
    const { accountId } = event
    if (accountId) await recordEventOf(sql, { ...event, accountId })
  }
}

function rowOf(event: AuditEvent) {
  const origin = currentOrigin()
  return {
    atMs: event.atMs,
    action: event.action,
    actor: event.actor,
    accountId: event.accountId ?? null,
    ip: event.ip ?? origin?.ip ?? null,
    clientId: event.clientId ?? appOf(event) ?? null,
    requestId: origin?.requestId ?? null,
    detail: JSON.stringify(event.detail ?? {}),
  }
}

const CLIENT_ACTOR = clientActor('')

function appOf({ actor, detail }: AuditEvent): string | undefined {
  if (typeof detail?.['client'] === 'string') return detail['client']
  return actor.startsWith(CLIENT_ACTOR) ? actor.slice(CLIENT_ACTOR.length) : undefined
}

async function recordEventOf(sql: Sql, audited: AuditEvent & { accountId: string }): Promise<void> {
  const { action, actor, accountId, detail } = audited
  const told = eventOf(action)
  if (!told) return
  await recordEvent(sql, {
    type: told.event,
    subject: accountId,
    data: async () => {
      const how = told.how === undefined ? {} : { how: told.how }
      return { actor, ...how, ...detail, account: await snapshotOf(sql, accountId) }
    },
  })
}
