/** The lines of tables that move as they are: a row as a line of NDJSON, and a line as a row. */
import { isObject } from '../files/file-record.ts'
import { NotReadable } from '../incoming.ts'
import type { MovedField, MovedRow, MovedTable } from '../../platform/sql/moved-table.ts'
import type { Sealer } from '../../platform/tokens.ts'

/** `file` seals to the passphrase; without it sealed values are left out. */
export type Sealers = { data: Sealer; file: Sealer | undefined }

type Line = Readonly<Record<string, unknown>>

/** Undefined where the row is of no use without a value that is left out. */
export function lineOf(
  moved: MovedTable,
  row: Readonly<Record<string, unknown>>,
  sealers: Sealers,
): { line: Line; leftOut: number } | undefined {
  let leftOut = 0
  const entries = Object.entries(moved.fields).map(([column, field]) => {
    const stored = row[column] ?? null
    if (field.kind !== 'sealed' || stored === null) return [nameOf(column, field), written(field, stored)]
    const plain = sealers.data.open(textIn(stored), moved.context?.(row))
    const sealed = plain === undefined ? undefined : sealers.file?.seal(plain, bindingOf(moved, column, row))
    if (sealed === undefined) leftOut += 1
    return [nameOf(column, field), sealed ?? null]
  })
  if (leftOut > 0 && moved.needsSealed) return undefined
  return { line: { type: moved.type, ...Object.fromEntries(entries) }, leftOut }
}

/** @throws NotReadable where a value is not what its column takes */
export function rowOf(moved: MovedTable, line: Line, sealers: Sealers): MovedRow {
  const fields = Object.entries(moved.fields)
  const read = fields.map(([column, field]) => {
    const name = nameOf(column, field)
    const value = line[name] ?? null
    if (value === null && !field.nullable) throw new NotReadable(`${name} is missing`)
    return [column, value === null ? null : stored(name, field, value)] as const
  })
  const row: Record<string, string | number | boolean | null> = Object.fromEntries(read)
  for (const [column, plain] of openSealed(moved, line, sealers.file))
    row[column] = sealers.data.seal(plain, moved.context?.(row))
  return row
}

/** The sealed values of a line, by column. @throws NotReadable where one was altered, or is of another line */
export function openSealed(moved: MovedTable, line: Line, file: Sealer | undefined): [string, string][] {
  const key = moved.fields[moved.key]
  const id = key && line[nameOf(moved.key, key)]
  return Object.entries(moved.fields).flatMap(([column, field]) => {
    const name = nameOf(column, field)
    const sealed = line[name]
    if (field.kind !== 'sealed' || typeof sealed !== 'string') return []
    const plain = file?.open(sealed, bindingOf(moved, column, { [moved.key]: id }))
    if (plain === undefined) throw new NotReadable(`${name} was altered or moved`)
    return [[column, plain] as [string, string]]
  })
}

/** A sealed value of the file opens in its own line and column alone. */
function bindingOf(
  { type, key }: MovedTable,
  column: string,
  row: Readonly<Record<string, unknown>>,
): string {
  return `${type}:${column}:${String(row[key])}`
}

/** `createdAtMs` is `created_at` in the file. */
function nameOf(column: string, { kind, as }: MovedField): string {
  if (as !== undefined) return as
  const name = kind === 'moment' ? column.replace(/Ms$/, '') : column
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function written({ kind }: MovedField, value: unknown): unknown {
  if (value === null) return null
  if (kind === 'moment') return new Date(Number(value)).toISOString()
  if (kind === 'flag') return Boolean(value)
  if (kind === 'json') return JSON.parse(textIn(value))
  return value
}

function stored(name: string, { kind, max }: MovedField, value: unknown): string | number | boolean {
  if (kind === 'json' && typeof value === 'object') return JSON.stringify(value)
  if (kind === 'number' && typeof value === 'number' && Number.isSafeInteger(value)) return value
  if (kind === 'flag' && typeof value === 'boolean') return value
  if (typeof value === 'string') {
    if (kind === 'moment' && !Number.isNaN(Date.parse(value))) return Date.parse(value)
    if (kind === 'text' || kind === 'sealed') {
      if (value.length <= (max ?? Infinity)) return value
      throw new NotReadable(`${name} is longer than ${max} characters`)
    }
  }
  throw new NotReadable(`${name} takes ${TAKES[kind]}`)
}

const TAKES: Record<MovedField['kind'], string> = {
  text: 'a text',
  number: 'a whole number',
  flag: 'true or false',
  moment: 'a moment, as 2024-05-06T07:08:09Z',
  json: 'an object or a list',
  sealed: 'a sealed text',
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The first line of an export. */
export function isHeader(value: unknown): value is Line {
  return isObject(value) && value['type'] === 'export'
}
