import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { startRelyingParty } from '../support/relying-party.ts'
import type { RelyingParty } from '../support/relying-party.ts'
import { codeIn, linkIn } from '../support/letter.ts'
import { PASSWORD } from '../provider/stage.ts'
import { backAt, heading, press } from './steps.ts'
import { inService } from './world.ts'

const BRAND = { brand_name: 'Tide Tables', brand_color: '#7a1f5c', support_uri: 'https://tides.example/help' }
/** One point each, in two colours: they are not taken for each other. */
const PICTURES = {
  '/logo.png':
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  '/icon.png':
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgaHD4DwADBAHAqetaQwAAAABJRU5ErkJggg==',
}
const pictureAt = (path: string) =>
  Buffer.from(Object.entries(PICTURES).find(([at]) => at === path)?.[1] ?? '', 'base64')

inService('The brand of an app', (world) => {
  let app: RelyingParty
  let pictures: Server

  before(async () => {
    pictures = createServer(({ url = '' }, response) => void response.end(pictureAt(url)))
    pictures.listen(0, '127.0.0.1')
    await once(pictures, 'listening')
    const origin = `http://127.0.0.1:${(pictures.address() as AddressInfo).port}`
    const look = { logo_uri: `${origin}/logo.png`, brand_icon_uri: `${origin}/icon.png` }
    const client = { client_name: 'Tide Tables App', ...BRAND, ...look }
    app = await startRelyingParty(world.server, { client })
  })
  after(async () => {
    await app.stop()
    pictures.close()
  })

  const colourOf = (page: Page) =>
    page
      .locator('main .button:not(.button-plain)')
      .first()
      .evaluate((button) => getComputedStyle(button).backgroundColor)
  /** Which of the two it is. */
  async function picture(page: Page, href: string | null): Promise<string | undefined> {
    const answer = await page.request.get(new URL(href ?? '', page.url()).href)
    const body = await answer.body()
    return Object.keys(PICTURES).find((path) => pictureAt(path).equals(body))
  }
  async function wears(page: Page, what: string): Promise<void> {
    expect(await page.locator('header, body').first().innerText(), what).to.contain('Tide Tables')
    const logo = page.locator('img[src^="/client-logo/"]').first()
    expect(await logo.evaluate(isDrawn), what).to.equal(true)
    expect(await picture(page, await logo.getAttribute('src')), `${what}: logo`).to.equal('/logo.png')
    const icon = await page.locator('link[rel=icon]').first().getAttribute('href')
    expect(await picture(page, icon), `${what}: icon`).to.equal('/icon.png')
    expect(await colourOf(page), what).to.equal('rgb(122, 31, 92)')
    expect(await page.getByRole('link', { name: /help|support/i }).getAttribute('href'), what).to.equal(
      BRAND.support_uri,
    )
  }
  const isDrawn = (image: unknown) => {
    const { complete, naturalWidth } = image as HTMLImageElement
    return complete && naturalWidth > 0
  }
  async function wearsOurs(page: Page, what: string): Promise<void> {
    expect(await page.locator('img[src^="/client-logo/"]').count(), what).to.equal(0)
    expect(await page.locator('header').innerText(), what).not.to.contain('Tide Tables')
    expect(await page.getByRole('link', { name: /help|support/i }).count(), what).to.equal(0)
  }

  it('is on the pages and mails from registration to the app, and gone after that', async () => {
    const email = `tides-${Date.now()}@example.org`
    const { page } = await world.open()
    const request = await app.begin()
    await page.goto(request.url)
    await wears(page, 'sign-in')
    await page.getByRole('link', { name: 'Create an account' }).click()
    await wears(page, 'register')
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await press(page, 'Create account')
    await page.getByLabel('Code from the email').waitFor()
    await wears(page, 'sent')
    const letter = await world.server.waitForMail(email)
    expect(letter.subject).to.contain('Tide Tables')
    expect(letter.html).to.contain('#7a1f5c').and.contain(BRAND.support_uri)
    await page.getByLabel('Code from the email').fill(codeIn(letter))
    await press(page, 'Confirm')
    await page.getByRole('button', { name: 'Allow', exact: true }).waitFor()
    await wears(page, 'consent')
    await press(page, 'Allow')
    await backAt(page, app, request)
    await page.goto(`${world.server.issuer}/account`)
    expect(await heading(page)).to.equal('Your account')
    await wearsOurs(page, 'account')
    const other = await world.app.begin()
    await page.goto(other.url)
    await page.getByRole('button', { name: 'Allow', exact: true }).waitFor()
    await wearsOurs(page, 'other-app')
  })

  it('is on the way over a forgotten password, without scripts, and not on the pages of others', async () => {
    const person = await world.server.createAccount()
    const { page } = await world.open({ javaScript: false, device: 'phone' })
    const request = await app.begin()
    await page.goto(request.url)
    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await wears(page, 'forgot')
    await page.getByLabel('Email').fill(person.email)
    await press(page, 'Send the link')
    const letter = await world.server.waitForMail(person.email, /^Reset/)
    expect(letter.subject).to.contain('Tide Tables')
    await page.goto(linkIn(letter, '/reset'))
    await wears(page, 'reset')
    await page.getByLabel('New password').fill('seven bridges over one river')
    await page.locator('main button[type=submit]').first().click()
    await page.getByRole('heading', { name: /password/i }).waitFor()
    await wears(page, 'reset-done')
    await page.goto(`${world.server.issuer}/sign-in`)
    await wearsOurs(page, 'own-sign-in')
    await page.goto(`${world.server.issuer}/forgot`)
    await wearsOurs(page, 'own-forgot')
  })
})
