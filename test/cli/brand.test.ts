import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { takePicture } from '../../src/cli/brand/picture.ts'
import { chromiumOnce } from '../support/browser.ts'
import { findChromium } from '../support/services.ts'
import { embeddedPlace } from './command-line.ts'

describe('cli brand preview', () => {
  const place = embeddedPlace()
  const brand = {
    ACCOUNT_SERVER_SERVER_NAME: 'Harbour',
    ACCOUNT_SERVER_BRAND_COLOR: '#0b3d91',
    ACCOUNT_SERVER_BRAND_LOGO: join(import.meta.dirname, '../../public/apple-touch-icon.png'),
    ACCOUNT_SERVER_BRAND_FAVICON: join(import.meta.dirname, '../../public/apple-touch-icon.png'),
  }
  const { CHROME_PATH } = process.env
  before(async () => {
    process.env['CHROME_PATH'] = await findChromium()
  })
  after(() => {
    if (CHROME_PATH === undefined) delete process.env['CHROME_PATH']
    else process.env['CHROME_PATH'] = CHROME_PATH
    return place.remove()
  })

  it('writes pages and mails in their colours, by day and at night, into one file that loads no other', async () => {
    const file = join(place.folder, 'preview.html')
    const picture = join(place.folder, 'preview.png')
    expect(await place.json(['brand', 'preview', file], brand)).to.eql({ file, picture, frames: 10 })
    const png = readFileSync(picture)
    // Its header has its width and height (PNG, IHDR).
    expect([png.readUInt32BE(16), png.readUInt32BE(20) > 3000]).to.eql([1880, true])
    const html = readFileSync(file, 'utf8')
    expect(html)
      .to.contain('title="Allow an app"')
      .and.contain('<link rel="icon" href="data:image/png;base64,')
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
    expect(grounds).to.have.length(20)
    expect(grounds).to.include.members(['rgb(235, 231, 220)', 'rgb(13, 19, 17)'])
    await page.close()
  })

  it('shows the brand of an app, and refuses one that is hard to read', async () => {
    const [file, metadata] = [join(place.folder, 'app.html'), join(place.folder, 'brand.json')]
    writeFileSync(metadata, JSON.stringify({ brand_name: 'Tide Tables', brand_color: '#7a1f5c' }))
    await place.json(['brand', 'preview', file, '--metadata', metadata], brand)
    const html = readFileSync(file, 'utf8')
    expect(html).to.contain('Brand of Tide Tables').and.contain('#7a1f5c')
    expect(html, 'the icon of the server').not.to.contain('<link rel="icon" href="data:')
    expect(html, 'mails about the account stay those of the server').to.contain('Harbour')
    writeFileSync(metadata, JSON.stringify({ brand_color: '#ffee00' }))
    const { error_description: why } = await place.refused(['brand', 'preview', file, '--metadata', metadata])
    expect(why).to.match(/brand_color: .*contrast of 1\.\d\d:1/)
  })

  it('takes no picture where there is no browser, or it fails', async () => {
    const [page, picture] = [join(place.folder, 'preview.html'), join(place.folder, 'none.png')]
    const shot = { page, picture, width: 100, height: 100 }
    expect(await takePicture(shot, { PATH: '' })).to.equal(false)
    expect(await takePicture(shot, { CHROME_PATH: '/bin/false', PATH: '' })).to.equal(false)
    expect(existsSync(picture)).to.equal(false)
  })

  it('names the languages that it knows', async () => {
    const { error_description: refusal } = await place.refused(['brand', 'preview', '--language', 'tlh'])
    expect(refusal).to.contain('--language takes en')
  })
})
