import { join } from 'node:path'
import axe from 'axe-core'
import { expect } from 'chai'
import { openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { openBrowser } from '../support/browser.ts'

const LOGO = join(import.meta.dirname, '../../public/apple-touch-icon.png')

describe('a brand', () => {
  let stage: Stage

  before(async () => {
    stage = await openStage({
      store: 'sqlite',
      env: {
        ACCOUNT_SERVER_SERVER_NAME: 'Harbour',
        ACCOUNT_SERVER_BRAND_COLOR: '#0b3d91',
        ACCOUNT_SERVER_BRAND_BACKGROUND: '#f4f6fb',
        ACCOUNT_SERVER_BRAND_LOGO: LOGO,
        ACCOUNT_SERVER_BRAND_FAVICON: LOGO,
        ACCOUNT_SERVER_BRAND_SUPPORT_URL: 'mailto:help@harbour.example',
        ACCOUNT_SERVER_BRAND_TERMS_URL: 'https://harbour.example/terms',
        ACCOUNT_SERVER_BRAND_PRIVACY_URL: 'https://harbour.example/privacy',
      },
    })
  })
  after(() => stage.stop())

  const hrefOf = (page: string, pattern: RegExp) => (pattern.exec(page)?.[1] ?? '').replaceAll('&amp;', '&')

  it('is on every page: name, logo, colours, icon and links, all from files of this server', async () => {
    for (const path of ['/', '/sign-in', '/register', '/nothing-here']) {
      const { text, headers } = await stage.visitor().get(path)
      expect(text, path).to.contain('Harbour').and.contain('mailto:help@harbour.example')
      expect(text, path).to.contain('https://harbour.example/terms').and.contain('>Privacy<')
      expect(text, path).to.match(/<img src="\/brand\/logo\?v=\w+" alt="">/)
      expect(text, path).to.match(/rel="icon" href="\/brand\/icon\?v=/)
      expect(text, path).to.contain('content="#f4f6fb" media="(prefers-color-scheme: light)"')
      expect(text, path).not.to.match(/\sstyle="|<style/)
      expect(headers.get('content-security-policy'), path).to.contain("style-src 'self'; img-src 'self'")
    }
    const { text } = await stage.visitor().get('/sign-in')
    const sheet = await stage.send({ to: hrefOf(text, /href="(\/brand\/colors[^"]+)"/) })
    expect(sheet.text).to.contain('--accent:#0b3d91;')
    expect(sheet.headers['content-type']).to.contain('text/css')
    expect(sheet.headers['cache-control']).to.contain('immutable')
    for (const to of [hrefOf(text, /src="(\/brand\/logo[^"]+)"/), '/favicon.ico', '/apple-touch-icon.png']) {
      const picture = await stage.send({ to })
      expect(picture.headers['content-type'], to).to.equal('image/png')
      expect(picture.headers['content-security-policy'], to).to.contain('sandbox')
    }
  })

  it('passes axe and keeps to the content policy, by day and at night', async () => {
    const { page, context, complaints } = await openBrowser()
    await context.addInitScript(axe.source)
    for (const path of ['/', '/sign-in', '/register'])
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.goto(stage.issuer + path)
        const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
        expect(
          found.violations.map(({ id }) => id),
          `${path} ${colorScheme}`,
        ).to.eql([])
        const width = await page.locator('.logo img').evaluate((img: HTMLImageElement) => img.naturalWidth)
        expect(width, `${path} ${colorScheme}`).to.be.above(0)
      }
    expect(complaints).to.eql([])
    await context.close()
  })

  it('is in every mail, with an address that mail programs can load', async () => {
    const visitor = stage.visitor()
    const form = await visitor.get('/forgot')
    const { email } = await stage.person()
    await visitor.followForm(form, { email })
    const { html, text } = await stage.waitForMail(email)
    expect(text).to.contain('Terms of use: https://harbour.example/terms')
    expect(html).to.contain('href="mailto:help@harbour.example"')
    expect(html).to.contain('background:#0b3d91').and.contain('background:#f4f6fb')
    expect(html).to.match(new RegExp(`<img src="${stage.issuer}/brand/logo\\?v=\\w+" alt=""`))
  })
})
