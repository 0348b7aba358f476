import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'
import { chromiumOnce } from '../support/browser.ts'
import { openPages, openSample } from './page-browser.ts'
import { samplePages } from './sample-pages.ts'

/** How many lines the boxes of these elements take: boxes that overlap in height are beside each other. */
async function linesOf(page: Page, selector: string): Promise<number> {
  const boxes = await page.locator(selector).evaluateAll((elements) =>
    elements.map((element) => {
      const { top, bottom } = element.getBoundingClientRect()
      return { top, bottom }
    }),
  )
  return new Set(boxes.map(({ top, bottom }) => Math.round((top + bottom) / 2))).size
}

describe('the layout of pages', () => {
  let browser: Browser
  const indexesOf = (name: string) =>
    [...samplePages.keys()].filter((index) => samplePages[index]?.page === name)

  before(async function () {
    browser = await chromiumOnce()
  })

  for (const [width, lines] of [
    [320, 2],
    [390, 2],
    [1280, 1],
  ] as const) {
    it(`keeps the tabs of the account on ${lines === 1 ? 'one line' : 'two lines of three'} at ${width} px`, async () => {
      const { context, page } = await openPages(browser, { width })
      await openSample(page, indexesOf('account-requests')[0]!)
      expect(await page.locator('.tabs a').count()).to.equal(6)
      expect(await linesOf(page, '.tabs a')).to.equal(lines)
      await context.close()
    })
  }

  it('shows each detail of a consent with its label on one line, beside the value where there is room', async () => {
    for (const [width, beside] of [
      [360, false],
      [1280, true],
    ] as const) {
      const { context, page } = await openPages(browser, { width })
      await openSample(
        page,
        samplePages.findIndex(({ state }) => state === 'details'),
      )
      const rows = await page.locator('.detail .facts > div').evaluateAll((elements) =>
        elements.map((element) => {
          const [label, value] = [...element.children].map((child) => child.getBoundingClientRect())
          return { labelHeight: label!.height, beside: Math.abs(label!.top - value!.top) < 4 }
        }),
      )
      expect(rows, `${width} pixels`).to.have.lengthOf(2)
      for (const row of rows) expect(row.labelHeight, `${width} pixels`).to.be.below(40)
      expect(
        rows.map((row) => row.beside),
        `${width} pixels`,
      ).to.deep.equal([beside, beside])
      await context.close()
    }
  })

  it('shows the main button and the open tab apart from the others in forced colours', async () => {
    const { context, page } = await openPages(browser, { width: 640 })
    await page.emulateMedia({ forcedColors: 'active' })
    const styleOf = (selector: string, name: 'backgroundColor' | 'borderBottomColor') =>
      page
        .locator(selector)
        .first()
        .evaluate((element, property) => getComputedStyle(element)[property], name)
    await openSample(page, indexesOf('consent')[0]!)
    const fill = await styleOf('.button:not(.button-plain)', 'backgroundColor')
    expect(fill).not.to.equal(await styleOf('.button-plain', 'backgroundColor'))
    await openSample(page, indexesOf('account-requests')[0]!)
    const open = await styleOf('.tabs a[aria-current]', 'borderBottomColor')
    expect(open).not.to.equal(await styleOf('.tabs a:not([aria-current])', 'borderBottomColor'))
    await context.close()
  })

  it('prints recovery codes with the account, and without menu and buttons', async () => {
    const { context, page } = await openPages(browser, { width: 800, colorScheme: 'dark' })
    await page.emulateMedia({ media: 'print' })
    await openSample(page, indexesOf('security-codes')[0]!)
    expect(await page.locator('nav, form, a:not(.brand)').filter({ visible: true }).count()).to.equal(0)
    expect(await page.locator('main').innerText()).to.contain('person@example.com')
    expect(await page.locator('main').evaluate((main) => getComputedStyle(main).color)).to.equal(
      'rgb(0, 0, 0)',
    )
    await context.close()
  })

  it('sets the buttons of an account to choose from side by side', async () => {
    const { context, page } = await openPages(browser, { width: 360 })
    const several = indexesOf('select-account').at(-1)!
    await openSample(page, several)
    const rows = page.locator('.rows li', { has: page.locator('button[name=forget]') })
    expect(await rows.count()).to.be.above(0)
    expect(await linesOf(page, '.rows li:has(button[name=forget]) >> nth=0 >> button')).to.equal(1)
    await context.close()
  })
})
