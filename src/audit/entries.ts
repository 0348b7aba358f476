/** Reads the audit trail for operators: some entries by what is asked, or all of them one after the other. */
import type { Sql } from '../platform/sql/database.ts'
import { AUDIT_KINDS } from './audit-kinds.ts'
import type { AuditKind } from './audit-kinds.ts'
import { walkEntries } from './entry-walk.ts'
import type { EntryFilter, Place, Walk } from './entry-walk.ts'

export type AuditEntry = {
  id: number
  atMs: number
  action: string
  actor: string
  accountId: string | null
  ip: string | null
  clientId: string | null
  requestId: string | null
  /** More than 1 where equal failures of a minute are one entry. */
  times: number
  detail: Record<string, unknown>
  /** Absent until the entry is chained. */
  chain: string | null
  chainSeq: number | null
  chainHash: string | null
}

export type EntryPage = { entries: AuditEntry[]; next: Place | undefined }

const AT_A_TIME = 1000

/** What happened, without the place in a chain. */
export const TRAIL_COLUMNS = [
  'id',
  'atMs',
  'action',
  'actor',
  'accountId',
  'ip',
  'clientId',
  'requestId',
  'times',
  'detail',
] as const satisfies readonly (keyof AuditEntry)[]

const COLUMNS = [...TRAIL_COLUMNS, 'chain', 'chainSeq', 'chainHash'] as const

/** The latest first. A page of a list that is narrowed by several conditions may be short or empty, and have a `next` all the same. */
export async function listEntries(
  sql: Sql,
  filter: EntryFilter,
  { after, limit }: { after?: Place | undefined; limit: number },
): Promise<EntryPage> {
  return pageOf(sql, { filter, order: 'latest_first', after, limit })
}

export async function findEntry(sql: Sql, id: number): Promise<AuditEntry | undefined> {
  const rows: Row[] = await sql('audit_events')
    .where({ id })
    .select(...COLUMNS)
  return entriesOf(rows)[0]
}

/** Everything that the filter chooses, the oldest first, some at a time. `from`: only what comes after it. */
export async function* everyEntry(sql: Sql, filter: EntryFilter, from?: Place): AsyncGenerator<AuditEntry[]> {
  let after = from
  do {
    const { entries, next } = await pageOf(sql, { filter, order: 'oldest_first', after, limit: AT_A_TIME })
    if (entries.length > 0) yield entries
    after = next
  } while (after !== undefined)
}

/** True of the name of a kind. */
export function isKind(name: string): name is AuditKind {
  return (AUDIT_KINDS as readonly string[]).includes(name)
}

async function pageOf(sql: Sql, walk: Walk): Promise<EntryPage> {
  const { rows, next } = await walkEntries<Row>(sql, COLUMNS, walk)
  return { entries: entriesOf(rows), next }
}

/** The names of a shown entry, in the order of a file or a page. */
export const SHOWN_FIELDS = [
  'id',
  'at',
  'action',
  'actor',
  'account_id',
  'ip',
  'client_id',
  'request_id',
  'times',
  'detail',
  'chain',
  'seq',
  'hash',
] as const

/** An entry as operators read it, in the API, on the command line and in exports. Times are RFC 3339. */
export function shownEntry(entry: AuditEntry) {
  const { id, atMs, action, actor, ip, times, detail } = entry
  return {
    id,
    at: new Date(atMs).toISOString(),
    action,
    actor,
    account_id: entry.accountId,
    ip,
    client_id: entry.clientId,
    request_id: entry.requestId,
    times,
    detail,
    chain: entry.chainSeq === null ? null : entry.chain,
    seq: entry.chainSeq,
    hash: entry.chainHash,
  } satisfies Record<(typeof SHOWN_FIELDS)[number], unknown>
}

type Row = Omit<AuditEntry, 'detail'> & { detail: string }

function entriesOf(rows: readonly Row[]): AuditEntry[] {
  return rows.map((row) => ({
    ...row,
    id: Number(row.id),
    atMs: Number(row.atMs),
    chainSeq: row.chainSeq === null ? null : Number(row.chainSeq),
    detail: JSON.parse(row.detail) as Record<string, unknown>,
  }))
}
