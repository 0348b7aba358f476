/**
 * Chains entries after they were committed. A request only inserts its entry, so the chain makes none wait. One process at a
 * time extends the chains: it holds their heads for the length of a small transaction.
 */
import type { Knex } from 'knex'
import { MINUTE_MS } from '../../platform/clock.ts'
import { inTransaction, isSqlite } from '../../platform/sql/database.ts'
import type { Db, Sql } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { recordAudit } from '../audit.ts'
import { kindOf } from '../audit-kinds.ts'
import { TRAIL_COLUMNS } from '../entries.ts'
import { OPEN_CHAIN } from '../folded.ts'
import { addHead, isGenuineHead, moveHead, readHeads } from './anchors.ts'
import type { Anchor, Head } from './anchors.ts'
import { chainAfter } from './chained-row.ts'
import type { ChainEnd, TrailRow } from './chained-row.ts'

/** More would hold the only connection to SQLite for longer than a request should wait. */
export const LINKED_AT_ONCE = 200

/** An entry counts repetitions within its minute. After this long no process adds to it. */
const OPEN_MS = 2 * MINUTE_MS

type Linking = Pick<Services, 'db' | 'sealer' | 'clock' | 'log'>
type Linked = { entries: number; anchors: Anchor[]; broken: Head[] }

/** Chains some entries, in the order of their ids. Answers how many. An entry that is committed late follows later. */
export async function linkSome(services: Linking, limit: number = LINKED_AT_ONCE): Promise<number> {
  const { db, clock, log } = services
  await closeFolds(db, clock())
  const waiting = await unlinked(db, limit)
  if (waiting.length === 0) return 0
  const heads = await readHeads(db)
  const chains = new Set(waiting.map(({ action }) => kindOf(action)))
  for (const chain of chains) if (!heads.has(chain)) await addHead(db, chain)
  const { entries, anchors, broken } = await inTransaction(db, (trx) => linkNext(services, trx, limit))
  for (const { chain, seq } of broken) log.error({ chain, seq }, 'audit.chain_broken')
  for (const { chain, seq, hash } of anchors) log.info({ chain, seq, hash }, 'audit.anchored')
  return entries
}

/** How many entries wait for their place. */
export async function countUnlinked(sql: Sql): Promise<number> {
  const waiting = async (chain: string | null) => {
    const [row] = (await sql('audit_events').where({ chain }).count({ n: '*' })) as { n: number | string }[]
    return Number(row?.n ?? 0)
  }
  return (await waiting(null)) + (await waiting(OPEN_CHAIN))
}

/** From here on the entry never changes. */
async function closeFolds(db: Db, nowMs: number): Promise<void> {
  const old = () =>
    db('audit_events')
      .where({ chain: OPEN_CHAIN, chainSeq: null })
      .where('atMs', '<=', nowMs - OPEN_MS)
  if (await old().first('id')) await old().update({ chain: null, foldKey: null })
}

/** The index has them in the order of their ids. To ask for that order would sort all that wait. */
async function unlinked(sql: Sql, limit: number): Promise<TrailRow[]> {
  const rows = (await sql
    .select(...TRAIL_COLUMNS)
    .from(byChain(sql))
    .where({ chain: null, chainSeq: null })
    .limit(limit)) as TrailRow[]
  return rows.toSorted((a, b) => Number(a.id) - Number(b.id))
}

/** MySQL and MariaDB may read the table from its beginning, because of the limit. */
function byChain(sql: Sql) {
  if (isSqlite(sql)) return 'audit_events'
  return sql.raw('?? force index (??)', ['audit_events', 'audit_events_chain_unique'])
}

/** Reads the entries again under the lock: another process may have chained the first ones meanwhile. */
async function linkNext({ sealer, clock }: Linking, trx: Knex.Transaction, limit: number): Promise<Linked> {
  const heads = await readHeads(trx, { lock: true })
  const rows = await unlinked(trx, limit)
  const linked: Linked = { entries: 0, anchors: [], broken: [] }
  for (const [chain, own] of Map.groupBy(rows, ({ action }) => kindOf(action))) {
    const head = heads.get(chain)
    // A kind that came in between has no head yet. Its entries follow with the next step.
    if (!head) continue
    if (!isGenuineHead(head, sealer)) {
      await noteBroken(trx, head, clock())
      linked.broken.push(head)
    }
    const end = await write(trx, head, own)
    const anchor = await moveHead(trx, { head, end, sealer, nowMs: clock() })
    if (anchor) linked.anchors.push(anchor)
    linked.entries += own.length
  }
  return linked
}

/** The trail goes on, and keeps what was seen: this entry is chained like every other. */
async function noteBroken(trx: Knex.Transaction, { chain, seq, hash }: Head, atMs: number): Promise<void> {
  const detail = { chain, seq, hash }
  await recordAudit(trx, { atMs, action: 'audit.chain_broken', actor: 'system', detail })
}

async function write(trx: Knex.Transaction, head: Head, rows: readonly TrailRow[]): Promise<ChainEnd> {
  let end: ChainEnd = head
  const places = rows.map((row) => {
    end = chainAfter(end, row)
    return { id: row.id, ...end }
  })
  const ids = places.map(({ id }) => id)
  const changed: number = await trx('audit_events')
    .whereIn('id', ids)
    // Not by the index of chains, which would read everything that waits.
    .whereRaw("coalesce(??, '') = ''", ['chain'])
    .update({
      chain: head.chain,
      chainSeq: byId(trx, places, ({ seq }) => seq),
      chainHash: byId(trx, places, ({ hash }) => hash),
    })
  if (changed !== rows.length) throw new Error('entries of the audit trail changed while they were chained')
  return { chain: head.chain, seq: end.seq, hash: end.hash }
}

type Place = ChainEnd & { id: number }

/** One statement for all entries of a step. */
function byId(trx: Knex.Transaction, places: readonly Place[], value: (place: Place) => number | string) {
  const cases = 'when ? then ? '.repeat(places.length)
  return trx.raw(
    `case id ${cases}end`,
    places.flatMap((place) => [place.id, value(place)]),
  )
}
