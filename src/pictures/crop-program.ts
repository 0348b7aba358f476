/**
 * A program of its own: reads an uploaded picture from its input, and writes the square ones to its output, or with the
 * argument `whole` the whole one. It has no
 * keys, no connections and no environment. So a fault in a decoder reaches nothing but this one picture.
 */
import sharp from 'sharp'
import type { Metadata } from 'sharp'
import { LARGE, LONGEST_SIDE, MOST_PIXELS, SMALL } from './picture-sizes.ts'

const QUALITY = 82
const DECODE_SECONDS = 6

sharp.cache(false)
sharp.concurrency(1)
// Of more than a hundred decoders, those of four formats are left.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: [
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadWebpBuffer',
    'VipsForeignLoadNsgifBuffer',
  ],
})

process.stdout.write(JSON.stringify(await cropped(Buffer.concat(await process.stdin.toArray()))))

async function cropped(given: Buffer) {
  try {
    // Only the header is read, so that a bomb is never unpacked.
    const found = await sharp(given, { limitInputPixels: false }).metadata()
    if (isTooLarge(found)) return { problem: 'too_many_pixels' }
    const made = process.argv[2] === 'whole' ? whole(given) : squares(given)
    return { ...(await made), moves: isAnimation(found) }
  } catch {
    return { problem: 'broken' }
  }
}

async function squares(given: Buffer) {
  const { data, info } = await decoded(given)
    .resize(LARGE, LARGE, { fit: 'cover' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const square = () => sharp(data, { raw: { width, height, channels } })
  const [large, small] = await Promise.all(
    [LARGE, SMALL].map((side) => square().resize(side, side).webp({ quality: QUALITY }).toBuffer()),
  )
  return { large: large?.toString('base64'), small: small?.toString('base64') }
}

/** Without loss, as logos have letters and clear areas. Mail programs that show no WebP show it. */
async function whole(given: Buffer) {
  const image = await decoded(given)
    .resize(LARGE, LARGE, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .png({ compressionLevel: 9 })
    .toBuffer()
  return { whole: image.toString('base64') }
}

/** Upright, and of an animation the first picture. */
function decoded(given: Buffer) {
  return sharp(given, { limitInputPixels: MOST_PIXELS, failOn: 'error', pages: 1 })
    .timeout({ seconds: DECODE_SECONDS })
    .autoOrient()
}

function isTooLarge({ width, height, pageHeight = height }: Metadata): boolean {
  return width * pageHeight > MOST_PIXELS || Math.max(width, pageHeight) > LONGEST_SIDE
}

function isAnimation({ pages = 1 }: Metadata): boolean {
  return pages > 1
}
