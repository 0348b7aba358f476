/**
 * Reads a chain from its oldest entry to its head and names what does not fit. Servers go on meanwhile: entries that are
 * added or purged during the reading are no fault.
 */
import { hash as digestOf } from 'node:crypto'
import type { Sql } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { isGenuineAnchor, isGenuineHead, lastPruned, listAnchors, readHeads } from './anchors.ts'
import type { Anchor, ReadAnchor } from './anchors.ts'
import { chainAfter, chainedRows, startOf } from './chained-row.ts'
import type { ChainedRow, ChainEnd } from './chained-row.ts'

export const FAULTS = {
  changed: 'The entry was changed, or an entry was put in its place.',
  removed: 'Entries were removed.',
  inserted: 'The entry was inserted. The server did not chain it.',
  rewritten: 'Entries up to this one were written again. An anchor has another hash.',
  head: 'The server did not write the end of the chain, or its data key is missing.',
  anchor: 'The server did not write this anchor, or its data key is missing.',
  anchor_missing: 'The anchor was exported and is gone, or it is another one now.',
  noted: 'The server found here that the end of a chain had been changed.',
} as const

export type Fault = {
  chain: string
  fault: keyof typeof FAULTS
  /** The number in the chain: for `removed`, of the first entry that is missing. */
  seq: number
  /** For `removed`, the number of the last entry that is missing. */
  lastSeq?: number
  /** The id of the entry. */
  id?: number
}

/** A fault at an entry. It can be accepted. */
export type PlacedFault = Fault & {
  /** The entry where it was noticed, and its number: for `removed`, the one after those that are missing. */
  entryId: number
  noticedSeq: number
  /** Of the place and of all that is wrong there: after a further change it is another one. */
  mark: string
}

export type Verified = {
  entries: number
  faults: (Fault | PlacedFault)[]
  /** What was accepted after somebody looked into it. */
  accepted: PlacedFault[]
  ends: ChainEnd[]
}

type Verifying = Pick<Services, 'db' | 'sealer'>
type Options = {
  /** Anchors that were exported before: they must still be true. */
  known?: readonly Anchor[]
  /** Called with the number of entries read so far. */
  onProgress?: (entries: number) => void
}

const READ_AT_ONCE = 5000

/** Every chain. An intact trail has no faults. */
export async function verifyAudit(
  { db, sealer }: Verifying,
  { known = [], onProgress }: Options = {},
): Promise<Verified> {
  const anchors = await listAnchors(db)
  const faults = faultsOfAnchors(anchors, known, sealer)
  const verified: Verified = { entries: 0, faults, accepted: [], ends: [] }
  const genuine = anchors.filter((anchor) => isGenuineAnchor(anchor, sealer))
  for (const chain of await chainsOf(db, [...anchors, ...known])) {
    // An exported acceptance has no seal: only what is stored counts.
    const exported = known.filter(({ kind }) => kind !== 'accepted')
    const own = [...genuine, ...exported].filter((anchor) => anchor.chain === chain)
    const reading = await openReading({ db, sealer }, chain, own)
    await readToHead(reading, (rows) => {
      verified.entries += rows
      onProgress?.(verified.entries)
    })
    checkAnchorsBeyond(reading)
    verified.faults.push(...reading.faults)
    verified.accepted.push(...reading.accepted)
    verified.ends.push(reading.end)
  }
  return verified
}

async function chainsOf(db: Sql, anchors: readonly Anchor[]): Promise<string[]> {
  const rows = (await db('audit_events').distinct('chain').whereNotNull('chainSeq')) as { chain: string }[]
  const heads = await readHeads(db)
  return [...new Set([...heads.keys(), ...[...rows, ...anchors].map(({ chain }) => chain)])].toSorted()
}

function faultsOfAnchors(
  anchors: readonly ReadAnchor[],
  known: readonly Anchor[],
  sealer: Verifying['sealer'],
): Fault[] {
  const forged = anchors.filter((anchor) => !isGenuineAnchor(anchor, sealer))
  // Of one day only the last anchor of a purge stays. So an exported one may be gone.
  const gone = known
    .filter(({ kind }) => kind === 'regular')
    .filter(({ id, hash }) => anchors.find((anchor) => anchor.id === id)?.hash !== hash)
  return [
    ...forged.map(({ chain, seq }): Fault => ({ chain, seq, fault: 'anchor' })),
    ...gone.map(({ chain, seq }): Fault => ({ chain, seq, fault: 'anchor_missing' })),
  ]
}

type Reading = Verifying & {
  chain: string
  /** The last entry that was read, with the hash that is stored. */
  end: ChainEnd
  anchors: ReadonlyMap<number, string>
  /** Of the faults that somebody accepted. */
  marks: ReadonlySet<string>
  faults: (Fault | PlacedFault)[]
  accepted: PlacedFault[]
}

