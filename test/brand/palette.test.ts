import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { colorFaults, DEFAULT_PALETTE, paletteOf } from '../../src/brand/palette.ts'
import type { Look } from '../../src/brand/palette.ts'
import { sheetAt, sheetHref } from '../../src/brand/sheet.ts'
import { contrast, readable } from '../../src/platform/contrast.ts'

const sheet = readFileSync(new URL('../../public/style.css', import.meta.url), 'utf8')

/** The same colours in every run, of all shades. */
function* colors(count: number): Generator<string> {
  let state = 7
  for (let made = 0; made < count; made += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    yield `#${(state % 2 ** 24).toString(16).padStart(6, '0')}`
  }
}

describe('contrast', () => {
  it('is measured as WCAG 2.2 does', () => {
    expect(contrast('#000000', '#ffffff')).to.equal(21)
    expect(contrast('#777777', '#ffffff')).to.be.closeTo(4.48, 0.005)
    expect(contrast('#ffffff', '#767676')).to.be.closeTo(4.54, 0.005)
    expect(contrast('#0b5f4f', '#0b5f4f')).to.equal(1)
  })

  it('of the nearest readable colour is enough, and a readable colour stays as it is', () => {
    expect(readable('#0b5f4f', ['#ffffff'], '#000000')).to.equal('#0b5f4f')
    expect(contrast(readable('#ffcc00', ['#ffffff'], '#000000'), '#ffffff')).to.be.within(4.5, 4.8)
  })
})

describe('the colours of a brand', () => {
  it('are those of the style sheet where none is chosen', () => {
    const names = {
      paper: 'paper',
      arch: 'arch',
      card: 'card',
      ink: 'ink',
      softInk: 'soft-ink',
      accent: 'accent',
    }
    const all = { ...names, accentStrong: 'accent-strong', onAccent: 'on-accent', accentTint: 'accent-tint' }
    const [light = '', dark = ''] = sheet.split('@media (prefers-color-scheme: dark)', 2)
    for (const [name, variable] of Object.entries(all))
      for (const [text, look] of [
        [light, DEFAULT_PALETTE.light],
        [dark, DEFAULT_PALETTE.dark],
      ] as const)
        expect(text, name).to.contain(`--${variable}: ${look[name as keyof Look]};`)
    expect(sheetHref({})).to.equal(undefined)
  })

  it('are readable by day and at night, for every colour that is accepted', () => {
    let accepted = 0
    for (const color of colors(3000)) {
      if (colorFaults({ color }).length > 0) continue
      accepted += 1
      for (const look of Object.values(paletteOf({ color }))) {
        const grounds = [look.paper, look.card, look.accentTint]
        for (const ground of grounds)
          expect(contrast(look.accent, ground), `${color} ${ground}`).to.be.least(4.5)
        for (const button of [look.accent, look.accentStrong])
          expect(contrast(look.onAccent, button), `${color} ${button}`).to.be.least(4.5)
      }
    }
    expect(accepted).to.be.above(500)
  })

  it('are refused with their ratio and a colour that would do', () => {
    const [fault] = colorFaults({ color: '#ffcc00' })
    expect(fault?.message).to.match(/contrast of 1\.2\d:1 with #ebe7dc, and links need 4\.5:1/)
    const better = /; (#[0-9a-f]{6}) has enough/.exec(fault?.message ?? '')?.[1] ?? ''
    expect(colorFaults({ color: better })).to.eql([])
    expect(colorFaults({ color: '#0b5f4f', background: '#806040' })[0]?.choice).to.equal('background')
    expect(colorFaults({ background: '#ffffff' })).to.eql([])
    expect(colorFaults({ colorDark: '#112211' })[0]?.message).to.contain('has enough')
    expect(colorFaults({ backgroundDark: '#eeeeee' })[0]?.message).to.contain('text needs')
  })

  it('are in a sheet at an address of their own, and no address makes another sheet', () => {
    const href = sheetHref({ color: '#0B3D91', background: '#ffffff' }) ?? ''
    expect(href).to.match(/^\/brand\/colors\/0b3d91-x-ffffff-x\.css\?v=[0-9a-f]{16}$/)
    expect(sheetAt(href.split('?')[0] ?? '')?.text).to.contain('--accent:#0b3d91;')
    const colorsAt = (path: string) => sheetAt(`/brand/colors/${path}`)
    for (const path of [
      'ffcc00-x-x-x.css',
      '0b3d91-x-x.css',
      'x;}-x-x-x.css',
      '0b3d91-x-ffffff-x',
      '../0b3d91-x-x-x.css',
    ])
      expect(colorsAt(path), path).to.equal(undefined)
  })
})
