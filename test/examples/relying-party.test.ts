import { expect } from 'chai'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { startExamples } from './demo-app.ts'
import { startServer } from '../support/running-server.ts'
import type { Person, RunningServer } from '../support/running-server.ts'
import { findChromium } from '../support/services.ts'

describe('the example app', () => {
  let server: RunningServer
  let browser: Browser
  let page: Page
  let person: Person
  let publicUrl: string
  const ends: (() => Promise<unknown>)[] = []

  before(async () => {
    server = await startServer({ store: 'sqlite' })
    ends.push(() => server.stop())
    const app = await startExamples(server)
    ends.push(() => app.stop())
    publicUrl = app.publicUrl
    browser = await chromium.launch({ executablePath: await findChromium(), args: ['--no-sandbox'] })
    ends.push(() => browser.close())
    person = await server.createAccount({ name: 'Sample Person' })
    page = await browser.newPage()
    page.setDefaultTimeout(5000)
  })

  after(async () => {
    for (const end of ends.reverse()) await end()
  })

  const press = async (name: string) => {
    await page.getByRole('button', { name, exact: true }).click()
    return await page.textContent('body')
  }

  it('signs a person in and shows the claims of the ID token', async () => {
    await page.goto(publicUrl)
    await press('Sign in')
    await page.getByLabel('Email').fill(person.email)
    await page.getByLabel('Password').fill(person.password)
    await press('Sign in')
    expect(await page.textContent('body')).to.include('asks for access')
    await press('Allow')
    await page.waitForURL(`${publicUrl}/`)
    expect(await page.textContent('h2')).to.equal('Hello, Sample Person')
    expect(await page.textContent('table'))
      .to.include(person.email)
      .and.include(person.account.id)
    expect(await page.textContent('body')).to.include('POST /oauth/token 200')
  })

  it('calls userinfo', async () => {
    expect(await press('Call userinfo'))
      .to.include('Userinfo')
      .and.include(`"email": "${person.email}"`)
  })

  it('refreshes', async () => {
    expect(await press('Refresh'))
      .to.include('Refreshed')
      .and.include('"expires_in": 3600')
  })

  it('calls the resource server with a token of its own', async () => {
    expect(await press('Call the resource server'))
      .to.include('"balance": 100')
      .and.include(person.account.id)
  })

  it('signs out at the account server and comes back', async () => {
    // The app's ID token says who signs out, so nothing is asked.
    await press('Sign out')
    await page.waitForURL(`${publicUrl}/`)
    expect(await page.textContent('body')).to.include('You are not signed in here')
  })

  it('says so when the person does not allow it', async () => {
    const other = await server.createAccount()
    await press('Sign in')
    await page.getByLabel('Email').fill(other.email)
    await page.getByLabel('Password').fill(other.password)
    await press('Sign in')
    expect(await press('Don’t allow'))
      .to.include('You did not allow it')
      .and.include('access_denied')
  })

  it('refuses a return that did not begin here', async () => {
    const answer = await fetch(`${publicUrl}/callback?code=forged&state=forged`, { redirect: 'manual' })
    expect([answer.status, answer.headers.get('location')]).to.deep.equal([303, '/'])
  })
})
