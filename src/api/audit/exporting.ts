/** The audit trail as one stream, for a file. It is bounded, and in the audit trail itself. */
import { z } from 'zod'
import { recordAudit } from '../../audit/audit.ts'
import { everyEntry, shownEntry } from '../../audit/entries.ts'
import type { EntryFilter, Place } from '../../audit/entry-walk.ts'
import { actorOf } from '../../operations/bearer.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { INVALID_CURSOR } from '../../operations/paging.ts'
import type { Sql } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { common, cursorOf, entrySchema, filterOf, filterQuery, placeIn } from './shown-entry.ts'

const MOST = 100_000

const entryExport = z
  .object({
    items: z.array(entrySchema),
    complete: z.boolean().describe('False where more entries fit the filters than `limit`.'),
    next: z.string().optional().describe('The cursor of what follows; absent where it is complete.'),
  })
  .meta({ title: 'Exported audit entries' })

export function exportingOperation({ db, clock }: Pick<Services, 'db' | 'clock'>): Operation {
  return operation({
    ...common,
    id: 'exportAuditEntries',
    path: '/audit-entries/export',
    summary: 'Export entries of the audit trail, the oldest first',
    description: 'The answer is streamed: it is whole when its JSON is. The export has an entry of its own.',
    query: z.strictObject({
      ...filterQuery,
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(MOST)
        .default(MOST)
        .describe(`At most this many, 1 to ${MOST}.`),
      cursor: z.string().max(40).optional().describe('`next` of the export before.'),
    }),
    answer: { status: 200, description: 'The entries.', schema: entryExport, streamed: true },
    problems: INVALID_CURSOR,
    async handle({ query: { limit, cursor, ...query }, token }) {
      const after = cursor === undefined ? undefined : await placeIn(db, cursor)
      const filters = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined))
      await recordAudit(db, {
        atMs: clock(),
        action: 'audit.exported',
        actor: actorOf(token),
        clientId: token.clientId,
        detail: { filters, limit },
      })
      return { body: piecesOf(db, filterOf(query), { after, limit }) }
    },
  })
}

async function* piecesOf(
  db: Sql,
  filter: EntryFilter,
  { after, limit }: { after: Place | undefined; limit: number },
): AsyncGenerator<string> {
  yield '{"items":['
  let written = 0
  let complete = true
  let last = after
  for await (const entries of everyEntry(db, filter, after)) {
    const some = entries.slice(0, limit - written)
    const text = some.map((entry) => JSON.stringify(shownEntry(entry))).join(',')
    if (text !== '') yield written === 0 ? text : `,${text}`
    written += some.length
    last = some.at(-1) ?? last
    complete = some.length === entries.length
    if (!complete) break
  }
  yield complete ? '],"complete":true}' : `],"complete":false,"next":"${last && cursorOf(last)}"}`
}
