/** Reads a file of another system, imports its accounts, and writes what was refused to a file of its own. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { AppError } from '../../platform/errors.ts'
import { checkedBytes } from '../files/checked-bytes.ts'
import type { FileRecord } from '../files/file-record.ts'
import { createGroupCount } from '../incoming-groups.ts'
import { createMappedColumns } from './mapped-columns.ts'
import type { MappedColumns } from './mapped-columns.ts'
import { refusedFile } from '../files/refused-file.ts'
import type { Format } from './format.ts'
import { createImporter } from '../import-accounts.ts'
import type { ImportOptions } from '../import-accounts.ts'
import { createKnownRoles } from '../../accounts/roles/arriving-roles.ts'
import { reporter } from '../report.ts'
import type { Report } from '../report.ts'
import { createClientImporter } from '../rows/import-clients.ts'
import { checkExport } from '../rows/check-export.ts'
import { createOpener } from '../rows/export-frame.ts'
import type { Opener, Passphrase } from '../rows/export-frame.ts'
import { createGroupImporter } from '../rows/import-groups.ts'
import { createRowImporter } from '../rows/import-rows.ts'
import type { RowCount, RowNeeds } from '../rows/import-rows.ts'
import { add, createSummary } from '../summary.ts'
import type { Summary } from '../summary.ts'

export type FileImport = Omit<ImportOptions, 'from'> & {
  /** Opens the secrets of our own export. */
  passphrase: Passphrase
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
  { file, refusedFile: path, format, mapped, progress, passphrase, ...options }: FileImport,
): Promise<{ summary: Summary; rows: Record<string, RowCount>; written: boolean }> {
  const totalBytes = await sizeOf(file)
  const summary = createSummary()
  const refused = refusedFile(path)
  const report = reporter(summary, (entry) => refused.write(`${JSON.stringify(entry)}\n`))
  const opener = createOpener(needs.digestKey, passphrase)
  // Rows that follow accounts may belong to them.
  const settle = () => importer.finish()
  const beside = besideAccounts(needs, format, { ...options, opener, settle }, { summary, report })
  const knownRoles = createKnownRoles(needs.db)
  const drawn = (bytes: number) => progress({ bytes, totalBytes, records: summary.records })
  const importer = createImporter(
    { ...needs, factorSeal: beside.rows.seal, knownRoles },
    format.toIncoming,
    { ...options, from: format.name },
    { summary, report, progress: drawn, groupCount: beside.groupCount },
  )
  const columns = createMappedColumns(mapped, format.table === true)
  // Standard input cannot be read twice: there the import itself looks.
  if (file !== '-' && mapped.length > 0) await checkColumns(columns, recordsOf(file, format), format)
  if (file !== '-' && format.own && !options.dryRun) await checkOwn(needs, recordsOf(file, format), opener)
  try {
    for await (const record of format.read(checkedBytes(bytesOf(file), format))) {
      if (format.own && 'value' in record) knownRoles.see(record.value)
      if (await beside.take(record)) continue
      if (format.accounts.includes(record.list)) {
        columns.see(record)
        await importer.add(record)
      } else add(summary.leftOut, `list ${record.list}`)
      await refused.drained()
    }
    columns.end()
    await importer.finish()
    beside.rows.finish()
  } finally {
    await refused.close()
  }
  return { summary, rows: beside.counts(), written: refused.begun() }
}

function bytesOf(file: string): AsyncIterable<Buffer> {
  return file === '-' ? process.stdin : createReadStream(file)
}

function checkOwn({ tables, db }: RowNeeds, records: AsyncIterable<FileRecord>, opener: Opener) {
  return checkExport(records, { tables, opener, knownRoles: createKnownRoles(db) })
}

type Beside = { dryRun: boolean; opener: Opener; settle: () => Promise<void> }

/** What a file holds beside accounts: rows of our own export, clients and groups. */
function besideAccounts(
  needs: RowNeeds,
  format: Format,
  options: Beside,
  { summary, report }: { summary: Summary; report: Report },
) {
  const rows = createRowImporter(needs, options, report)
  const clients = createClientImporter(needs, format.toClient, options, report)
  const groupCount = createGroupCount(needs.db, summary)
  const groups = createGroupImporter(needs, format.toGroups, { ...options, groupCount }, report)
  return {
    rows,
    groupCount,
    /** False for an account, and for what no importer takes. */
    take: async (record: FileRecord): Promise<boolean> =>
      (format.own && (await rows.take(record)) && groups.noteRow(record)) ||
      (await clients.take(record)) ||
      (await groups.take(record)),
    counts: () => ({ ...rows.counts, ...clients.counts, ...groupCounts(summary, rows.counts['groups']) }),
  }
}

function groupCounts({ groups, memberships }: Summary, ofRows: RowCount | undefined) {
  const { imported = 0, alreadyHere = 0, refused = 0 } = ofRows ?? {}
  const all = { imported: imported + groups.imported, alreadyHere: alreadyHere + groups.alreadyHere, refused }
  return {
    ...(Object.values(all).some((count) => count > 0) && { groups: all }),
    ...(memberships > 0 && { memberships: { imported: memberships, alreadyHere: 0, refused: 0 } }),
  }
}

/** Before anything is written. */
async function checkColumns(
  columns: MappedColumns,
  records: AsyncIterable<FileRecord>,
  format: Format,
): Promise<void> {
  for await (const record of records) if (format.accounts.includes(record.list) && columns.see(record)) return
  columns.end()
}

async function* recordsOf(file: string, format: Format): AsyncGenerator<FileRecord> {
  const bytes = createReadStream(file)
  try {
    yield* format.read(checkedBytes(bytes, format))
  } finally {
    bytes.destroy()
  }
}

/** Undefined for standard input, and for a packed file: only what is unpacked is counted. */
async function sizeOf(file: string): Promise<number | undefined> {
  if (file === '-') return undefined
  try {
    const { size } = await stat(file)
    return file.endsWith('.gz') ? undefined : size
  } catch (cause) {
    throw new AppError('usage', 400, `${file} cannot be read`, { cause })
  }
}
