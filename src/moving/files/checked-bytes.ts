/**
 * Looks at the beginning of a file before a reader does: unpacks gzip, and refuses what no reader can read, with its place
 * and a way out. Owns no format.
 */
import { createGunzip } from 'node:zlib'
import { Readable } from 'node:stream'
import { AppError } from '../../platform/errors.ts'

/** What the first character of a format may be; undefined: any text. */
export type Beginning = { name: string; first: string | undefined }

/** @throws AppError 422 `file_invalid` */
export async function* checkedBytes(
  chunks: AsyncIterable<Buffer>,
  beginning: Beginning,
): AsyncGenerator<Buffer> {
  const [head, rest] = await beginningOf(chunks)
  if (head.length === 0) throw invalid('The file is empty.')
  if (head[0] === 0x1f && head[1] === 0x8b) return yield* checkedBytes(unpacked(rest), beginning)
  checkEncoding(head)
  checkFormat(head, beginning)
  yield* rest
}

const LOOKED_AT = 512

/** The first bytes, and all of them again. */
export async function beginningOf(chunks: AsyncIterable<Buffer>): Promise<[Buffer, AsyncIterable<Buffer>]> {
  const source = chunks[Symbol.asyncIterator]()
  const read: Buffer[] = []
  let size = 0
  while (size < LOOKED_AT) {
    const next = await source.next()
    if (next.done) break
    read.push(next.value)
    size += next.value.length
  }
  async function* all() {
    yield* read
    for (let next = await source.next(); !next.done; next = await source.next()) yield next.value
  }
  return [Buffer.concat(read).subarray(0, LOOKED_AT), all()]
}

async function* unpacked(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const packed = Readable.from(chunks)
  const gunzip = createGunzip()
  packed.on('error', (error) => gunzip.destroy(error))
  let bytes = 0
  try {
    for await (const chunk of packed.pipe(gunzip) as AsyncIterable<Buffer>) {
      bytes += chunk.length
      yield chunk
    }
  } catch (cause) {
    const isGzip = cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_')
    if (!isGzip) throw cause
    throw invalid(`The gzip file is cut off or damaged after ${bytes} unpacked bytes.`, cause)
  } finally {
    packed.destroy()
  }
}

function checkEncoding(head: Buffer): void {
  if (head[0] === 0x50 && head[1] === 0x4b)
    throw invalid('Line 1, column 1: this is a ZIP file. Unpack it first.')
  const nul = head.indexOf(0)
  const wide = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)
  if (wide || (nul >= 0 && nul < 4 && head.filter((byte) => byte === 0).length > head.length / 4))
    throw invalid('Line 1, column 1: the file is UTF-16. Convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW')
}

function checkFormat(head: Buffer, { name, first }: Beginning): void {
  const text = head.toString('utf8').replace(/^\ufeff/, '')
  const at = text.search(/\S/)
  const found = text[at]
  if (found === undefined) return
  const isJson = found === '{' || found === '['
  if (first === undefined ? !isJson : first.includes(found)) return
  const before = text.slice(0, at).split('\n')
  const place = `Line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
  const shown = /[\p{L}\p{N}\p{P}\p{S}]/u.test(found) ? `"${found}"` : 'a control character'
  const wanted = first === undefined ? 'names of columns' : `"${first.split('').join('" or "')}"`
  throw invalid(`${place}: got ${shown}, and ${name} begins with ${wanted}. See --format.`)
}

function invalid(message: string, cause?: unknown): AppError {
  return new AppError('file_invalid', 422, message, { cause })
}
