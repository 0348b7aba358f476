/** Reads a file of another system, imports its accounts, and writes what was refused to a file of its own. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { AppError } from '../../platform/errors.ts'
import { checkedBytes } from '../files/checked-bytes.ts'
import { refusedFile } from '../files/refused-file.ts'
import type { Format } from './format.ts'
import { createImporter } from '../import-accounts.ts'
import type { ImportOptions, Listener } from '../import-accounts.ts'
import { createClientImporter } from '../rows/import-clients.ts'
import type { Report } from '../rows/import-clients.ts'
import { createRowImporter } from '../rows/import-rows.ts'
import type { RowCount, RowNeeds } from '../rows/import-rows.ts'
import { add, countRefusal, createSummary } from '../summary.ts'
import type { Summary } from '../summary.ts'

export type FileImport = Omit<ImportOptions, 'from'> & {
  /** Opens the secrets of our own export. */
  passphrase: string | undefined
  /** `-` is standard input. */
  file: string
  refusedFile: string
  format: Format
  progress: (done: { bytes: number; totalBytes: number | undefined; records: number }) => void
}

/**
 * `written` is true when there is a file of refused lines.
 * @throws AppError 400 `usage` when the file cannot be read
 */
export async function importFile(
  needs: RowNeeds,
  { file, refusedFile: path, format, progress, ...options }: FileImport,
): Promise<{ summary: Summary; rows: Record<string, RowCount>; written: boolean }> {
  // Of a packed file, only what is unpacked is counted.
  const size = file === '-' ? undefined : await sizeOf(file)
  const totalBytes = file.endsWith('.gz') ? undefined : size
  const summary = createSummary()
  const refused = refusedFile(path)
  const report = reporter(summary, (entry) => refused.write(`${JSON.stringify(entry)}\n`))
  const rows = createRowImporter(needs, options, report)
  const clients = createClientImporter(needs, format.toClient, options, report)
  const importer = createImporter(
    needs,
    format.toIncoming,
    { ...options, from: format.name },
    {
      summary,
      listener: {
        lost: report.lost,
        progress: (bytes) => progress({ bytes, totalBytes, records: summary.records }),
      },
    },
  )
  const bytes: AsyncIterable<Buffer> = file === '-' ? process.stdin : createReadStream(file)
  try {
    for await (const record of format.read(checkedBytes(bytes, format))) {
      if ((format.own && (await rows.take(record))) || (await clients.take(record))) continue
      if (format.accounts.includes(record.list)) await importer.add(record)
      else add(summary.leftOut, `list ${record.list}`)
      await refused.drained()
    }
    await importer.finish()
    rows.finish()
  } finally {
    await refused.close()
  }
  return { summary, rows: { ...rows.counts, ...clients.counts }, written: refused.begun() }
}

/** Everything that is refused or left out is counted, and written to the file beside. */
function reporter(summary: Summary, lost: Listener['lost']): Report {
  return {
    lost,
    refused({ line, raw: record }, { code, why }) {
      countRefusal(summary, { line, code, why })
      lost({ line, outcome: 'refused', code, why, record })
    },
    leftOut({ line, raw: record }, { code, why }) {
      add(summary.leftOut, code)
      lost({ line, outcome: 'left_out', code, why, record })
    },
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (cause) {
    throw new AppError('usage', 400, `${file} cannot be read`, { cause })
  }
}
