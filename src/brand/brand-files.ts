/** The pictures of a brand, read once. */
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ownPictureType } from '../platform/picture-type.ts'

export type BrandFile = { type: string; bytes: Buffer; version: string }

/** A logo is rarely larger, and every page loads it. */
export const LARGEST_FILE_BYTES = 256 * 1024

/** The file, or why it cannot be shown. */
export function readBrandFile(path: string): BrandFile | { fault: string } {
  try {
    const bytes = readFileSync(path)
    const type = ownPictureType(bytes)
    if (bytes.length > LARGEST_FILE_BYTES)
      return { fault: `it has ${Math.ceil(bytes.length / 1024)} KiB, and 256 KiB are the most` }
    if (!type) return { fault: 'it is no PNG, JPEG, WebP, GIF, SVG or ICO' }
    return { type, bytes, version: hash('sha256', bytes, 'hex').slice(0, 16) }
  } catch {
    return { fault: 'it cannot be read' }
  }
}
