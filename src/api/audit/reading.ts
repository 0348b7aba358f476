/** The audit trail: the latest entries by what is asked, and one by its id. */
import { z } from 'zod'
import { AUDIT_KINDS } from '../../audit/audit-kinds.ts'
import { findEntry, listEntries, shownEntry } from '../../audit/entries.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { INVALID_CURSOR, pageOf, pageQuery } from '../../operations/paging.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'

const common = { tag: 'Audit trail', caller: 'administrator', scope: 'audit:read', method: 'get' } as const

const entrySchema = z
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

export function readingOperations(needs: Pick<Services, 'db'>): readonly Operation[] {
  return [listing(needs), reading(needs)]
}

const { limit, cursor } = pageQuery

function listing({ db }: Pick<Services, 'db'>): Operation {
  return operation({
    ...common,
    id: 'listAuditEntries',
    path: '/audit-entries',
    summary: 'List entries of the audit trail, the latest first',
    query: z.strictObject({
      limit,
      cursor,
      account_id: z.string().max(64).optional().describe('The account that they are about.'),
      actor: z.string().max(255).optional(),
      action: z.string().max(64).optional(),
      kind: z.enum(AUDIT_KINDS).optional(),
      client_id: z.string().max(255).optional(),
      from: z.iso.datetime({ offset: true }).optional(),
      until: z.iso.datetime({ offset: true }).optional().describe('This moment and later are left out.'),
    }),
    answer: { status: 200, description: 'A page of entries.', schema: pageOf(entrySchema) },
    problems: INVALID_CURSOR,
    async handle({ query }) {
      const before = query.cursor === undefined ? undefined : idOf(query.cursor)
      const filter = {
        accountId: query.account_id,
        actor: query.actor,
        action: query.action,
        kind: query.kind,
        clientId: query.client_id,
        fromMs: msOf(query.from),
        untilMs: msOf(query.until),
      }
      const found = await listEntries(db, filter, { before, limit: query.limit + 1 })
      const entries = found.slice(0, query.limit)
      const next = found.length > entries.length ? entries.at(-1)?.id : undefined
      return { body: { items: entries.map(shownEntry), ...(next !== undefined && { next: String(next) }) } }
    },
  })
}

function reading({ db }: Pick<Services, 'db'>): Operation {
  return operation({
    ...common,
    id: 'getAuditEntry',
    path: '/audit-entries/{id}',
    summary: 'Read an entry of the audit trail',
    params: z.strictObject({ id: z.string().max(20) }),
    answer: { status: 200, description: 'The entry.', schema: entrySchema },
    problems: { audit_entry_not_found: { status: 404, when: 'There is no entry with this id.' } },
    async handle({ params: { id } }) {
      const entry = ID.test(id) ? await findEntry(db, Number(id)) : undefined
      if (!entry) throw new AppError('audit_entry_not_found', 404, 'There is no entry with this id.')
      return { body: shownEntry(entry) }
    },
  })
}

const ID = /^\d{1,15}$/

/** @throws AppError 400 `invalid_cursor` */
function idOf(given: string): number {
  if (ID.test(given)) return Number(given)
  throw new AppError('invalid_cursor', 400, 'The cursor is not the next of a page before.')
}

function msOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time)
}
