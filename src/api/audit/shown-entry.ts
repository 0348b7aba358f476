/** An entry of the audit trail as the API shows it, and what entries are chosen by. */
import { z } from 'zod'
import { AUDIT_KINDS } from '../../audit/audit-kinds.ts'
import type { AuditKind } from '../../audit/audit-kinds.ts'
import { findEntry } from '../../audit/entries.ts'
import type { EntryFilter, Place } from '../../audit/entry-walk.ts'
import { AppError } from '../../platform/errors.ts'
import type { Sql } from '../../platform/sql/database.ts'

export const common = {
  tag: 'Audit trail',
  caller: 'administrator',
  scope: 'audit:read',
  method: 'get',
} as const

export const ID = /^\d{1,15}$/

export const entrySchema = z
  .object({
    id: z.int(),
    at: z.iso.datetime(),
    action: z.string().describe('What happened, such as `sign_in.succeeded`.'),
    actor: z
      .string()
      .describe(
        'Who did it: the id of an account, `client:` with the id of a client, `cli`, `system` or `anonymous`.',
      ),
    account_id: z.string().nullable().describe('The account that it is about.'),
    ip: z.string().nullable(),
    client_id: z.string().nullable().describe('The app.'),
    request_id: z.string().nullable().describe('Also in the log.'),
    times: z.int().describe('More than 1 where equal failures of a minute are one entry.'),
    detail: z.record(z.string(), z.unknown()),
    chain: z.string().nullable().describe('`null` until the entry is chained.'),
    seq: z.int().nullable(),
    hash: z.string().nullable(),
  })
  .meta({ title: 'Audit entry' })

export const filterQuery = {
  account_id: z.string().max(64).optional().describe('The account that they are about.'),
  actor: z.string().max(255).optional(),
  action: z.string().max(64).optional(),
  kind: z.enum(AUDIT_KINDS).optional(),
  client_id: z.string().max(255).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional().describe('This moment and later are left out.'),
} as const

type Filters = {
  account_id?: string | undefined
  actor?: string | undefined
  action?: string | undefined
  kind?: AuditKind | undefined
  client_id?: string | undefined
  from?: string | undefined
  until?: string | undefined
}

export function filterOf(query: Filters): EntryFilter {
  return {
    accountId: query.account_id,
    actor: query.actor,
    action: query.action,
    kind: query.kind,
    clientId: query.client_id,
    fromMs: msOf(query.from),
    untilMs: msOf(query.until),
  }
}

const PLACE = /^(\d{1,15})\.(\d{1,15})$/

export function cursorOf({ atMs, id }: Place): string {
  return `${atMs}.${id}`
}

/**
 * A server of the release before writes the id alone. Its list goes on here too.
 * @throws AppError 400 `invalid_cursor`
 */
export async function placeIn(sql: Sql, cursor: string): Promise<Place> {
  const [, atMs, id] = PLACE.exec(cursor) ?? []
  if (atMs !== undefined && id !== undefined) return { atMs: Number(atMs), id: Number(id) }
  const entry = ID.test(cursor) ? await findEntry(sql, Number(cursor)) : undefined
  if (entry) return { atMs: entry.atMs, id: entry.id }
  throw new AppError('invalid_cursor', 400, 'The cursor is not the next of a page before.')
}

function msOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time)
}
