/** Reads CSV (RFC 4180). The first line names the columns. A record is an object of texts. An empty text counts as no value. */
import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { AppError } from '../../platform/errors.ts'
import { beginningOf } from './checked-bytes.ts'
import type { FileRecord } from './file-record.ts'

type Parsed = { record: string[]; info: { lines: number; bytes: number } }

const MAX_RECORD = 8 * 1_048_576

export async function* readCsv(chunks: AsyncIterable<Buffer>): AsyncGenerator<FileRecord> {
  const [head, whole] = await beginningOf(chunks)
  let line = 0
  const parser = parse({
    bom: true,
    info: true,
    delimiter: delimiterOf(head.toString('utf8')),
    relax_column_count: true,
    // A quote inside a value that is not quoted is part of the value.
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD,
    // Called for each record at once. The stream below lags behind, and loses its buffer when the parser fails.
    on_record(record: string[], { lines }) {
      line = lines
      return record
    },
  })
  const source = Readable.from(whole)
  source.on('error', (error) => parser.destroy(error))
  let names: string[] | undefined
  try {
    for await (const { record, info } of source.pipe(parser) as AsyncIterable<Parsed>) {
      if (names) yield recordOf(names, record, info)
      else names = namesOf(record)
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new AppError('file_invalid', 422, faultOf(error, line + 1), { cause: error })
  }
}

/** Of the first line: spreadsheets of many countries write semicolons. */
function delimiterOf(head: string): string {
  // Every second part is between quotes.
  const unquoted = head.split('"').filter((_, index) => index % 2 === 0)
  const [line = ''] = unquoted.join('').split(/[\r\n]/)
  const counts = [',', ';', '\t'].map((one) => ({ one, count: line.split(one).length }))
  return counts.sort((a, b) => b.count - a.count)[0]?.one ?? ','
}

function faultOf(error: CsvError, line: number): string {
  const index = Number(error['column'])
  const column = Number.isInteger(index) ? `, column ${index + 1}` : ''
  if (error.code === 'CSV_MAX_RECORD_SIZE')
    return `Line ${line}: the record that begins there is longer than 8 MiB. Is a quote not closed, or is it no CSV?`
  return `Line ${line}${column}: the CSV cannot be read further: a quote is not closed.`
}

function namesOf(record: string[]): string[] {
  const names = record.map((name) => name.trim())
  const second = names.findIndex((name, index) => names.indexOf(name) !== index)
  const twice = names[second]
  if (twice !== undefined) {
    const columns = `columns ${names.indexOf(twice) + 1} and ${second + 1}`
    throw new AppError('file_invalid', 422, `Line 1 names "${twice}" twice: ${columns}.`)
  }
  return names
}

function recordOf(names: string[], record: string[], info: Parsed['info']): FileRecord {
  const at = { line: info.lines, bytes: info.bytes, list: '' }
  const value = Object.fromEntries(names.map((name, index) => [name, record[index] ?? '']))
  if (record.length === names.length) return { ...at, raw: value, value }
  return { ...at, raw: record, fault: `it has ${record.length} values for ${names.length} columns` }
}
