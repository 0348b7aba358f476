/** Reads a file of another system, imports its accounts, and writes what was refused to a file of its own. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { AppError } from '../../platform/errors.ts'
import { checkedBytes } from '../files/checked-bytes.ts'
import { createMappedColumns } from '../mapped-columns.ts'
import type { MappedColumns } from '../mapped-columns.ts'
import { refusedFile } from '../files/refused-file.ts'
import type { Format } from './format.ts'
import { createImporter } from '../import-accounts.ts'
import type { ImportOptions } from '../import-accounts.ts'
import { reporter } from '../report.ts'
import { createClientImporter } from '../rows/import-clients.ts'
import { createRowImporter } from '../rows/import-rows.ts'
import type { RowCount, RowNeeds } from '../rows/import-rows.ts'
import { add, createSummary } from '../summary.ts'
import type { Summary } from '../summary.ts'

export type FileImport = Omit<ImportOptions, 'from'> & {
  /** Opens the secrets of our own export. */
  passphrase: string | undefined
  /** `-` is standard input. */
  file: string
  refusedFile: string
  format: Format
  /** Columns or paths that the operator named. */
  mapped: readonly string[]
  progress: (done: { bytes: number; totalBytes: number | undefined; records: number }) => void
}

/**
 * `written` is true when there is a file of refused lines.
 * @throws AppError 400 `usage` when the file cannot be read
 */
export async function importFile(
  needs: RowNeeds,
  { file, refusedFile: path, format, mapped, progress, ...options }: FileImport,
): Promise<{ summary: Summary; rows: Record<string, RowCount>; written: boolean }> {
  // Of a packed file, only what is unpacked is counted.
  const size = file === '-' ? undefined : await sizeOf(file)
  const totalBytes = file.endsWith('.gz') ? undefined : size
  const summary = createSummary()
  const refused = refusedFile(path)
  const report = reporter(summary, (entry) => refused.write(`${JSON.stringify(entry)}\n`))
  const rows = createRowImporter(needs, options, report)
  const clients = createClientImporter(needs, format.toClient, options, report)
  const drawn = (bytes: number) => progress({ bytes, totalBytes, records: summary.records })
  const own = { ...options, from: format.name }
  const importer = createImporter(needs, format.toIncoming, own, { summary, report, progress: drawn })
  const columns = createMappedColumns(mapped, format.table === true)
  if (file !== '-' && mapped.length > 0) await checkColumns(columns, file, format)
  const bytes: AsyncIterable<Buffer> = file === '-' ? process.stdin : createReadStream(file)
  try {
    for await (const record of format.read(checkedBytes(bytes, format))) {
      if ((format.own && (await rows.take(record))) || (await clients.take(record))) continue
      if (format.accounts.includes(record.list)) {
        columns.see(record)
        await importer.add(record)
      } else add(summary.leftOut, `list ${record.list}`)
      await refused.drained()
    }
    columns.end()
    await importer.finish()
    rows.finish()
  } finally {
    await refused.close()
  }
  return { summary, rows: { ...rows.counts, ...clients.counts }, written: refused.begun() }
}

/** Before anything is written. Standard input cannot be read twice, so there the import itself looks. */
async function checkColumns(columns: MappedColumns, file: string, format: Format): Promise<void> {
  const bytes = createReadStream(file)
  try {
    for await (const record of format.read(checkedBytes(bytes, format)))
      if (format.accounts.includes(record.list) && columns.see(record)) return
    columns.end()
  } finally {
    bytes.destroy()
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (cause) {
    throw new AppError('usage', 400, `${file} cannot be read`, { cause })
  }
}
