/** JSON in few bytes, for addresses. A dictionary has what is often in it, so that even a short text gets shorter. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'

/** Before the bytes, where JSON as it is has a brace. */
const PACKED = 1
/** More than anything that was packed has unpacked. */
const LONGEST_BYTES = 256 * 1024

/** The end of `dictionary` is nearest, so it has what comes most often. A change of it makes what was packed unreadable. */
export function packJson(value: unknown, dictionary: Buffer): Buffer {
  const body = deflateRawSync(JSON.stringify(value), { level: 9, dictionary })
  return Buffer.concat([Buffer.of(PACKED), body])
}

/** Also of JSON that is not packed, as earlier releases wrote it. Throws for anything else. */
export function unpackJson(bytes: Buffer, dictionary: Buffer): unknown {
  const text =
    bytes[0] === PACKED
      ? inflateRawSync(bytes.subarray(1), { dictionary, maxOutputLength: LONGEST_BYTES })
      : bytes
  return JSON.parse(text.toString('utf8'))
}
