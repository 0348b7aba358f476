import { expect } from 'chai'
import { stepUpOf } from '../../examples/relying-party/step-up.ts'
import { LEVELS } from '../../src/accounts/levels.ts'
import { openBrowser } from '../support/browser.ts'
import type { OpenBrowser } from '../support/browser.ts'
import { startServer } from '../support/running-server.ts'
import type { Person, RunningServer } from '../support/running-server.ts'
import { startExamples } from './demo-app.ts'
import type { DemoApp } from './demo-app.ts'

const [PASSWORD_LEVEL, , PHISHING_RESISTANT] = LEVELS
/** Long enough for a transfer right after signing in, on a busy machine too. */
const MAX_AGE_SECONDS = 12

describe('step-up authentication (RFC 9470), with the demo app and a browser', function () {
  let server: RunningServer
  let person: Person
  const ends: (() => Promise<unknown>)[] = []

  before(async () => {
    server = await startServer({ store: 'sqlite' })
    ends.push(() => server.stop())
    person = await server.createAccount({ name: 'Sample Person' })
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
  })

  async function open(acrValues: readonly string[]): Promise<{ app: DemoApp } & OpenBrowser> {
    const app = await startExamples(server, { transfers: { maxAgeSeconds: MAX_AGE_SECONDS, acrValues } })
    ends.push(() => app.stop())
    const opened = await openBrowser()
    ends.push(() => opened.context.close())
    await opened.page.goto(app.publicUrl)
    await opened.page.getByRole('button', { name: 'Sign in', exact: true }).click()
    return { app, ...opened }
  }
  const press = ({ page }: OpenBrowser, name: string) =>
    page.getByRole('button', { name, exact: true }).click()
  async function signIn(browser: OpenBrowser) {
    const email = browser.page.getByLabel('Email')
    if (await email.isEditable()) await email.fill(person.email)
    await browser.page.getByLabel('Password').fill(person.password)
    await press(browser, 'Sign in')
  }

  it('asks for the password again when the sign-in is too old for what is wanted, and then goes on', async () => {
    const browser = await open([PASSWORD_LEVEL])
    const { page, app, complaints } = browser
    await signIn(browser)
    await press(browser, 'Allow')
    await page.waitForURL(`${app.publicUrl}/`)
    await new Promise((resolve) => setTimeout(resolve, (MAX_AGE_SECONDS + 1.5) * 1000))
    await press(browser, 'Call the resource server')
    expect(await page.textContent('body'), 'a look is not worth a sign-in').to.contain('"balance": 100')
    await press(browser, 'Transfer')
    await page.getByLabel('Password').waitFor()
    const asked = new URL(page.url())
    expect(asked.origin).to.equal(server.issuer)
    await signIn(browser)
    await page.waitForURL(`${app.publicUrl}/`)
    expect(await page.textContent('body')).to.contain(PASSWORD_LEVEL)
    await press(browser, 'Transfer')
    await page.waitForURL(`${app.publicUrl}/`)
    expect(await page.textContent('body')).to.contain('The resource server says (200)')
    expect(complaints).to.eql([])
  })

  it('ends at the app, with words, when the person sets up nothing strong enough', async () => {
    const browser = await open([PHISHING_RESISTANT])
    const { page, app } = browser
    await signIn(browser)
    await press(browser, 'Allow')
    await page.waitForURL(`${app.publicUrl}/`)
    await press(browser, 'Transfer')
    await page.getByRole('heading', { name: 'Add a passkey' }).waitFor()
    await press(browser, 'Not now')
    await page.waitForURL(`${app.publicUrl}/`)
    expect(await page.textContent('body')).to.contain('unmet_authentication_requirements')
  })

  it('is asked for by a challenge and by nothing else', () => {
    const answer = (status: number, challenge: string) => ({
      status,
      headers: new Headers({ 'WWW-Authenticate': challenge }),
    })
    const error = 'error="insufficient_user_authentication"'
    expect(stepUpOf(answer(401, `Bearer ${error}, max_age="5", acr_values="a b"`))).to.eql({
      max_age: '5',
      acr_values: 'a b',
    })
    expect(stepUpOf(answer(401, `Bearer ${error}`))).to.eql({})
    expect(stepUpOf(answer(401, 'Bearer error="invalid_token", max_age="5"'))).to.equal(undefined)
    expect(stepUpOf(answer(200, `Bearer ${error}`))).to.equal(undefined)
  })
})
