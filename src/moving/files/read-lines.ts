/** Reads NDJSON: one JSON object on each line. Empty lines are skipped. */
import { AppError } from '../../platform/errors.ts'
import { fromJson } from './file-record.ts'
import type { FileRecord } from './file-record.ts'

/** A longer line is no account: the file is of another format. */
const MAX_LINE = 8 * 1_048_576

export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<FileRecord> {
  const decoder = new TextDecoder()
  let [rest, line, bytes] = ['', 0, 0]
  for await (const chunk of chunks) {
    bytes += chunk.length
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MAX_LINE || lines.some((text) => text.length > MAX_LINE))
      throw new AppError('file_invalid', 422, `Line ${line + 1} is longer than 8 MiB: too long for NDJSON.`)
    for (const text of lines) {
      line += 1
      if (text.trim() !== '') yield fromJson({ line, bytes, list: '' }, text)
    }
  }
  if (rest.trim() !== '') yield fromJson({ line: line + 1, bytes, list: '' }, rest)
}
