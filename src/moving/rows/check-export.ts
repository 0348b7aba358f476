/**
 * Reads our own export once before the import writes anything: whether it is whole, and whether all that is sealed opens in
 * its place. A line that somebody altered, or moved to another account, ends the import here. So does a role that nobody knows.
 */
import { AppError } from '../../platform/errors.ts'
import type { MovedTable } from '../../platform/sql/moved-table.ts'
import type { FileRecord } from '../files/file-record.ts'
import { NotReadable } from '../incoming.ts'
import type { KnownRoles } from '../../accounts/roles/arriving-roles.ts'
import { openFactors } from '../sealed-factors.ts'
import type { FactorSeal } from '../sealed-factors.ts'
import { createExportFrame } from './export-frame.ts'
import type { Opener } from './export-frame.ts'
import { openSealed } from './row-lines.ts'

const UNCHANGED = 'Nothing was changed.'

/** Another file is left alone. @throws AppError 422 `file_invalid`, `role_unknown`, and what `opener` throws */
export async function checkExport(
  records: AsyncIterable<FileRecord>,
  { tables, opener, knownRoles }: { tables: readonly MovedTable[]; opener: Opener; knownRoles: KnownRoles },
): Promise<void> {
  const byType = new Map(tables.map((moved) => [moved.type, moved]))
  const frame = createExportFrame(opener)
  for await (const record of records) {
    const seen = await frame.see(record)
    if (seen === 'none') return
    if ('value' in record) await checkRoles(record, knownRoles)
    const seal = frame.seal()
    if (seen === 'row' && 'value' in record && seal) checkLine(record, seal, byType)
  }
  frame.end(` ${UNCHANGED}`)
}

async function checkRoles(
  { line, value }: FileRecord & { value: Readonly<Record<string, unknown>> },
  { see, unknown }: KnownRoles,
): Promise<void> {
  see(value)
  const { type, roles } = value
  if (type !== 'account' || !Array.isArray(roles)) return
  const missing = await unknown(roles.map(String))
  if (missing.length > 0)
    throw new AppError(
      'role_unknown',
      422,
      `Line ${line}: there is no role ${missing.join(', ')}, here or in the file. Create it first. ${UNCHANGED}`,
    )
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
