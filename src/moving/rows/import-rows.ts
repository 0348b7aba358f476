/**
 * Takes the lines of our own export that are no accounts. Each is one transaction: what is here already is counted and
 * not touched, so that an interrupted import is continued by running it again.
 */
import { z } from 'zod'
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
import { openSealing, sealing } from './passphrase.ts'
import { VERSION } from './export-rows.ts'
import { isHeader, rowOf } from './row-lines.ts'

export type RowCount = { imported: number; alreadyHere: number; refused: number }

export type RowNeeds = { db: Db; clock: Clock; sealer: Sealer; tables: readonly MovedTable[] }

export type RowImporter = {
  /** True for a line that was handled here. It has to see every record, in order. */
  take: (record: FileRecord) => Promise<boolean>
  /** @throws AppError 422 `file_invalid` when an export ended before its last line */
  finish: () => void
  counts: Record<string, RowCount>
}

const header = z.object({ version: z.literal(VERSION), sealing: sealing.optional() })
const ending = z.object({ lines: z.int() })

export function createRowImporter(
  needs: RowNeeds,
  { passphrase, dryRun }: { passphrase: string | undefined; dryRun: boolean },
  report: Pick<Report, 'refused'>,
): RowImporter {
  const byType = new Map(needs.tables.map((moved) => [moved.type, moved]))
  const counts: Record<string, RowCount> = {}
  let [lines, isExport, ended] = [0, false, false]
  let file: Sealer | undefined

  async function takeRow(moved: MovedTable, record: FileRecord & { value: Line }) {
    const outcome = await outcomeOf(needs, moved, record.value, { file, dryRun })
    count(counts, moved.plural, typeof outcome === 'string' ? outcome : 'refused')
    if (typeof outcome !== 'string') report.refused(record, outcome)
  }

  return {
    counts,
    async take(record) {
      lines += 1
      if (!('value' in record)) return false
      if (lines === 1 && isHeader(record.value)) {
        isExport = true
        file = await sealerOf(record.value, passphrase)
      }
      if (!isExport || lines === 1) return isExport
      const type = String(record.value['type'])
      if (type === 'end') ended = ending.safeParse(record.value).data?.lines === lines - 2
      const moved = byType.get(type)
      if (moved) await takeRow(moved, record)
      return moved !== undefined || type === 'end'
    },
    finish() {
      if (!isExport || ended) return
      const text = `The export is not whole: its last line is missing, or lines are. ${lines} lines were read.`
      throw new AppError('file_invalid', 422, text)
    },
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
  return await inTransaction(db, async (trx) => {
    const here: unknown = await trx(moved.table)
      .where({ [moved.key]: row[moved.key] })
      .first(moved.key)
    if (here) return 'alreadyHere'
    const fitted = (await moved.fitted?.(trx, row, clock())) ?? row
    if (dryRun) return 'imported'
    await trx(moved.table).insert(fitted)
    await moved.arrived?.(trx, fitted)
    return 'imported'
  })
}

async function sealerOf(value: object, passphrase: string | undefined): Promise<Sealer | undefined> {
  const read = header.safeParse(value)
  if (!read.success)
    throw new AppError(
      'file_invalid',
      422,
      'This export is of another release: its first line is not as here.',
    )
  if (!read.data.sealing) return undefined
  if (passphrase !== undefined) return await openSealing(read.data.sealing, passphrase)
  throw new AppError('usage', 400, 'the file has sealed secrets; import needs --passphrase-file')
}

/** Undefined for a failure of the server. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof NotReadable) return { code: error.code, why: error.message }
  if (error instanceof AppError && error.status < 500) return { code: error.code, why: error.message }
  if (isDuplicate(error)) return { code: 'taken_here', why: 'another row here has one of its unique values' }
  if (isOrphan(error)) return { code: 'owner_missing', why: 'what it belongs to is not here' }
  return undefined
}
