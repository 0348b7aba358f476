/** Reads a list of objects, as NDJSON or as one JSON list: the first character tells which. */
import { beginningOf } from './checked-bytes.ts'
import type { FileRecord } from './file-record.ts'
import { readElements } from './read-elements.ts'
import { readLines } from './read-lines.ts'

export async function* readRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<FileRecord> {
  const [head, whole] = await beginningOf(chunks)
  yield* /^\s*\[/.test(head.toString('utf8')) ? readElements(whole) : readLines(whole)
}
