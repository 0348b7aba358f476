/** Finds mapped columns that the file does not have. If they were ignored, every account would lack a field. */
import { AppError } from '../../platform/errors.ts'
import { valueAt } from '../values.ts'
import type { FileRecord } from '../files/file-record.ts'

export type MappedColumns = {
  /** True once every column was seen. @throws AppError 400 `usage` where the first record of a table lacks one */
  see: (record: FileRecord) => boolean
  /** After the last record. @throws AppError 400 `usage` where no record has one of them */
  end: () => void
}

const SHOWN = 40

/** `isTable`: every record has all columns, as in CSV. Elsewhere a record may leave out what it has no value for. */
export function createMappedColumns(mapped: readonly string[], isTable: boolean): MappedColumns {
  const unseen = new Set(mapped)
  const names = new Set<string>()

  function refuse(): void {
    const [missing] = unseen
    if (missing === undefined || names.size === 0) return
    const shown = [...names].slice(0, SHOWN)
    const has = [...shown, ...(names.size > SHOWN ? ['and others'] : [])].join(', ')
    throw new AppError('usage', 400, `--map: the file has no column "${missing}". It has ${has}.`)
  }

  return {
    see(record) {
      if (unseen.size === 0 || !('value' in record)) return unseen.size === 0
      for (const name of Object.keys(record.value)) if (names.size <= SHOWN) names.add(name)
      for (const path of unseen) if (valueAt(record.value, path) !== undefined) unseen.delete(path)
      if (isTable) refuse()
      return unseen.size === 0
    },
    end: refuse,
  }
}
