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
/** Bytes of a name of a list. A longer text names none. */
const MAX_KEY = 256

export async function* readElements(chunks: AsyncIterable<Buffer>): AsyncGenerator<FileRecord> {
  const scan = newScan()
  for await (const chunk of chunks) yield* objectsIn(scan, chunk)
  if (scan.bytes > 0 && scan.depth === 0 && !scan.inString) return
  const began = scan.begun ? `; the object that begins on line ${scan.begun.line} is cut off` : ''
  throw new AppError(
    'file_invalid',
    422,
    `The JSON document is not whole: it ends on line ${scan.line}${began}.`,
  )
}

type Begun = { line: number; parts: Buffer[]; size: number }

type Scan = {
  bytes: number
  line: number
  depth: number
  inString: boolean
  escaped: boolean
  /** The last text in the root object: before a list it is the name of that list. */
  key: number[]
  list: string
  /** Where the objects of the list begin; -1 outside a list. */
  listDepth: number
  /** The object that is not complete yet. */
  begun: Begun | undefined
}

function newScan(): Scan {
  return {
    bytes: 0,
    line: 1,
    depth: 0,
    inString: false,
    escaped: false,
    key: [],
    list: '',
    listDepth: -1,
    begun: undefined,
  }
}

function* objectsIn(scan: Scan, chunk: Buffer): Generator<FileRecord> {
  let from = 0
  for (let at = 0; at < chunk.length; at += 1) {
    const byte = chunk[at]!
    if (byte === NEWLINE) scan.line += 1
    if (scan.inString) readText(scan, byte)
    else if (byte === QUOTE) beginText(scan)
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (open(scan, byte)) from = at
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      const ended = close(scan)
      if (!ended) continue
      const text = Buffer.concat([...ended.parts, chunk.subarray(from, at + 1)]).toString('utf8')
      yield fromJson({ line: ended.line, bytes: scan.bytes + at, list: scan.list }, text)
    }
  }
  scan.bytes += chunk.length
  if (scan.begun) keep(scan.begun, chunk.subarray(from))
}

function beginText(scan: Scan): void {
  scan.inString = true
  if (scan.depth === 1) scan.key = []
}

function readText(scan: Scan, byte: number): void {
  if (scan.escaped) scan.escaped = false
  else if (byte === BACKSLASH) scan.escaped = true
  else if (byte === QUOTE) scan.inString = false
  if (scan.inString && scan.depth === 1 && scan.key.length < MAX_KEY) scan.key.push(byte)
}

/** True where an object of a list begins: in a root list, or in a list of the root object. */
function open(scan: Scan, byte: number): boolean {
  const { depth, listDepth } = scan
  const begins = depth === listDepth && byte === OPEN_OBJECT
  if (begins) scan.begun = { line: scan.line, parts: [], size: 0 }
  if (byte === OPEN_LIST && listDepth < 0 && depth <= 1) {
    scan.listDepth = depth + 1
    scan.list = depth === 0 ? '' : Buffer.from(scan.key).toString('utf8')
  }
  scan.depth += 1
  return begins
}

/** Answers the object that ends here. */
function close(scan: Scan): Begun | undefined {
  scan.depth -= 1
  if (scan.depth < scan.listDepth) scan.listDepth = -1
  if (scan.depth !== scan.listDepth) return undefined
  const { begun } = scan
  scan.begun = undefined
  return begun
}

function keep(begun: Begun, rest: Buffer): void {
  begun.parts.push(rest)
  begun.size += rest.length
  if (begun.size > MAX_ELEMENT)
    throw new AppError('file_invalid', 422, `The object from line ${begun.line} is larger than 64 MiB.`)
}
