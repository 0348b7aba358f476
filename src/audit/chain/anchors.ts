/**
 * Heads and anchors: what a chain was at some moment, sealed with a data key. So SQL access alone can write none. The head
 * moves with the chain. Anchors stay for ever. Owns the tables `audit_chains` and `audit_anchors`.
 */
import type { Knex } from 'knex'
import { DAY_MS } from '../../platform/clock.ts'
import type { Sql } from '../../platform/sql/database.ts'
import type { SealedColumn } from '../../platform/sql/reseal.ts'
import type { Sealer } from '../../platform/tokens.ts'
import type { ChainEnd } from './chained-row.ts'

/**
 * `regular`: of a day or of many entries. `pruned`: the last entry that was purged. `accepted`: a fault that somebody looked
 * into; its hash is the mark of that fault.
 */
export type AnchorKind = 'regular' | 'pruned' | 'accepted'

export type Anchor = ChainEnd & { id: string; kind: AnchorKind; atMs: number }

export type Head = ChainEnd & { anchoredSeq: number; anchoredAtMs: number; sealed: string | null }

/** The most entries between two anchors. A new day begins with an anchor too. */
export const ENTRIES_PER_ANCHOR = 100_000

export const SEALED_HEADS: SealedColumn = {
  what: 'ends of the audit trail',
  table: 'audit_chains',
  column: 'sealed',
  key: 'chain',
  context: ({ chain = '' }) => headContext(chain),
}

export const SEALED_ANCHORS: SealedColumn = {
  what: 'anchors of the audit trail',
  table: 'audit_anchors',
  column: 'sealed',
  key: 'id',
  context: ({ id = '' }) => anchorContext(id),
}

/** Every chain's head. `lock`: no other process extends a chain until the transaction ends. */
export async function readHeads(sql: Sql, { lock = false } = {}): Promise<Map<string, Head>> {
  const query: Knex.QueryBuilder = sql('audit_chains').select(
    'chain',
    'seq',
    'hash',
    'anchoredSeq',
    'anchoredAtMs',
    'sealed',
  )
  const rows = (await (lock ? query.forUpdate() : query)) as Head[]
  return new Map(rows.map((row) => [row.chain, asNumbers(row)]))
}

/** Without a seal a head is that of an empty chain. */
export async function addHead(sql: Sql, chain: string): Promise<void> {
  await sql('audit_chains')
    .insert({ chain, seq: 0, hash: '', anchoredSeq: 0, anchoredAtMs: 0 })
    .onConflict('chain')
    .ignore()
}

/** Moves the head, and leaves an anchor where one is due. Answers the anchor. */
export async function moveHead(
  sql: Sql,
  { head, end, sealer, nowMs }: { head: Head; end: ChainEnd; sealer: Sealer; nowMs: number },
): Promise<Anchor | undefined> {
  const due = end.seq - head.anchoredSeq >= ENTRIES_PER_ANCHOR || dayOf(nowMs) > dayOf(head.anchoredAtMs)
  const anchored = due ? { anchoredSeq: end.seq, anchoredAtMs: nowMs } : {}
  await sql('audit_chains')
    .where({ chain: end.chain })
    .update({ seq: end.seq, hash: end.hash, sealed: sealHead(end, sealer), ...anchored })
  return due ? addAnchor(sql, { end, kind: 'regular', sealer, nowMs }) : undefined
}

type NewAnchor = { end: ChainEnd; kind: AnchorKind; sealer: Sealer; nowMs: number }

async function addAnchor(sql: Sql, { end, kind, sealer, nowMs }: NewAnchor): Promise<Anchor> {
  const { chain, seq, hash } = end
  const anchor = { id: `${chain}:${seq}:${kind}`, chain, seq, hash, kind, atMs: nowMs }
  const sealed = sealer.seal(anchorText(anchor), anchorContext(anchor.id))
  await sql('audit_anchors')
    .insert({ ...anchor, sealed })
    .onConflict('id')
    .ignore()
  return anchor
}

type Acceptance = { chain: string; seq: number; fault: string; mark: string; sealer: Sealer; nowMs: number }

/** A mark of this place that was accepted earlier is replaced: the place has changed since. */
export async function addAcceptance(
  sql: Sql,
  { chain, seq, fault, mark, sealer, nowMs }: Acceptance,
): Promise<void> {
  const id = `${chain}:${seq}:${fault}`
  const anchor = { id, chain, seq, hash: mark, kind: 'accepted', atMs: nowMs } as const
  const sealed = sealer.seal(anchorText(anchor), anchorContext(id))
  await sql('audit_anchors')
    .insert({ ...anchor, sealed })
    .onConflict('id')
    .merge()
}

/** Marks what was purged up to `end`. Of one day the last such anchor stays. */
export async function anchorPruning(sql: Sql, given: Omit<NewAnchor, 'kind'>): Promise<void> {
  const { chain, seq, kind, atMs } = await addAnchor(sql, { ...given, kind: 'pruned' })
  await sql('audit_anchors')
    .where({ chain, kind })
    .where('atMs', '>=', dayOf(atMs) * DAY_MS)
    .where('seq', '<', seq)
    .delete()
}

export type ReadAnchor = Anchor & { sealed: string }

/** All of them, in the order of each chain: a few for each day. */
export async function listAnchors(sql: Sql): Promise<ReadAnchor[]> {
  const rows = (await sql('audit_anchors')
    .select('id', 'chain', 'seq', 'hash', 'kind', 'atMs', 'sealed')
    .orderBy(['chain', 'seq', 'kind'])) as ReadAnchor[]
  return rows.map((row) => ({ ...row, seq: Number(row.seq), atMs: Number(row.atMs) }))
}

/** The last entry that was purged from a chain. */
export async function lastPruned(sql: Sql, chain: string): Promise<ReadAnchor | undefined> {
  const row = (await sql('audit_anchors')
    .select('id', 'chain', 'seq', 'hash', 'kind', 'atMs', 'sealed')
    .where({ chain, kind: 'pruned' })
    .orderBy('seq', 'desc')
    .first()) as ReadAnchor | undefined
  return row && { ...row, seq: Number(row.seq), atMs: Number(row.atMs) }
}

/** False for an anchor that this server did not write, or that has a key which is no longer configured. */
export function isGenuineAnchor(anchor: ReadAnchor, sealer: Sealer): boolean {
  return sealer.open(anchor.sealed, anchorContext(anchor.id)) === anchorText(anchor)
}

/** False for a head that this server did not write, or that has a key which is no longer configured. */
export function isGenuineHead({ chain, seq, hash, sealed }: Head, sealer: Sealer): boolean {
  if (sealed === null) return seq === 0
  return sealer.open(sealed, headContext(chain)) === headText({ chain, seq, hash })
}

function sealHead(end: ChainEnd, sealer: Sealer): string {
  return sealer.seal(headText(end), headContext(end.chain))
}

const headText = ({ chain, seq, hash }: ChainEnd) => JSON.stringify([chain, seq, hash])
const headContext = (chain: string) => `audit.head:${chain}`
const anchorText = ({ chain, seq, hash, kind, atMs }: Anchor) =>
  JSON.stringify([chain, seq, hash, kind, atMs])
const anchorContext = (id: string) => `audit.anchor:${id}`

const dayOf = (atMs: number) => Math.floor(atMs / DAY_MS)

function asNumbers(row: Head): Head {
  return {
    ...row,
    seq: Number(row.seq),
    anchoredSeq: Number(row.anchoredSeq),
    anchoredAtMs: Number(row.anchoredAtMs),
  }
}
