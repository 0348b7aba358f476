import { expect } from 'chai'
import type { BrowserContext, Page } from 'playwright-core'
import type { Account } from '../../src/accounts/account.ts'
import { issuePuzzle } from '../../src/attempts/puzzle.ts'
import { MINUTE_MS } from '../../src/platform/clock.ts'
import { anyAddress, openStage, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { openBrowser } from '../support/browser.ts'
import type { BrowserOptions, OpenBrowser } from '../support/browser.ts'
import { codeIn } from '../support/letter.ts'
import { heading, press } from './steps.ts'

const BEFORE_CHALLENGE = 3
const NEEDED = 'Too many sign-ins failed on your network.'

describe('Somebody in a network that failed to sign in often', () => {
  let stage: Stage
  let person: Account
  let network: string
  let strangers = 0
  const opened: OpenBrowser[] = []

  before(async () => {
    stage = await openStage({
      store: 'sqlite',
      env: {
        ACCOUNT_SERVER_NETWORK_FAILURES_BEFORE_CHALLENGE: String(BEFORE_CHALLENGE),
        ACCOUNT_SERVER_CHALLENGE_BITS: '4',
        ACCOUNT_SERVER_EMAIL_SIGN_IN: 'true',
      },
    })
  })
  after(() => stage.stop())
  beforeEach(async () => {
    person = await stage.person()
    network = anyAddress()
    for (let n = 0; n < BEFORE_CHALLENGE; n += 1) {
      const email = `nobody${(strangers += 1)}@example.org`
      await stage.visitor({ 'x-forwarded-for': network }).signIn({ email, password: 'wrong' })
    }
  })
  afterEach(async () => {
    const browsers = opened.splice(0)
    await Promise.all(browsers.map(({ context }) => context.close()))
    expect(browsers.flatMap(({ complaints }) => complaints)).to.eql([])
  })

  async function open(options?: BrowserOptions): Promise<{ page: Page; context: BrowserContext }> {
    const browser = await openBrowser(options)
    opened.push(browser)
    await browser.context.setExtraHTTPHeaders({ 'x-forwarded-for': network })
    return browser
  }
  const at = (path: string) => stage.issuer + path
  async function fill(page: Page, password = PASSWORD): Promise<void> {
    await page.getByLabel('Email or username').fill(person.email)
    await page.getByLabel('Password', { exact: true }).fill(password)
  }
  async function signIn(page: Page, password = PASSWORD): Promise<void> {
    await fill(page, password)
    await press(page, 'Sign in')
  }
  const signedIn = (page: Page) => page.waitForURL(at('/account'))

  it('signs in while the browser solves the check, also after a reload and on the page that Back shows', async () => {
    const { page } = await open()
    await page.goto(at('/sign-in'))
    await page.reload()
    await signIn(page, 'wrong')
    await page.getByText('The email or password is not right.').waitFor()
    await page.goto(at('/forgot'))
    await page.getByRole('heading', { name: 'Forgot your password?' }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await signIn(page)
    await signedIn(page)
  })

  it('signs in from two tabs, each with a check of its own', async () => {
    const { page: one, context } = await open()
    const two = await context.newPage()
    for (const tab of [one, two]) {
      await tab.goto(at('/sign-in'))
      await fill(tab)
    }
    await press(one, 'Sign in')
    await signedIn(one)
    await press(two, 'Sign in')
    await signedIn(two)
  })

  it('is asked once more where the check was open for too long, and then signs in', async () => {
    const { page } = await open()
    const { parts } = stage
    const early = { ...parts, clock: () => parts.clock() - 11 * MINUTE_MS }
    await page.route('**/check/puzzle', (route) => route.fulfill({ json: issuePuzzle(early, network) }), {
      times: 1,
    })
    await page.goto(at('/sign-in'))
    await signIn(page)
    await page.getByText(NEEDED).waitFor()
    expect(await page.getByLabel('Email or username').inputValue()).to.equal(person.email)
    await signIn(page)
    await signedIn(page)
  })

  it('gets a code by mail from the button beside the one that signs in', async () => {
    const { page } = await open()
    await page.goto(at('/sign-in'))
    await page.getByLabel('Email or username').fill(person.email)
    await press(page, 'Email me a code')
    await page.waitForURL(/\/sign-in\/email-code/)
    expect(await heading(page)).to.equal('Check your email')
  })

  it('is offered the code where the check cannot be solved', async () => {
    const { page } = await open()
    await page.route('**/check/puzzle', (route) => route.abort())
    await page.goto(at('/sign-in'))
    await signIn(page)
    await page.getByText('Your browser couldn’t solve the check.').waitFor()
    await page.getByRole('link', { name: 'Get a code by email instead' }).click()
    await page.getByRole('heading', { name: 'Get a code by email' }).waitFor()
    opened.at(-1)?.complaints.splice(0)
  })

  it('takes a code by mail without JavaScript, over Back, reload and a second tab', async () => {
    const { page: one, context } = await open({ javaScript: false })
    await one.goto(at('/sign-in'))
    await one.getByRole('link', { name: 'get a code by email' }).click()
    await one.getByLabel('Email or username').fill(person.email)
    await press(one, 'Send code')
    await one.waitForURL(/\/check\/code/)
    await one.reload()
    expect(await heading(one)).to.equal('Check your email')
    await one.goBack()
    await one.getByRole('heading', { name: 'Get a code by email' }).waitFor()
    await one.goForward()
    await one.getByRole('heading', { name: 'Check your email' }).waitFor()
    const code = codeIn(await stage.waitForMail(person.email, /code$/))
    const two = await context.newPage()
    await two.goto(one.url())
    await two.getByLabel('Code').fill('WRONG-CODE')
    await press(two, 'Continue')
    await two.getByText('That’s not the code from the email.').waitFor()
    await two.getByLabel('Code').fill(code)
    await press(two, 'Continue')
    await two.getByText('Thanks, you can go on.').waitFor()
    expect(await two.getByLabel('Email or username').inputValue()).to.equal(person.email)
    await one.goto(at('/sign-in'))
    await signIn(one)
    await signedIn(one)
  })
})
