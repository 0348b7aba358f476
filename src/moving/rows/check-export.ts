/**
 * Reads our own export once before the import writes anything: whether it is whole, and whether all that is sealed opens in
 * its place. A line that somebody altered, or moved to another account, ends the import here.
 */
import { AppError } from '../../platform/errors.ts'
import type { MovedTable } from '../../platform/sql/moved-table.ts'
import type { FileRecord } from '../files/file-record.ts'
import { NotReadable } from '../incoming.ts'
import { openFactors } from '../sealed-factors.ts'
import type { FactorSeal } from '../sealed-factors.ts'
import { createExportFrame } from './export-frame.ts'
import type { Opener } from './export-frame.ts'
import { openSealed } from './row-lines.ts'

const UNCHANGED = 'Nothing was changed.'

/** Another file is left alone. @throws AppError 422 `file_invalid`, and what `opener` throws */
export async function checkExport(
  records: AsyncIterable<FileRecord>,
  { tables, opener }: { tables: readonly MovedTable[]; opener: Opener },
): Promise<void> {
  const byType = new Map(tables.map((moved) => [moved.type, moved]))
  const frame = createExportFrame(opener)
  for await (const record of records) {
    const seen = await frame.see(record)
    if (seen === 'none') return
    const seal = frame.seal()
    if (seen === 'row' && 'value' in record && seal) checkLine(record, seal, byType)
  }
  frame.end(` ${UNCHANGED}`)
}

function checkLine(
  { line, value }: FileRecord & { value: Readonly<Record<string, unknown>> },
  seal: FactorSeal,
  byType: ReadonlyMap<string, MovedTable>,
): void {
  const { type, id, factors } = value
  const moved = byType.get(String(type))
  try {
    if (moved) openSealed(moved, value, seal.sealer)
    else if (type === 'account' && typeof factors === 'string') openFactors(seal, String(id), factors)
  } catch (error) {
    if (!(error instanceof NotReadable)) throw error
    throw new AppError('file_invalid', 422, `Line ${line}: ${error.message}. ${UNCHANGED}`)
  }
}
