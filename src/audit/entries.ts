/** Reads the audit trail for operators: some entries by what is asked, or all of them one after the other. */
import type { Knex } from 'knex'
import type { Sql } from '../platform/sql/database.ts'
import { AUDIT_KINDS } from './audit-kinds.ts'
import type { AuditKind } from './audit-kinds.ts'

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

export type EntryFilter = {
  actor?: string | undefined
  accountId?: string | undefined
  action?: string | undefined
  kind?: AuditKind | undefined
  /** The client id of an app. */
  clientId?: string | undefined
  fromMs?: number | undefined
  untilMs?: number | undefined
}

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

/** The latest first. `before`: the id of an entry; only what came earlier. */
export async function listEntries(
  sql: Sql,
  filter: EntryFilter,
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<AuditEntry[]> {
  const query = chosen(sql, filter).orderBy('id', 'desc').limit(limit)
  return entriesOf((await (before === undefined ? query : query.where('id', '<', before))) as Row[])
}

export async function findEntry(sql: Sql, id: number): Promise<AuditEntry | undefined> {
  return entriesOf((await chosen(sql, {}).where({ id })) as Row[])[0]
}

/** Everything that the filter chooses, in the order of the ids, some at a time. `from`: the id of the entry before the first. */
export async function* everyEntry(sql: Sql, filter: EntryFilter, from = 0): AsyncGenerator<AuditEntry[]> {
  for (let after = from; ;) {
    const rows = (await chosen(sql, filter).where('id', '>', after).orderBy('id').limit(AT_A_TIME)) as Row[]
    if (rows.length === 0) return
    yield entriesOf(rows)
    after = Number(rows.at(-1)?.id)
  }
}

/** True of the name of a kind. */
export function isKind(name: string): name is AuditKind {
  return (AUDIT_KINDS as readonly string[]).includes(name)
}

function chosen(sql: Sql, { kind, fromMs, untilMs, ...equal }: EntryFilter): Knex.QueryBuilder {
  const query: Knex.QueryBuilder = sql('audit_events').select(
    ...TRAIL_COLUMNS,
    'chain',
    'chainSeq',
    'chainHash',
  )
  for (const [column, value] of Object.entries(equal))
    if (value !== undefined) void query.where(column, value)
  if (kind !== undefined) void query.where('chain', kind)
  if (fromMs !== undefined) void query.where('atMs', '>=', fromMs)
  if (untilMs !== undefined) void query.where('atMs', '<', untilMs)
  return query
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
