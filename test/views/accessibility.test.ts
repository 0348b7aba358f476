import axe from 'axe-core'
import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'
import { LANGUAGES } from '../../src/words/catalogue.ts'
import { chromiumOnce } from '../support/browser.ts'
import { nameOf, openPages, openSample, showSample } from './page-browser.ts'
import { samplePages } from './sample-pages.ts'

/** target-size (WCAG 2.2 AA) is off unless asked for. What pages pass is not asked for: to send it takes most of the time. */
const AXE: axe.RunOptions & { resultTypes: ['violations'] } = {
  rules: { 'target-size': { enabled: true } },
  resultTypes: ['violations'],
}

const LOOKS = [
  { device: 'phone', width: 390, colorScheme: 'light' },
  { device: 'desktop', width: 1280, colorScheme: 'dark' },
] as const

describe('pages in a browser', () => {
  let browser: Browser

  before(async function () {
    browser = await chromiumOnce()
  })

  // Each width and each set of colours once: no rule of axe looks at both together.
  describe('pass axe, on a phone in light colours and on a desktop in dark ones', () => {
    let opened: Awaited<ReturnType<typeof openPages>>
    before(async () => {
      opened = await openPages(browser, { width: 390 })
      await opened.context.addInitScript(axe.source)
    })
    after(() => opened.context.close())

    for (const index of samplePages.keys())
      it(nameOf(index), async () => {
        const { page } = opened
        await showSample(page, index)
        for (const { device, width, colorScheme } of LOOKS) {
          await page.setViewportSize({ width, height: 844 })
          await page.emulateMedia({ colorScheme })
          expect(await violations(page), `${nameOf(index)} on a ${device}`).to.deep.equal([])
        }
      })
  })

  it('are looked at by axe: a page with faults does not pass', async () => {
    const { context, page } = await openPages(browser, { width: 390 })
    await context.addInitScript(axe.source)
    await openSample(page, 0)
    await page.evaluate(() => {
      document.body.innerHTML = '<main><h1>A</h1><img src="#"><input></main>'
    })
    const rules = (await violations(page)).map((found) => found.split(':')[0])
    expect(rules).to.include.members(['image-alt', 'label'])
    await context.close()
  })

  for (const language of Object.keys(LANGUAGES))
    it(`have room for ${language} at 320 px`, async function () {
      const { context, page } = await openPages(browser, { width: 320, language })
      for (const index of samplePages.keys()) {
        await showSample(page, index, language)
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
        expect(overflow, nameOf(index)).to.be.at.most(0)
      }
      await context.close()
    })

  it('never scroll sideways at 320 px, with any name, address or message', async function () {
    const { context, page } = await openPages(browser, { width: 320, long: true })
    for (const index of samplePages.keys()) {
      await openSample(page, index)
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(overflow, nameOf(index)).to.be.at.most(0)
    }
    await context.close()
  })

  describe('keep to the content policy, and keep every control reachable by Tab, visibly focused and at least 44 px tall', () => {
    let opened: Awaited<ReturnType<typeof openPages>>
    before(async () => {
      opened = await openPages(browser, { width: 390 })
      await opened.context.addInitScript(recordFocus)
    })
    after(() => opened.context.close())

    for (const index of samplePages.keys())
      it(nameOf(index), async () => {
        const { page, complaints } = opened
        const low = new Set<string>()
        await openSample(page, index)
        // A page may put the focus on its errors, which it does with its first frame.
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)))
        const controls = page.locator(
          'a[href]:not([hidden]), button, input:not([type=hidden]):not([tabindex="-1"]), select, summary, textarea',
        )
        const every = await controls.evaluateAll((elements) =>
          elements.filter((one) => !one.closest('[hidden]')).map(({ outerHTML }) => outerHTML),
        )
        // The browser has controls of its own, which take the focus too.
        const reached = new Set<string>()
        for (let round = 0; round < 3 && reached.size < new Set(every).size; round += 1) {
          for (let presses = 0; presses <= every.length; presses += 1) await page.keyboard.press('Tab')
          for (const { html, outlined, tall } of await page.evaluate(() => window.focusedControls)) {
            expect(outlined, `${nameOf(index)}: ${html}`).to.equal(true)
            if (!tall) low.add(`${nameOf(index)}: ${html}`)
            reached.add(html)
          }
        }
        expect([...reached].toSorted(), nameOf(index)).to.deep.equal([...new Set(every)].toSorted())
        expect([...low]).to.deep.equal([])
        expect(complaints).to.deep.equal([])
      })
  })
})

/** Of the rules of axe: the rule, and where. */
async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await page.evaluate((options) => window.axe.run(document, options), AXE)
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

declare global {
  interface Window {
    axe: typeof axe
    focusedControls: { html: string; outlined: boolean; tall: boolean }[]
  }
}

/** Runs in each page, and keeps what had the focus. A link inside a sentence may be lower than 44 px (WCAG 2.5.5, inline). */
function recordFocus() {
  window.focusedControls = []
  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof Element) || !target.matches('a[href], button, input, select, summary, textarea'))
      return
    const style = getComputedStyle(target)
    const around = target.closest('p, dd, li')?.textContent.trim()
    const inline = style.display === 'inline' && around !== undefined && around !== target.textContent.trim()
    window.focusedControls.push({
      html: target.outerHTML,
      outlined: style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2,
      tall: inline || target.getBoundingClientRect().height >= 44,
    })
  })
}
