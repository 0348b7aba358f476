/**
 * Takes the lines of our own export that are no accounts. Each is one transaction: what is here already is counted and
 * not touched, so that an interrupted import is continued by running it again.
 */
import type { Knex } from 'knex'
import type { FileRecord } from '../files/file-record.ts'
import { NotReadable } from '../incoming.ts'
import type { Refusal } from '../judge.ts'
import type { Report } from '../report.ts'
import { AppError } from '../../platform/errors.ts'
import type { Clock } from '../../platform/clock.ts'
import { inTransaction, isDuplicate, isOrphan } from '../../platform/sql/database.ts'
import type { Db } from '../../platform/sql/database.ts'
import type { MovedTable } from '../../platform/sql/moved-table.ts'
import type { Sealer } from '../../platform/tokens.ts'
import type { FactorSeal } from '../sealed-factors.ts'
import { createExportFrame } from './export-frame.ts'
import type { Opener } from './export-frame.ts'
import { rowOf } from './row-lines.ts'

export type RowCount = { imported: number; alreadyHere: number; refused: number }

export type RowNeeds = {
  db: Db
  clock: Clock
  sealer: Sealer
  /** Of the digests of recovery codes. */
  digestKey: Buffer
  tables: readonly MovedTable[]
}

export type RowImporter = {
  /** True for a line that was handled here. It has to see every record, in order. */
  take: (record: FileRecord) => Promise<boolean>
  /** @throws AppError 422 `file_invalid` when an export ended before its last line */
  finish: () => void
  counts: Record<string, RowCount>
  /** Undefined before the first line of an export with sealed secrets. */
  seal: () => FactorSeal | undefined
}

/** `settle`: writes the accounts that were read before. */
export function createRowImporter(
  needs: RowNeeds,
  { opener, dryRun, settle }: { opener: Opener; dryRun: boolean; settle: () => Promise<void> },
  report: Pick<Report, 'refused'>,
): RowImporter {
  const byType = new Map(needs.tables.map((moved) => [moved.type, moved]))
  const counts: Record<string, RowCount> = {}
  const frame = createExportFrame(opener)

  async function takeRow(moved: MovedTable, record: FileRecord & { value: Line }) {
    const outcome = await outcomeOf(needs, moved, record.value, { file: frame.seal()?.sealer, dryRun })
    count(counts, moved.plural, typeof outcome === 'string' ? outcome : 'refused')
    if (typeof outcome !== 'string') report.refused(record, outcome)
  }

  return {
    counts,
    async take(record) {
      const seen = await frame.see(record)
      if (seen !== 'row' || !('value' in record)) return seen === 'frame'
      const moved = byType.get(String(record.value['type']))
      if (!moved) return false
      await settle()
      await takeRow(moved, record)
      return true
    },
    finish: () => frame.end(),
    seal: frame.seal,
  }
}

type Line = Readonly<Record<string, unknown>>

export function count(counts: Record<string, RowCount>, plural: string, outcome: keyof RowCount): void {
  const of = (counts[plural] ??= { imported: 0, alreadyHere: 0, refused: 0 })
  of[outcome] += 1
}

async function outcomeOf(
  ...given: [RowNeeds, MovedTable, Line, How]
): Promise<'imported' | 'alreadyHere' | Refusal> {
  try {
    return await written(...given)
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal) return refusal
    throw error
  }
}

type How = { file: Sealer | undefined; dryRun: boolean }

async function written(
  { db, clock, sealer: data }: RowNeeds,
  moved: MovedTable,
  value: Line,
  { file, dryRun }: How,
): Promise<'imported' | 'alreadyHere'> {
  const row = rowOf(moved, value, { data, file })
  moved.check?.(row)
  return await undoneIf(dryRun, db, async (trx) => {
    const here: unknown = await trx(moved.table)
      .where({ [moved.key]: row[moved.key] })
      .modify((rows) => moved.alike && rows.orWhere({ [moved.alike]: row[moved.alike] }))
      .first(moved.key)
    if (here && !(await moved.yields?.(trx, row))) return 'alreadyHere'
    const fitted = (await moved.fitted?.(trx, row, clock())) ?? row
    if (dryRun) return 'imported'
    if (here)
      await trx(moved.table)
        .where({ [moved.key]: row[moved.key] })
        .delete()
    await trx(moved.table).insert(fitted)
    await moved.arrived?.(trx, fitted)
    return 'imported'
  })
}

/** What a dry run wrote while it fitted a row, such as a group that an app names, goes again. */
async function undoneIf<T>(dryRun: boolean, db: Db, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
  if (!dryRun) return inTransaction(db, work)
  const trx = await db.transaction()
  try {
    return await work(trx)
  } finally {
    await trx.rollback()
  }
}

/** Undefined for a failure of the server. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof NotReadable) return { code: error.code, why: error.message }
  if (error instanceof AppError && error.status < 500) return { code: error.code, why: error.message }
  if (isDuplicate(error)) return { code: 'taken_here', why: 'another row here has one of its unique values' }
  if (isOrphan(error)) return { code: 'owner_missing', why: 'what it belongs to is not here' }
  return undefined
}
