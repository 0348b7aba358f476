import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { openBrowser } from '../support/browser.ts'
import { startServer } from '../support/running-server.ts'
import type { Person, RunningServer } from '../support/running-server.ts'
import { startExamples } from './demo-app.ts'

describe('the example app, with people who do what people do', function () {
  let server: RunningServer
  let home: string
  const ends: (() => Promise<unknown>)[] = []

  before(async () => {
    server = await startServer({ store: 'sqlite', separate: true })
    ends.push(() => server.stop())
    const app = await startExamples(server)
    ends.push(() => app.stop())
    home = `${app.publicUrl}/`
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
  })

  async function visit(): Promise<Page> {
    const { context, page } = await openBrowser()
    ends.push(() => context.close())
    context.setDefaultTimeout(60_000)
    await page.goto(home)
    return page
  }
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
  async function beginAs(page: Page, { email, password }: Person): Promise<void> {
    await press(page, 'Sign in')
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password').fill(password)
    await press(page, 'Sign in')
  }
  async function signIn(page: Page, person: Person): Promise<void> {
    await beginAs(page, person)
    await press(page, 'Allow')
    await page.waitForURL(home)
  }
  const shown = async (page: Page) => (await page.textContent('main')) ?? ''

  it('lets two tabs sign in side by side', async () => {
    const person = await server.createAccount({ name: 'Two Tabs' })
    const first = await visit()
    const second = await first.context().newPage()
    await second.goto(home)
    await beginAs(first, person)
    await press(second, 'Sign in')
    await press(second, 'Allow')
    await second.waitForURL(home)
    await press(first, 'Allow')
    await first.waitForURL(home)
    for (const [tab, page] of Object.entries({ first, second }))
      expect(await shown(page), tab)
        .to.contain('Hello, Two Tabs')
        .and.not.contain('did not work')
  })

  it('stays signed in when the return is loaded again or gone back to', async () => {
    const page = await visit()
    const returned = page.waitForRequest((request) => request.url().includes('/callback?'))
    await signIn(page, await server.createAccount({ name: 'Back Again' }))
    await page.goto((await returned).url())
    expect(await shown(page))
      .to.contain('Hello, Back Again')
      .and.not.contain('did not work')
    await page.goBack()
    await page.goto(home)
    expect(await shown(page))
      .to.contain('Hello, Back Again')
      .and.not.contain('did not work')
  })

  it('asks for consent once: a second visit, also in another browser, is asked for the password alone', async () => {
    const person = await server.createAccount({ name: 'Second Visit' })
    await signIn(await visit(), person)
    const page = await visit()
    await beginAs(page, person)
    await page.waitForURL(home)
    expect(await shown(page))
      .to.contain('Hello, Second Visit')
      .and.contain('A refresh token is there')
    await press(page, 'Sign out')
    await page.waitForURL(home)
    await beginAs(page, person)
    await page.waitForURL(home)
    expect(await shown(page)).to.contain('A refresh token is there')
  })

  it('explains a refusal, and can ask again', async () => {
    const person = await server.createAccount({ name: 'Second Thoughts' })
    const page = await visit()
    await beginAs(page, person)
    await press(page, 'Don’t allow')
    await page.waitForURL(home)
    expect(await shown(page)).to.contain('You did not allow it')
    await press(page, 'Sign in')
    await press(page, 'Allow')
    await page.waitForURL(home)
    expect(await shown(page))
      .to.contain('Hello, Second Thoughts')
      .and.not.contain('You did not allow it')
  })

  it('offers to sign in when the sign-in was ended elsewhere', async () => {
    const person = await server.createAccount({ name: 'Ended Elsewhere' })
    const page = await visit()
    await signIn(page, person)
    await end(page)
    await press(page, 'Refresh')
    expect(await shown(page))
      .to.contain('That sign-in has ended')
      .and.contain('You are not signed in here')
  })

  it('takes a fresh access token when the one it has ran out', async () => {
    const page = await visit()
    await signIn(page, await server.createAccount({ name: 'Long Lunch' }))
    const ended = await server.parts.db('oidc_records').whereLike('recordKey', '%:at:%').delete()
    expect(ended).to.be.greaterThan(0)
    await press(page, 'Call userinfo')
    expect(await shown(page))
      .to.contain('Userinfo')
      .and.not.contain('did not work')
    expect(await shown(page)).to.contain('POST /oauth/token 200')
  })

  /** Takes back what the app was allowed, on the account's own page. */
  async function end(page: Page): Promise<void> {
    const account = await page.context().newPage()
    await account.goto(`${server.issuer}/account/apps`)
    await account.getByRole('button', { name: 'Remove' }).first().click()
    await account.getByRole('button', { name: 'Remove' }).waitFor({ state: 'detached' })
    await account.close()
  }

  it('keeps running after odd requests and returns', async () => {
    const paths = ['//', '/\\', '/%', '/callback', '/callback?state=__proto__&code=x', '/callback?error=x']
    for (const path of paths) {
      const answer = await fetch(home.slice(0, -1) + path, { redirect: 'manual' })
      expect(answer.status, path).to.be.oneOf([303, 400, 404])
    }
    const cookie = 'demo_session=forged; demo_session=; =; x'
    expect((await fetch(home, { headers: { cookie } })).status).to.equal(200)
  })

  it('shows an error while the account server does not answer, and works when it does', async () => {
    const page = await visit()
    await signIn(page, await server.createAccount({ name: 'Patient Person' }))
    await server.signal('SIGINT')
    await press(page, 'Call userinfo')
    expect(await shown(page))
      .to.contain('That did not work')
      .and.contain('Hello, Patient Person')
    await server.start()
    await press(page, 'Call userinfo')
    expect(await shown(page))
      .to.contain('Userinfo')
      .and.not.contain('That did not work')
  })
})
