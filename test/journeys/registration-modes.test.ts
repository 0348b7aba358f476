import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { approveRegistration } from '../../src/accounts/registrations/approvals.ts'
import { createInvitation } from '../../src/accounts/registrations/invitations.ts'
import { findAccountByEmail } from '../../src/accounts/account.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { PASSWORD } from '../provider/stage.ts'
import { openBrowser } from '../support/browser.ts'
import type { OpenBrowser } from '../support/browser.ts'
import { codeIn } from '../support/letter.ts'
import { startRelyingParty } from '../support/relying-party.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer } from '../support/running-server.ts'
import { backAt, heading, press, signInHere, tokensOf } from './steps.ts'

let count = 0
const anyEmail = (domain = 'example.org') => `joins-${(count += 1)}-${Date.now()}@${domain}`

describe('Somebody who wants to register', () => {
  let page: Page
  const servers: RunningServer[] = []
  const browsers: OpenBrowser[] = []

  async function startIn(mode: string, more: Record<string, string> = {}): Promise<RunningServer> {
    const server = await startServer({
      store: 'sqlite',
      env: { ACCOUNT_SERVER_ACCOUNT_REGISTRATION: mode, ...more },
    })
    servers.push(server)
    return server
  }
  beforeEach(async () => {
    const browser = await openBrowser({ javaScript: false })
    browsers.push(browser)
    page = browser.page
  })
  afterEach(async () => {
    for (const { context } of browsers.splice(0)) await context.close()
    for (const server of servers.splice(0)) await server.stop()
  })

  async function register(email: string): Promise<void> {
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password').fill(PASSWORD)
    await press(page, 'Create account')
  }
  async function giveCode(server: RunningServer, email: string): Promise<void> {
    await page.waitForURL(/\/register\/sent/)
    await page.getByLabel('Code from the email').fill(codeIn(await server.waitForMail(email, /^Activate/)))
    await press(page, 'Confirm')
  }

  it('reads that sign-up is closed, and gets back to the sign-in of the app', async () => {
    const server = await startIn('closed')
    const app = await startRelyingParty(server, { client: { client_name: 'Reading List' } })
    await page.goto((await app.begin({ prompt: 'create' })).url)
    expect(await heading(page)).to.equal('Sign-up is closed')
    await page.getByRole('link', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await page.locator('main').innerText()).to.match(/continue to\s+Reading List/)
    expect(await page.getByRole('link', { name: 'Create an account' }).count()).to.equal(0)
    await app.stop()
  })

  it('reads at the field which domains may register, and corrects the address', async () => {
    const server = await startIn('domains', { ACCOUNT_SERVER_REGISTRATION_DOMAINS: 'staff.example' })
    await page.goto(`${server.issuer}/register`)
    await page.getByLabel('Your name').fill('Ana Sample')
    await register(anyEmail())
    await page.getByText('Use an email at one of these domains: staff.example.').waitFor()
    expect(await page.getByLabel('Your name').inputValue()).to.equal('Ana Sample')
    const email = anyEmail('staff.example')
    await register(email)
    await giveCode(server, email)
    await page.waitForURL(/\/account$/)
  })

  it('registers by the link of an invitation, also after a reload, and once', async () => {
    const server = await startIn('invitation')
    const email = anyEmail()
    const { link } = await createInvitation(server.parts, { email, lifetimeMs: DAY_MS }, { actor: 'cli' })
    await page.goto(`${server.issuer}/register`)
    expect(await heading(page)).to.equal('You need an invitation')
    await page.goto(link)
    await page.reload()
    expect(await page.getByLabel('Email').inputValue()).to.equal(email)
    await register(email)
    await giveCode(server, email)
    await page.waitForURL(/\/account$/)
    await page.goto(link)
    expect(await heading(page)).to.equal('This invitation no longer works')
  })

  it('waits for the approval after the code, and is in the app after it', async () => {
    const server = await startIn('approval')
    const app = await startRelyingParty(server, { client: { client_name: 'Reading List' } })
    const request = await app.begin({ prompt: 'create' })
    await page.goto(request.url)
    const email = anyEmail()
    await register(email)
    await giveCode(server, email)
    await page.waitForURL(/\/register\/waiting/)
    await page.reload()
    expect(await heading(page)).to.equal('Your account waits for approval')
    const again = await app.begin()
    await page.goto(again.url)
    await signInHere(page, { email, password: PASSWORD })
    await page.getByText('Your account still waits for approval.').waitFor()
    const account = await findAccountByEmail(server.parts.db, email)
    await approveRegistration(server.parts, account?.id ?? '', { actor: 'cli' })
    await signInHere(page, { email, password: PASSWORD })
    await press(page, 'Allow')
    await tokensOf(app, again, await backAt(page, app, again))
    await app.stop()
  })
})
