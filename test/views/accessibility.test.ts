import { readFileSync } from 'node:fs'
import AxeBuilder from '@axe-core/playwright'
import { expect } from 'chai'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { findChromium } from '../support/services.ts'
import { renderSample, samplePages } from './sample-pages.ts'

const publicFolder = new URL('../../public/', import.meta.url)
const stylesheet = readFileSync(new URL('style.css', publicFolder), 'utf8')
const favicon = readFileSync(new URL('favicon.svg', publicFolder), 'utf8')
const policy =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
/** One frame, so axe needs no second page; target-size (WCAG 2.2 AA) is off unless asked for. */
const axeOptions = { rules: { 'target-size': { enabled: true } } }
const longWord = 'a'.repeat(120)

describe('pages in a browser', () => {
  let browser: Browser

  before(async function () {
    this.timeout(30_000)
    const executablePath = await findChromium()
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  })

  after(() => browser?.close())

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [device, width] of [
      ['phone', 390],
      ['desktop', 1280],
    ] as const) {
      it(`pass axe and keep to the content policy (${device}, ${colorScheme})`, async function () {
        this.timeout(60_000)
        const { context, page, complaints } = await openPages(browser, { width, colorScheme })
        for (const index of samplePages.keys()) {
          await page.goto(addressOf(index))
          const { violations } = await new AxeBuilder({ page }).setLegacyMode().options(axeOptions).analyze()
          const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
          expect(found, nameOf(index)).to.deep.equal([])
        }
        expect(complaints).to.deep.equal([])
        await context.close()
      })
    }
  }

  it('never scroll sideways at 320 px, whatever a name, an address or a message contains', async function () {
    this.timeout(30_000)
    const { context, page } = await openPages(browser, { width: 320, long: true })
    for (const index of samplePages.keys()) {
      await page.goto(addressOf(index))
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(overflow, nameOf(index)).to.be.at.most(0)
    }
    await context.close()
  })

  it('keep every control reachable by Tab, visibly focused and at least 24 px tall', async function () {
    this.timeout(60_000)
    const { context, page } = await openPages(browser, { width: 390 })
    for (const index of samplePages.keys()) {
      await page.goto(addressOf(index))
      const controls = page.locator('a[href], button, input:not([type=hidden]):not([tabindex="-1"])')
      const reached = new Set<string>()
      const total = await controls.count()
      for (let presses = 0; presses <= 2 * total + 2 && reached.size < total; presses++) {
        const focused = await page.evaluate(focusedControl)
        if (focused) {
          expect(focused.outlined, `${nameOf(index)}: ${focused.html}`).to.equal(true)
          expect(focused.tall, `${nameOf(index)}: ${focused.html}`).to.equal(true)
          reached.add(focused.html)
        }
        await page.keyboard.press('Tab')
      }
      const every = await controls.evaluateAll((elements) => elements.map(({ outerHTML }) => outerHTML))
      expect([...reached].toSorted(), nameOf(index)).to.deep.equal([...new Set(every)].toSorted())
    }
    await context.close()
  })
})

/** What has the focus; a link inside a sentence may be lower than 24 px (WCAG 2.5.8, inline). */
function focusedControl() {
  const element = document.activeElement
  if (!element?.matches('a[href], button, input')) return undefined
  const style = getComputedStyle(element)
  const inline = style.display === 'inline'
  return {
    html: element.outerHTML,
    outlined: style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2,
    tall: inline || element.getBoundingClientRect().height >= 24,
  }
}

type Options = { width: number; colorScheme?: 'light' | 'dark'; long?: boolean }

async function openPages(browser: Browser, { width, colorScheme = 'light', long = false }: Options) {
  const context: BrowserContext = await browser.newContext({
    viewport: { width, height: 844 },
    colorScheme,
  })
  const page: Page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  await context.route('**/*', async (route) => {
    const { hostname, pathname } = new URL(route.request().url())
    if (hostname !== 'pages.test') complaints.push(`asked for ${hostname}`)
    if (pathname === '/style.css') return route.fulfill({ contentType: 'text/css', body: stylesheet })
    if (pathname === '/favicon.svg') return route.fulfill({ contentType: 'image/svg+xml', body: favicon })
    const sample = samplePages[Number(pathname.slice(1))]
    if (!sample) return route.fulfill({ status: 404, body: '' })
    const locals = long ? (stretch(sample.locals) as Record<string, unknown>) : sample.locals
    const body = await renderSample({ ...sample, locals }, long ? { serverName: longWord } : {})
    return route.fulfill({ contentType: 'text/html', headers: { 'content-security-policy': policy }, body })
  })
  return { context, page, complaints }
}

function addressOf(index: number): string {
  return `http://pages.test/${index}`
}

function nameOf(index: number): string {
  return `${samplePages[index]?.page} (${samplePages[index]?.state})`
}

function stretch(value: unknown): unknown {
  if (typeof value === 'string') return value + longWord
  if (Array.isArray(value)) return value.map(stretch)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, stretch(inner)]))
}
