/** One entry of the audit trail as the chain sees it, and its hash. Owns what the hash covers. */
import { hash } from 'node:crypto'
import type { Sql } from '../../platform/sql/database.ts'
import { TRAIL_COLUMNS } from '../entries.ts'

export type TrailRow = {
  id: number
  atMs: number
  action: string
  actor: string
  accountId: string | null
  ip: string | null
  clientId: string | null
  requestId: string | null
  times: number
  /** JSON, as it is stored. */
  detail: string
}

/** A place in a chain: the number of the last entry and its hash. */
export type ChainEnd = { chain: string; seq: number; hash: string }

/** What the first entry of a chain follows. */
export function startOf(chain: string): ChainEnd {
  return { chain, seq: 0, hash: '' }
}

/**
 * The place of a row after `before`. The hash is SHA-256, base64url, of the hash before it, a line break, and a JSON array:
 * the version of this form, the chain, the number, and the fields in the order of `hashOf`. It needs no key, so that
 * anybody can check an export.
 */
export function chainAfter({ chain, seq, hash: former }: ChainEnd, row: TrailRow): ChainEnd {
  const next = seq + 1
  return { chain, seq: next, hash: hashOf(former, chain, next, row) }
}

function hashOf(former: string, chain: string, seq: number, row: TrailRow): string {
  const { id, atMs, action, actor, accountId, ip, clientId, requestId, times, detail } = row
  const fields = [
    1,
    chain,
    seq,
    Number(id),
    Number(atMs),
    action,
    actor,
    accountId,
    ip,
    clientId,
    requestId,
    Number(times),
    detail,
  ]
  return hash('sha256', `${former}\n${JSON.stringify(fields)}`, 'base64url')
}

export type ChainedRow = TrailRow & { chainSeq: number; chainHash: string }

/** Entries of a chain in its order, from the number after `after` on. */
export async function chainedRows(
  sql: Sql,
  { chain, after, limit }: { chain: string; after: number; limit: number },
): Promise<ChainedRow[]> {
  const rows = (await sql('audit_events')
    .select(...TRAIL_COLUMNS, 'chainSeq', 'chainHash')
    .where({ chain })
    .where('chainSeq', '>', after)
    .orderBy('chainSeq')
    .limit(limit)) as ChainedRow[]
  return rows.map((row) => ({ ...row, chainSeq: Number(row.chainSeq), atMs: Number(row.atMs) }))
}
