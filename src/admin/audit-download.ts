/** The audit trail as a file, with the filters of the page: NDJSON or CSV. */
import { z } from 'zod'
import { SHOWN_FIELDS } from '../audit/entries.ts'
import type { Desk } from './desk.ts'
import { assertMay, nothingHere } from './reading-pages.ts'
import { audit } from './sections/audit.ts'
import type { Shown } from './sections/section.ts'

/** So many, because the page holds them while it writes the file. The command line exports any number. */
const MOST = '20000'

const exported = z.object({ items: z.array(z.record(z.string(), z.unknown())) })

const WRITERS: Readonly<Record<string, { type: string; write: (rows: readonly Shown[]) => string }>> = {
  ndjson: {
    type: 'application/x-ndjson',
    write: (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
  },
  csv: {
    type: 'text/csv; charset=utf-8',
    write: (rows) =>
      [SHOWN_FIELDS, ...rows.map((row) => SHOWN_FIELDS.map((name) => row[name]))].map(lineOf).join(''),
  },
}

export async function downloadAudit(desk: Desk, { format = '' }: Readonly<Record<string, string>>) {
  assertMay(desk, 'exportAuditEntries')
  const { ctx, api } = desk
  const writer = Object.hasOwn(WRITERS, format) ? WRITERS[format] : undefined
  if (!writer) throw nothingHere()
  const filters = (audit.list.filters ?? []).flatMap((name) => {
    const value = ctx.query[name]
    return typeof value === 'string' && value !== '' ? [[name, value]] : []
  })
  const query = { ...(Object.fromEntries(filters) as Record<string, string>), limit: MOST }
  const { items } = exported.parse((await api({ id: 'exportAuditEntries', query })).body)
  ctx.type = writer.type
  ctx.set('Content-Disposition', `attachment; filename="audit-trail.${format}"`)
  ctx.set('Cache-Control', 'no-store')
  ctx.body = writer.write(items)
}

function lineOf(cells: readonly unknown[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`
}

/** RFC 4180. A program for tables must not take what somebody typed for a formula. */
function cellOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value as string | number)
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
