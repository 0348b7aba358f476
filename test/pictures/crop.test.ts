import { expect } from 'chai'
import { createCrop } from '../../src/pictures/crop.ts'
import { bomb, photo, png } from './samples.ts'

const text = (words: string) => Buffer.from(words, 'latin1')

describe('the cut of a picture', () => {
  const crop = createCrop()
  const reasonFor = async (given: Buffer) => {
    const cropped = await crop.squares(given)
    return cropped.ok ? 'ok' : cropped.reason
  }

  it('refuses what is no picture before any decoder reads it [S-2.252]', async () => {
    const odd = [
      'hello',
      '%PDF-1.7',
      '<svg/>',
      '<?xml version="1.0"?><svg/>',
      '\0\0\x01\0',
      'II*\0',
      '\0\0\0\x1cftypavif',
    ]
    for (const start of odd) expect(await reasonFor(text(start)), start).to.equal('not_a_picture')
    expect(await reasonFor(Buffer.alloc(0))).to.equal('empty')
  })

  it('refuses a picture with too many pixels by its header, and one that is broken [S-2.252]', async () => {
    const jpeg = await photo()
    const whole = await png()
    const odd: Record<string, [Buffer, string]> = {
      'a bomb': [await bomb(), 'too_many_pixels'],
      'a line': [await bomb({ width: 20_001, height: 1 }), 'too_many_pixels'],
      'more than the file holds': [await bomb({ width: 5000, height: 5000 }), 'broken'],
      'half a PNG': [whole.subarray(0, whole.length / 2), 'broken'],
      'a header': [jpeg.subarray(0, 4), 'broken'],
      'a PNG after the start of a JPEG': [Buffer.concat([jpeg.subarray(0, 3), whole]), 'broken'],
      'a GIF without pictures': [text('GIF89a\x08\0\x08\0\0\0\0;'), 'broken'],
      'a WebP of nothing': [text('RIFF\x04\0\0\0WEBP'), 'broken'],
    }
    const found = await Promise.all(
      Object.entries(odd).map(async ([about, [bytes]]) => [about, await reasonFor(bytes)] as const),
    )
    expect(Object.fromEntries(found)).to.eql(
      Object.fromEntries(Object.entries(odd).map(([about, [, reason]]) => [about, reason])),
    )
  })

  it('ends a decoder that takes too long [S-2.252]', async () => {
    expect(await createCrop({ limitMs: 1 }).squares(await photo())).to.eql({ ok: false, reason: 'too_slow' })
  })

  it('runs two at once, lets twenty wait, and refuses more', async () => {
    const given = await photo({ width: 8, height: 8 })
    const slow = createCrop({ limitMs: 1 })
    const all = await Promise.all(Array.from({ length: 23 }, () => slow.squares(given)))
    expect(all.filter((one) => !one.ok && one.reason === 'busy')).to.have.length(1)
  })
})
