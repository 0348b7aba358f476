/** Pictures as people and attackers upload them. */
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { setLogo } from '../../src/clients/logo/uploaded-logo.ts'
import { setPicture } from '../../src/pictures/pictures.ts'
import type { Services } from '../../src/services.ts'

const RED = { r: 200, g: 30, b: 40 }

type Shape = { width?: number; height?: number }

/** With the place where it was taken, and a copyright. */
export function photo({ width = 600, height = 400 }: Shape = {}): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: RED } })
    .withExif({ IFD0: { Copyright: 'Sample Photographer' }, IFD3: { GPSLatitude: '52/1 31/1 0/1' } })
    .jpeg()
    .toBuffer()
}

/** The left half is red and the right half blue. Its metadata say that the camera was turned. */
export async function turnedPhoto(): Promise<Buffer> {
  const half = await sharp({
    create: { width: 100, height: 200, channels: 3, background: { r: 0, g: 0, b: 255 } },
  })
    .png()
    .toBuffer()
  return sharp({ create: { width: 200, height: 200, channels: 3, background: { r: 255, g: 0, b: 0 } } })
    .composite([{ input: half, left: 100, top: 0 }])
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 95 })
    .toBuffer()
}

export function png({ width = 300, height = 300 }: Shape = {}): Promise<Buffer> {
  const create = { width, height, channels: 4 as const, background: { ...RED, alpha: 0.5 } }
  return sharp({ create, limitInputPixels: false }).png({ compressionLevel: 9 }).toBuffer()
}

export async function animation(): Promise<Buffer> {
  const frame = (background: object) =>
    sharp({ create: { width: 40, height: 40, channels: 3, background } })
      .png()
      .toBuffer()
  const frames = [await frame(RED), await frame({ r: 0, g: 0, b: 255 })]
  return sharp(frames, { join: { animated: true } })
    .gif({ delay: [100, 100] })
    .toBuffer()
}

/** Says that it has as many pixels as nobody can decode; there are a few bytes behind it. */
export async function bomb({ width = 60_000, height = 60_000 }: Shape = {}): Promise<Buffer> {
  const bytes = await png({ width: 8, height: 8 })
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  // Of the header's name and content.
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29)
  return bytes
}

/** A picture and, after its end, a page with a script. */
export async function polyglot(): Promise<Buffer> {
  return Buffer.concat([await photo(), Buffer.from('<html><script>alert(1)</script></html>')])
}

/** As if the account had uploaded one. */
export async function givePicture({ parts }: { parts: Services }, accountId: string): Promise<void> {
  const image = await photo()
  await setPicture(parts, accountId, { large: image, small: image }, { actor: 'cli' })
}

/** As if somebody had uploaded one for the client. Each has a colour of its own. */
export async function giveLogo({ parts }: { parts: Pick<Services, 'db' | 'clock'> }, clientId: string) {
  const background = { r: (logos += 1) % 256, g: 80, b: 160 }
  const image = await sharp({ create: { width: 64, height: 32, channels: 3, background } })
    .png()
    .toBuffer()
  return setLogo(parts, clientId, image)
}

let logos = 0
