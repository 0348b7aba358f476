import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { chromiumOnce } from '../support/browser.ts'
import { embeddedPlace } from './command-line.ts'

describe('cli brand preview', () => {
  const place = embeddedPlace()
  const brand = {
    ACCOUNT_SERVER_SERVER_NAME: 'Harbour',
    ACCOUNT_SERVER_BRAND_COLOR: '#0b3d91',
    ACCOUNT_SERVER_BRAND_LOGO: join(import.meta.dirname, '../../public/apple-touch-icon.png'),
  }
  after(() => place.remove())

  it('writes pages and mails in their colours, by day and at night, into one file that loads no other', async () => {
    const file = join(place.folder, 'preview.html')
    expect(await place.json(['brand', 'preview', file], brand)).to.eql({ file, frames: 7 })
    const html = readFileSync(file, 'utf8')
    expect(html).to.contain('Harbour').and.contain('#0b3d91').and.contain('data:image/png;base64,')
    const page = await (await chromiumOnce()).newPage({ viewport: { width: 2100, height: 5400 } })
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.goto(`file://${encodeURI(file)}`)
    const grounds = await Promise.all(
      page
        .frames()
        .slice(1)
        .map((frame) => frame.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)),
    )
    expect(asked.filter((url) => !/^(?:data|file|about):/.test(url))).to.eql([])
    expect(grounds).to.have.length(14)
    expect(grounds).to.include.members(['rgb(235, 231, 220)', 'rgb(13, 19, 17)'])
    await page.close()
  })

  it('names the languages that it knows', async () => {
    const { error_description: refusal } = await place.refused(['brand', 'preview', '--language', 'tlh'])
    expect(refusal).to.contain('--language takes en')
  })
})
