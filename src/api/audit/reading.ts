/** The audit trail: the latest entries by what is asked, and one by its id. */
import { z } from 'zod'
import { findEntry, listEntries, shownEntry } from '../../audit/entries.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { INVALID_CURSOR, pageOf, pageQuery } from '../../operations/paging.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { exportingOperation } from './exporting.ts'
import { common, cursorOf, entrySchema, filterOf, filterQuery, ID, placeIn } from './shown-entry.ts'

/** The export comes before one entry: its address looks like that of an entry. */
export function readingOperations(needs: Pick<Services, 'db' | 'clock'>): readonly Operation[] {
  return [listing(needs), exportingOperation(needs), reading(needs)]
}

const SHORT_PAGES =
  'With several conditions, a page may have fewer entries than its limit, or none, and a `next` all the same: then the conditions left out nearly all that were read.'

const { limit, cursor } = pageQuery

function listing({ db }: Pick<Services, 'db'>): Operation {
  return operation({
    ...common,
    id: 'listAuditEntries',
    path: '/audit-entries',
    summary: 'List entries of the audit trail, the latest first',
    description: SHORT_PAGES,
    query: z.strictObject({
      limit,
      cursor,
      ...filterQuery,
    }),
    answer: { status: 200, description: 'A page of entries.', schema: pageOf(entrySchema) },
    problems: INVALID_CURSOR,
    async handle({ query }) {
      const after = query.cursor === undefined ? undefined : await placeIn(db, query.cursor)
      const { entries, next } = await listEntries(db, filterOf(query), { after, limit: query.limit })
      return { body: { items: entries.map(shownEntry), ...(next && { next: cursorOf(next) }) } }
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
