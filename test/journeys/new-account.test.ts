import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { codeIn, linkIn } from '../support/letter.ts'
import { backAt, heading, press, tokensOf } from './steps.ts'
import { withLateMail } from './late-mail.ts'
import { inBothSettings } from './world.ts'

const CHOSEN = 'seven bridges over one river'

inBothSettings('From "Create an account" to the app', (world) => {
  let newcomers = 0
  const newAddress = () => `fresh-${(newcomers += 1)}-${Date.now()}@example.org`

  /** Fills the form that the app led to, and sends it: the first action. */
  async function register(page: Page, email = newAddress()): Promise<string> {
    expect(await page.locator('main').innerText()).to.match(/to continue to\s+Reading List/)
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password', { exact: true }).fill(CHOSEN)
    await press(page, 'Create account')
    expect(await heading(page)).to.equal('Check your email')
    return email
  }

  async function fromApp(page: Page) {
    const request = await world.app.begin()
    await page.goto(request.url)
    await page.getByRole('link', { name: 'Create an account' }).click()
    return request
  }

  for (const javaScript of [true, false])
    it(`takes three actions with the code, with${javaScript ? '' : 'out'} JavaScript`, async () => {
      const { server, app, open } = world
      const { page } = await open({ javaScript, device: 'phone' })
      const request = await fromApp(page)
      const email = await register(page)
      await page.getByLabel('Code from the email').fill(codeIn(await server.waitForMail(email)).toLowerCase())
      await press(page, 'Confirm')
      expect(await heading(page)).to.equal('Reading List asks for access')
      await press(page, 'Allow')
      const tokens = await tokensOf(app, request, await backAt(page, app, request))
      const sessions: { amr: string }[] = await server.parts
        .db('account_sessions')
        .where({ accountId: tokens.subject })
        .select('amr')
      expect(sessions, 'one session, by the password').to.eql([{ amr: 'pwd' }])
      const info = await app.userinfo(tokens.access_token, tokens.subject)
      expect(info).to.include({ email, email_verified: true })
    })

  it('takes two actions with the link, in the same browser', async () => {
    const { server, app, open } = world
    const { page } = await open({ javaScript: false })
    const request = await fromApp(page)
    const email = await register(page)
    await page.goto(linkIn(await server.waitForMail(email), '/activate'))
    expect(await heading(page)).to.equal('Reading List asks for access')
    await press(page, 'Allow')
    await tokensOf(app, request, await backAt(page, app, request))
  })

  for (const javaScript of [true, false])
    it(`goes on by itself once the link was used on another device, with${javaScript ? '' : 'out'} JavaScript`, async () => {
      const { server, app, open } = world
      const { page } = await open({ javaScript })
      const elsewhere = await open({ device: 'phone' })
      const request = await fromApp(page)
      const email = await register(page)
      const refresh = page.locator('meta[http-equiv="refresh"]')
      expect(await refresh.count()).to.equal(javaScript ? 0 : 1)
      const next = javaScript ? '' : ((await refresh.getAttribute('content')) ?? '').split('url=')[1]
      const mail = await server.waitForMail(email)
      await elsewhere.page.goto(linkIn(mail, '/activate'))
      expect(await elsewhere.page.locator('main').innerText()).to.match(/to continue to\s+Reading List/)
      await elsewhere.page.getByLabel(/^Code from the/).fill(codeIn(mail))
      await elsewhere.page.getByLabel('Password', { exact: true }).fill(CHOSEN)
      await press(elsewhere.page, 'Activate')
      expect(await heading(elsewhere.page)).to.equal('Your account is ready')
      expect(await elsewhere.page.locator('main').innerText()).to.match(
        /Go back to the browser where you started\. Reading List opens there by itself/,
      )
      // What the browser does after two minutes.
      if (next) await page.goto(new URL(next, server.issuer).href)
      await page.getByRole('heading', { name: 'asks for access' }).waitFor()
      await press(page, 'Allow')
      await tokensOf(app, request, await backAt(page, app, request))
    })

  it('says on the open page that mails are late, and takes it back once they leave', async () => {
    const { server, open } = world
    const { db } = server.parts
    const { page } = await open()
    await fromApp(page)
    await register(page)
    const late = page.getByText('Email is slower than usual')
    expect(await late.isVisible()).to.equal(false)
    await withLateMail(db, () => late.waitFor())
    await late.waitFor({ state: 'hidden' })
  })
})
