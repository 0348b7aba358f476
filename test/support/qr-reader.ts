/** Reads the QR code of a page with a library that did not make it. */
import decodeQR from 'qr/decode.js'

/** Pixels for each module: readers expect more than one. */
const SCALE = 4

/** What the QR code of this page says. `html` has one SVG of the class `qr`. */
export function readQrCode(html: string): string {
  const [, sizeText = '', path = ''] =
    /<svg class="qr" viewBox="0 0 (\d+) \1".*?<path d="([^"]*)"/s.exec(html) ?? []
  const side = Number(sizeText) * SCALE
  const data = new Uint8Array(side * side * 4).fill(255)
  for (const [, x = '', y = '', width = ''] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g))
    darken(data, side, { x: Number(x), y: Number(y), width: Number(width) })
  return decodeQR({ width: side, height: side, data })
}

function darken(data: Uint8Array, side: number, run: { x: number; y: number; width: number }): void {
  for (let row = run.y * SCALE; row < (run.y + 1) * SCALE; row += 1) {
    const from = row * side + run.x * SCALE
    for (let at = from; at < from + run.width * SCALE; at += 1) data.fill(0, at * 4, at * 4 + 3)
  }
}
