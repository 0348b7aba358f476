import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'
import { chromiumOnce } from '../support/browser.ts'
import { openPages, openSample } from './page-browser.ts'
import { samplePages } from './sample-pages.ts'

const indexOf = (name: string) => samplePages.findIndex(({ page }) => page === name)

describe('a field for a password', () => {
  let browser: Browser
  let page: Page
  let close: () => Promise<void>

  before(async () => {
    browser = await chromiumOnce()
  })
  beforeEach(async () => {
    const opened = await openPages(browser, { width: 390 })
    page = opened.page
    close = () => opened.context.close()
    await openSample(page, indexOf('register'))
  })
  afterEach(() => close())

  it('shows what is typed while its button is pressed, and hides it again', async () => {
    const field = page.locator('#field-password')
    await field.fill('river lamp')
    await page.getByRole('button', { name: 'Show password' }).click()
    expect(await field.getAttribute('type')).to.equal('text')
    expect(await field.inputValue()).to.equal('river lamp')
    await page.getByRole('button', { name: 'Hide password' }).click()
    expect(await field.getAttribute('type')).to.equal('password')
  })

  it('is hidden again when it is sent', async () => {
    await page.locator('#field-password').fill('river lamp')
    await page.getByRole('button', { name: 'Show password' }).click()
    const type = await page.locator('form:has(#field-password)').evaluate((form: HTMLFormElement) => {
      form.addEventListener('submit', (event) => event.preventDefault())
      form.requestSubmit()
      return form.querySelector<HTMLInputElement>('#field-password')!.type
    })
    expect(type).to.equal('password')
  })

  it('says while somebody types how many characters are there, and when they are enough', async () => {
    const typed = page.locator('.typed')
    await page.locator('#field-password').pressSequentially('river')
    expect(await typed.innerText()).to.equal('5 of 8 characters')
    await page.locator('#field-password').pressSequentially(' lamp')
    expect(await typed.innerText()).to.equal('Long enough')
    await page.getByRole('status').filter({ hasText: 'Long enough' }).waitFor({ state: 'attached' })
    await page.locator('#field-password').fill('')
    expect(await typed.innerText()).to.equal('')
  })

  it('has no such button without JavaScript', async () => {
    const { context, page: plain } = await openPages(browser, { width: 390, scripts: false })
    await openSample(plain, indexOf('register'))
    expect(await plain.locator('#field-password').isVisible()).to.equal(true)
    expect(await plain.locator('.reveal').isVisible()).to.equal(false)
    await context.close()
  })
})
