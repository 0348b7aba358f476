/** Reads a list of objects, as NDJSON or as one JSON list: the first character tells which. */
import type { FileRecord } from './file-record.ts'
import { readElements } from './read-elements.ts'
import { readLines } from './read-lines.ts'

export async function* readRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<FileRecord> {
  const rest = chunks[Symbol.asyncIterator]()
  const first = await rest.next()
  if (first.done) return
  const whole = startingWith(first.value, rest)
  yield* /^\s*\[/.test(first.value.subarray(0, 100).toString('utf8')) ? readElements(whole) : readLines(whole)
}

async function* startingWith(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}
