/** What the command `import` does. */
import { FIELDS } from '../../moving/fields.ts'
import type { Field, Mapping } from '../../moving/fields.ts'
import { firebaseKeyFrom } from '../../moving/formats/firebase.ts'
import { FORMAT_NAMES, formatByName, MAPPED_FORMATS } from '../../moving/formats/format-names.ts'
import type { FormatName } from '../../moving/formats/format-names.ts'
import { formatOf } from '../../moving/formats/formats.ts'
import { importFile } from '../../moving/formats/import-file.ts'
import type { Summary } from '../../moving/summary.ts'
import { movedTables } from '../../process/moved-tables.ts'
import type { Parts } from '../../process/start/parts.ts'
import type { RowCount } from '../../moving/rows/import-rows.ts'
import type { Answer } from '../../command-line/command.ts'
import { readJsonFile, usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { columns, record, table } from '../../command-line/layout.ts'
import { progressBar } from '../../command-line/progress-bar.ts'
import { passphraseFrom } from './passphrase.ts'
import { smallHeap } from './small-heap.ts'

export async function run(input: Input, { db, clock, sealer, config, features }: Parts): Promise<Answer> {
  const keepSmall = smallHeap()
  const [file = ''] = input.operands
  const dryRun = input.flag('dry-run')
  const refusedFile = input.text('refused') ?? `${file === '-' ? 'import' : file}.refused.ndjson`
  const format = formatName(input, file)
  const mapping = mappingOf(input, format)
  const bar = progressBar(process.stderr, { quiet: input.flag('json') })
  try {
    const { before, after } = movedTables(features)
    const { summary, rows, written } = await importFile(
      { db, clock, sealer, digestKey: config.keys.index, tables: [...before, ...after] },
      {
        file,
        refusedFile,
        format: formatOf(format, { mapping, firebaseKey: firebaseKeyOf(input) }),
        mapped: [...mapping.keys()],
        dryRun,
        passphrase: passphraseFrom(input, { isNew: false }),
        verified: input.flag('verified'),
        withoutUnknownHashes: input.flag('without-unknown-hashes'),
        progress({ bytes, totalBytes, records }) {
          keepSmall(records)
          bar.draw(totalBytes ? bytes / totalBytes : undefined, `${records} records`)
        },
      },
    )
    return reportOf(summary, { dryRun, rows, refusedFile: written ? refusedFile : undefined })
  } finally {
    bar.clear()
  }
}

function formatName(input: Input, file: string): FormatName {
  const typed = input.text('format')
  const found = typed === undefined ? formatByName(file) : FORMAT_NAMES.find((name) => name === typed)
  if (found) return found
  throw usageError(
    `${typed === undefined ? 'import needs --format' : '--format takes'}: ${FORMAT_NAMES.join(', ')}`,
  )
}

function mappingOf(input: Input, format: FormatName): Mapping {
  const mapping = new Map<string, Field>()
  if (input.texts('map').length > 0 && !MAPPED_FORMATS.has(format))
    throw usageError(`--map is for ${[...MAPPED_FORMATS].join(', ')}; ${format} has names of its own`)
  for (const typed of input.texts('map')) {
    const at = typed.lastIndexOf('=')
    const field = FIELDS.find((name) => name === typed.slice(at + 1).trim())
    if (at < 1 || !field)
      throw usageError(`--map takes COLUMN=FIELD, with one of the fields ${FIELDS.join(', ')}`)
    mapping.set(typed.slice(0, at).trim(), field)
  }
  return mapping
}

function firebaseKeyOf(input: Input) {
  const file = input.text('firebase-hash')
  return file === undefined ? undefined : firebaseKeyFrom(readJsonFile('firebase-hash', file))
}

type ImportOutcome = { dryRun: boolean; rows: Record<string, RowCount>; refusedFile: string | undefined }

function reportOf(summary: Summary, outcome: ImportOutcome): Answer {
  const { dryRun, rows, refusedFile } = outcome
  const data = {
    dry_run: dryRun,
    records: summary.records,
    imported: summary.imported,
    already_here: summary.alreadyHere,
    refused: summary.refused,
    others: othersOf(rows),
    refused_by: summary.refusedBy,
    hashes: summary.hashes,
    second_factors: {
      accounts: summary.secondFactors.accounts,
      carried_over: summary.secondFactors.carriedOver,
      with_recovery_codes: summary.secondFactors.withRecoveryCodes,
    },
    unverified: summary.unverified,
    disabled: summary.disabled,
    left_out: summary.leftOut,
    examples: summary.examples,
    refused_file: refusedFile ?? null,
  }
  return { data, text: textOf(summary, outcome) }
}

/** What came beside accounts, by kind. */
function othersOf(rows: Record<string, RowCount>) {
  const named = Object.entries(rows).map(([what, { imported, alreadyHere, refused }]) => [
    what,
    { imported, already_here: alreadyHere, refused },
  ])
  return Object.fromEntries(named) as Record<string, object>
}

function rowsText({ imported, alreadyHere, refused }: RowCount): string {
  const [here, not] = [alreadyHere > 0 && `${alreadyHere} already here`, refused > 0 && `${refused} refused`]
  return [imported, here, not].filter((part) => part !== false).join(', ')
}

function textOf(summary: Summary, { dryRun, rows, refusedFile }: ImportOutcome): string {
  const counts = {
    records: summary.records,
    [dryRun ? 'would be imported' : 'imported']: summary.imported,
    'already here': summary.alreadyHere,
    refused: summary.refused,
  }
  return [
    record(counts),
    section(
      dryRun ? 'Beside accounts there would be' : 'Beside accounts',
      Object.fromEntries(Object.entries(rows).map(([what, count]) => [what, rowsText(count)])),
    ),
    section(dryRun ? 'New accounts would have' : 'New accounts have', {
      ...Object.fromEntries(Object.entries(summary.hashes).map(([kind, count]) => [hashName(kind), count])),
      ...(summary.unverified > 0 && { 'an unconfirmed address': summary.unverified }),
      ...(summary.disabled > 0 && { 'been disabled': summary.disabled }),
    }),
    secondFactorsText(summary, dryRun),
    section('Refused, by reason', summary.refusedBy),
    section('Not taken over', summary.leftOut),
    summary.examples.length > 0
      ? `First refused records\n${table(
          ['  LINE', 'REASON', 'WHY'],
          summary.examples.map(({ line, code, why }) => [`  ${line}`, code, why]),
          '',
        )}`
      : '',
    refusedFile
      ? `Every refused record, and why, is in ${refusedFile} (0600: it holds password hashes and secrets).`
      : '',
  ]
    .filter(Boolean)
    .join('\n\n')
}

function secondFactorsText({ secondFactors }: Summary, dryRun: boolean): string {
  const { accounts, carriedOver, withRecoveryCodes } = secondFactors
  if (accounts === 0) return ''
  return section('Second factors', {
    'new accounts that have one': accounts,
    [dryRun ? 'would be carried over' : 'carried over']: carriedOver,
    [dryRun ? 'would be lost' : 'lost: the password alone signs in']: accounts - carriedOver,
    ...(withRecoveryCodes > 0 && { 'with their recovery codes': withRecoveryCodes }),
  })
}

function hashName(kind: string): string {
  return kind === 'none' ? 'no password: the owner resets it' : `a hash of ${kind}`
}

function section(title: string, counts: Readonly<Record<string, number | string>>): string {
  const rows = Object.entries(counts).map(([name, count]) => [`  ${name}`, String(count)])
  return rows.length > 0 ? `${title}\n${columns(rows)}` : ''
}
