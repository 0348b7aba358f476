/** Reads a file of another system, imports its accounts, and writes what was refused to a file of its own. */
import { createReadStream, createWriteStream, rmSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { AppError } from '../../platform/errors.ts'
import { checkedBytes } from '../files/checked-bytes.ts'
import type { Format } from './format.ts'
import { createImporter } from '../import-accounts.ts'
import type { ImportOptions } from '../import-accounts.ts'
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
  { file, refusedFile, format, progress, ...options }: FileImport,
): Promise<{ summary: Summary; rows: Record<string, RowCount>; written: boolean }> {
  // Of a packed file, only what is unpacked is counted.
  const size = file === '-' ? undefined : await sizeOf(file)
  const totalBytes = file.endsWith('.gz') ? undefined : size
  const summary = createSummary()
  const refused = lazyFile(refusedFile)
  const rows = createRowImporter(needs, options, {
    refused({ line, raw: record }, { code, why }) {
      countRefusal(summary, { line, code, why })
      refused.write(`${JSON.stringify({ line, outcome: 'refused', code, why, record })}\n`)
    },
  })
  const importer = createImporter(
    needs,
    format.toIncoming,
    { ...options, from: format.name },
    {
      summary,
      listener: {
        lost: (entry) => refused.write(`${JSON.stringify(entry)}\n`),
        progress: (bytes) => progress({ bytes, totalBytes, records: summary.records }),
      },
    },
  )
  const bytes: AsyncIterable<Buffer> = file === '-' ? process.stdin : createReadStream(file)
  try {
    for await (const record of format.read(checkedBytes(bytes, format))) {
      if (format.own && (await rows.take(record))) continue
      if (format.accounts.includes(record.list)) await importer.add(record)
      else add(summary.leftOut, `list ${record.list}`)
      await refused.drained()
    }
    await importer.finish()
    rows.finish()
  } finally {
    await refused.close()
  }
  return { summary, rows: rows.counts, written: refused.begun() }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (cause) {
    throw new AppError('usage', 400, `${file} cannot be read`, { cause })
  }
}

/** Made when there is something to write, and readable by its owner alone: refused lines hold password hashes. */
function lazyFile(path: string) {
  let stream: ReturnType<typeof createWriteStream> | undefined
  return {
    begun: () => stream !== undefined,
    write(text: string): void {
      if (!stream) {
        // An older file may be readable by others; a new one is not.
        rmSync(path, { force: true })
        stream = createWriteStream(path, { flags: 'wx', mode: 0o600 })
        stream.on('error', () => {})
      }
      stream.write(text)
    },
    async drained(): Promise<void> {
      if (!stream?.writableNeedDrain) return
      await new Promise<void>((resolve, reject) => stream?.once('drain', resolve).once('error', reject))
    },
    async close(): Promise<void> {
      if (!stream) return
      stream.end()
      await finished(stream)
    },
  }
}
