/**
 * Reads one large JSON document without holding it: yields the objects of its list, or of each list in its root object. It
 * finds where an object ends; `JSON.parse` reads the object.
 */
import { AppError } from '../../platform/errors.ts'
import { fromJson } from './file-record.ts'
import type { FileRecord } from './file-record.ts'

const [QUOTE, BACKSLASH, NEWLINE] = [0x22, 0x5c, 0x0a]
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]
const MAX_ELEMENT = 64 * 1_048_576

export async function* readElements(chunks: AsyncIterable<Buffer>): AsyncGenerator<FileRecord> {
  const scan = createScan()
  for await (const chunk of chunks) yield* scan.next(chunk)
  if (!scan.isWhole()) throw new AppError('file_invalid', 422, 'The file is not a whole JSON document.')
}

function createScan() {
  let [depth, line, bytes, listDepth] = [0, 1, 0, -1]
  let [inString, escaped] = [false, false]
  let key: number[] = []
  let list = ''
  let begun: { line: number; parts: Buffer[]; size: number } | undefined

  /** Where objects of a list are: directly in a root list, or in a list directly in the root object. */
  function opened(byte: number): boolean {
    if (listDepth === depth && byte === OPEN_OBJECT && !begun) return true
    if (byte === OPEN_LIST && listDepth < 0 && depth <= 1) {
      listDepth = depth + 1
      list = depth === 0 ? '' : Buffer.from(key).toString('utf8')
    }
    return false
  }

  function* next(chunk: Buffer): Generator<FileRecord> {
    let from = 0
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at]!
      if (byte === NEWLINE) line += 1
      if (inString) {
        if (escaped) escaped = false
        else if (byte === BACKSLASH) escaped = true
        else if (byte === QUOTE) inString = false
        if (inString && depth === 1) key.push(byte)
      } else if (byte === QUOTE) {
        inString = true
        if (depth === 1) key = []
      } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
        if (opened(byte)) {
          begun = { line, parts: [], size: 0 }
          from = at
        }
        depth += 1
      } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
        depth -= 1
        if (begun && depth === listDepth) {
          const text = Buffer.concat([...begun.parts, chunk.subarray(from, at + 1)]).toString('utf8')
          yield fromJson({ line: begun.line, bytes: bytes + at, list }, text)
          begun = undefined
        }
        if (depth < listDepth) listDepth = -1
      }
    }
    bytes += chunk.length
    if (begun) keep(begun, chunk.subarray(from))
  }

  return { next, isWhole: () => bytes > 0 && depth === 0 && !inString }
}

function keep(begun: { line: number; parts: Buffer[]; size: number }, rest: Buffer): void {
  begun.parts.push(rest)
  begun.size += rest.length
  if (begun.size > MAX_ELEMENT)
    throw new AppError('file_invalid', 422, `The object from line ${begun.line} is larger than 64 MiB.`)
}
