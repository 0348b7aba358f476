/** Reads CSV (RFC 4180). The first line names the columns. A record is an object of texts. An empty text counts as no value. */
import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { AppError } from '../../platform/errors.ts'
import type { FileRecord } from './file-record.ts'

type Parsed = { record: string[]; info: { lines: number; bytes: number } }

const MAX_RECORD = 8 * 1_048_576

export async function* readCsv(chunks: AsyncIterable<Buffer>): AsyncGenerator<FileRecord> {
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    // A quote inside a value that is not quoted is part of the value.
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD,
  })
  const source = Readable.from(chunks)
  source.on('error', (error) => parser.destroy(error))
  let names: string[] | undefined
  try {
    for await (const { record, info } of source.pipe(parser) as AsyncIterable<Parsed>) {
      if (names) yield recordOf(names, record, info)
      else names = namesOf(record)
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const message = `The CSV cannot be read up to line ${String(error['lines'])}: a quote is not closed before it.`
    throw new AppError('file_invalid', 422, message, { cause: error })
  }
}

function namesOf(record: string[]): string[] {
  const names = record.map((name) => name.trim())
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new AppError('file_invalid', 422, `The first line names "${twice}" twice.`)
  return names
}

function recordOf(names: string[], record: string[], info: Parsed['info']): FileRecord {
  const at = { line: info.lines, bytes: info.bytes, list: '' }
  const value = Object.fromEntries(names.map((name, index) => [name, record[index] ?? '']))
  if (record.length === names.length) return { ...at, raw: value, value }
  return { ...at, raw: record, fault: `it has ${record.length} values for ${names.length} columns` }
}