async function openReading(
  { db, sealer }: Verifying,
  chain: string,
  anchors: readonly Anchor[],
): Promise<Reading> {
  const end = (await purgedUpTo(db, sealer, chain)) ?? startOf(chain)
  const hashes = anchors
    .filter(({ kind }) => kind !== 'accepted')
    .map(({ seq, hash }) => [seq, hash] as const)
  const marks = anchors.filter(({ kind }) => kind === 'accepted').map(({ hash }) => hash)
  const found = { faults: [], accepted: [] }
  return { db, sealer, chain, end, anchors: new Map(hashes), marks: new Set(marks), ...found }
}

async function purgedUpTo(db: Sql, sealer: Verifying['sealer'], chain: string) {
  const anchor = await lastPruned(db, chain)
  if (!anchor || !isGenuineAnchor(anchor, sealer)) return undefined
  return { chain, seq: anchor.seq, hash: anchor.hash }
}

/** The head is read after the entries, and is never behind them. So what it has more is read once more. */
async function readToHead(reading: Reading, onRows: (rows: number) => void): Promise<void> {
  const { db, sealer, chain, faults } = reading
  for (let after = 0; ;) {
    const before = reading.end.seq
    after = await readRows(reading, after, onRows)
    const head = (await readHeads(db)).get(chain) ?? { ...startOf(chain), sealed: null }
    if (reading.end.seq < head.seq && (reading.end.seq > before || (await wasPurged(reading)))) continue
    const { seq, hash } = reading.end
    if (!isGenuineHead({ anchoredSeq: 0, anchoredAtMs: 0, ...head }, sealer))
      faults.push({ chain, fault: 'head', seq: head.seq })
    if (seq < head.seq) faults.push({ chain, fault: 'removed', seq: seq + 1, lastSeq: head.seq })
    else if (seq > head.seq) faults.push({ chain, fault: 'inserted', seq: head.seq + 1 })
    else if (hash !== head.hash) faults.push({ chain, fault: 'rewritten', seq })
    return
  }
}

async function readRows(reading: Reading, from: number, onRows: (rows: number) => void): Promise<number> {
  let after = from
  for (;;) {
    const rows = await chainedRows(reading.db, { chain: reading.chain, after, limit: READ_AT_ONCE })
    for (const row of rows) await readRow(reading, row)
    onRows(rows.length)
    after = rows.at(-1)?.chainSeq ?? after
    if (rows.length < READ_AT_ONCE) return after
  }
}

async function readRow(reading: Reading, row: ChainedRow): Promise<void> {
  const { chainSeq: seq, id } = row
  const { chain, anchors } = reading
  if (seq <= reading.end.seq) return note(reading, row, { chain, fault: 'inserted', seq, id })
  if (seq > reading.end.seq + 1 && !((await wasPurged(reading)) && seq === reading.end.seq + 1)) {
    note(reading, row, { chain, fault: 'removed', seq: reading.end.seq + 1, lastSeq: seq - 1 })
  } else if (chainAfter(reading.end, row).hash !== row.chainHash) {
    note(reading, row, { chain, fault: 'changed', seq, id })
  }
  if ((anchors.get(seq) ?? row.chainHash) !== row.chainHash)
    note(reading, row, { chain, fault: 'rewritten', seq, id })
  if (row.action === 'audit.chain_broken') note(reading, row, { chain, fault: 'noted', seq, id })
  // From what is stored, so that a fault is named once, at its place.
  reading.end = { chain, seq, hash: row.chainHash }
}

function note(reading: Reading, row: ChainedRow, fault: Fault): void {
  const { end, marks, faults, accepted } = reading
  // What the entry would be after the one before it covers all its columns.
  const seen = [fault, end, row.chainSeq, row.chainHash, chainAfter(end, row).hash]
  const mark = digestOf('sha256', JSON.stringify(seen), 'base64url')
  const placed = { ...fault, entryId: Number(row.id), noticedSeq: row.chainSeq, mark }
  if (marks.has(mark)) accepted.push(placed)
  else faults.push(placed)
}

/** True where a worker purged what was to be read next: the reading goes on after that. */
async function wasPurged(reading: Reading): Promise<boolean> {
  const purged = await purgedUpTo(reading.db, reading.sealer, reading.chain)
  if (!purged || purged.seq <= reading.end.seq) return false
  reading.end = purged
  return true
}

/** A whole state of before was put back: only the anchors know of later entries. */
function checkAnchorsBeyond({ chain, end, anchors, faults }: Reading): void {
  const last = Math.max(0, ...anchors.keys())
  const isNamed = faults.some(({ fault, lastSeq = 0 }) => fault === 'removed' && lastSeq >= last)
  if (last > end.seq && !isNamed) faults.push({ chain, fault: 'removed', seq: end.seq + 1, lastSeq: last })
}
