/** A QR code as the path of an SVG. The template draws it, so that no markup passes through a variable. */
import { encode } from 'uqr'

export type QrCode = {
  /** Width and height in modules, with the quiet zone. */
  size: number
  /** The dark modules, for the attribute `d` of an SVG path. */
  path: string
}

/** Readers expect it around the code, in modules (ISO/IEC 18004 §6.3.8). */
const QUIET_ZONE = 4

/** What the largest code of error correction M holds, in bytes (ISO/IEC 18004, table 7). */
const MOST_BYTES = 2331

/** Nothing for a text that is too long. Error correction M survives a scratch, or a reflection on a screen. */
export function qrCode(text: string): QrCode | undefined {
  if (Buffer.byteLength(text) > MOST_BYTES) return undefined
  const { size, data } = encode(text, { ecc: 'M', border: QUIET_ZONE })
  return { size, path: data.map(rowPath).join('') }
}

/** One rectangle for each run of dark modules. */
function rowPath(row: readonly boolean[], y: number): string {
  const runs = row.map((dark) => (dark ? '#' : ' ')).join('')
  return [...runs.matchAll(/#+/g)]
    .map(({ index, 0: { length } }) => `M${index} ${y}h${length}v1h-${length}z`)
    .join('')
}
