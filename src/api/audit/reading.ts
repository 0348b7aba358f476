/** The audit trail: the latest entries by what is asked, and one by its id. */
import { z } from 'zod'
import { findEntry, listEntries, shownEntry } from '../../audit/entries.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { INVALID_CURSOR, pageOf, pageQuery } from '../../operations/paging.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { exportingOperation } from './exporting.ts'
import { common, entrySchema, filterOf, filterQuery, ID, idIn } from './shown-entry.ts'

/** The export comes before one entry: its address looks like that of an entry. */
export function readingOperations(needs: Pick<Services, 'db' | 'clock'>): readonly Operation[] {
  return [listing(needs), exportingOperation(needs), reading(needs)]
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
      ...filterQuery,
    }),
    answer: { status: 200, description: 'A page of entries.', schema: pageOf(entrySchema) },
    problems: INVALID_CURSOR,
    async handle({ query }) {
      const before = query.cursor === undefined ? undefined : idIn(query.cursor)
      const filter = filterOf(query)
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
