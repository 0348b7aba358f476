import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { openBrowser } from '../../support/browser.ts'
import type { OpenBrowser } from '../../support/browser.ts'
import { linkIn } from '../../support/letter.ts'
import { startRoundRobin } from '../../support/round-robin.ts'
import { startServer } from '../../support/running-server.ts'
import type { Person, RunningServer } from '../../support/running-server.ts'
import { freePort } from '../../support/service-process.ts'
import { heading, press, signInHere } from '../../journeys/steps.ts'
import { startLedgerAt } from './ledger-at-server.ts'
import type { LedgerAtServer } from './ledger-at-server.ts'

const CHOSEN = 'seven bridges over one river'

describe('the page of the ledger, across both services', () => {
  let server: RunningServer
  let ledger: LedgerAtServer
  const opened: OpenBrowser[] = []

  before(async () => {
    server = await startServer({ store: 'sqlite' })
    ledger = await startLedgerAt(server)
  })
  after(async () => {
    await ledger.stop()
    await server.stop()
  })
  afterEach(async () => {
    const browsers = opened.splice(0)
    await Promise.all(browsers.map(({ context }) => context.close()))
    expect(browsers.flatMap(({ complaints }) => complaints)).to.eql([])
  })

  async function open(): Promise<OpenBrowser> {
    const browser = await openBrowser({ javaScript: false, device: 'phone' })
    opened.push(browser)
    return browser
  }

  async function signedIn(
    person?: Person,
    { publicUrl }: { publicUrl: string } = ledger,
  ): Promise<{ page: Page; browser: OpenBrowser; person: Person }> {
    const own = person ?? (await server.createAccount())
    const browser = await open()
    await browser.page.goto(publicUrl)
    await press(browser.page, 'Sign in')
    await signInHere(browser.page, own)
    expect(await heading(browser.page)).to.equal('Your account')
    return { page: browser.page, browser, person: own }
  }

  async function fill(page: Page, to: string, amount: string, note = ''): Promise<void> {
    await page.getByRole('textbox', { name: 'To' }).fill(to)
    await page.getByLabel('Amount').fill(amount)
    await page.getByLabel('Note').fill(note)
  }

  /** Sends the form of the page twice at the same time. Answers the statuses. */
  async function sendTwice(page: Page): Promise<number[]> {
    const form = await page.locator('form[action="/send"]').evaluate((one) => {
      const fields = new FormData(one as HTMLFormElement)
      return Object.fromEntries([...fields.entries()].map(([name, value]) => [name, value as string]))
    })
    const to = new URL('/send', page.url()).href
    const sent = await Promise.all([1, 2].map(() => page.request.post(to, { form })))
    return sent.map((one) => one.status())
  }

  const text = (page: Page) => page.locator('main').innerText()
  const balanceOn = (page: Page) => page.locator('.balance').innerText()

  it('leads from registration to money that another person sees', async () => {
    const ada = await open()
    const email = `ada-${server.parts.clock()}@example.org`
    await ada.page.goto(`${server.issuer}/register`)
    await ada.page.getByLabel('Your name').fill('Ada')
    await ada.page.getByLabel('Email').fill(email)
    await ada.page.getByLabel('Password').fill(CHOSEN)
    await press(ada.page, 'Create account')
    await ada.page.goto(linkIn(await server.waitForMail(email), '/activate'))
    expect(await heading(ada.page)).to.equal('Your account')

    const bob = await signedIn()
    await ada.page.goto(ledger.publicUrl)
    await press(ada.page, 'Sign in')
    if ((await heading(ada.page)) === 'Sign in') await signInHere(ada.page, { email, password: CHOSEN })
    expect(await balanceOn(ada.page)).to.equal('€100.00')
    await fill(ada.page, bob.person.email.toUpperCase(), '12,50', 'for the <b>book</b>')
    await press(ada.page, 'Send')
    expect(await text(ada.page)).to.contain('You sent €12.50 to')
    expect(await balanceOn(ada.page)).to.equal('€87.50')

    await bob.page.reload()
    expect(await balanceOn(bob.page)).to.equal('€112.50')
    const history = await bob.page.locator('.rows').innerText()
    expect(history).to.contain(`From ${email}`)
    expect(history).to.contain('for the <b>book</b>')
    expect(history).to.contain('+€12.50')
    expect(history).to.contain('Starting balance')
  })

  it('sends once when the button is pressed twice, and after a reload', async () => {
    const { page } = await signedIn()
    const { person: other } = await signedIn()
    await fill(page, other.email, '1')
    expect(await sendTwice(page)).to.eql([200, 200])
    await page.goto(ledger.publicUrl)
    expect(await balanceOn(page)).to.equal('€99.00')
    await fill(page, other.email, '2')
    await press(page, 'Send')
    await page.getByText('You sent €2.00').waitFor()
    await page.reload()
    expect(await balanceOn(page)).to.equal('€97.00')
    await page.goBack()
    await fill(page, other.email, '3')
    await press(page, 'Send')
    expect(await balanceOn(page)).to.equal('€94.00')
  })

  it('says in words what it refuses, and keeps what was typed', async () => {
    const { page, person } = await signedIn()
    const { person: other } = await signedIn()
    const cases = [
      ['nobody@example.org', '1', 'Nobody is registered as “nobody@example.org”. Check the spelling.'],
      ['not an address', '1', 'Nobody is registered as “not an address”. Check the spelling.'],
      [person.email, '1', 'This is you. Choose somebody else as the recipient.'],
      [other.email, '100.01', 'You have €100.00. Choose a smaller amount.'],
      [other.email, '0', 'The amount must be more than zero.'],
      [other.email, '-5', 'The amount must be more than zero.'],
      [other.email, 'ten', 'Type an amount, such as 12.50.'],
      [other.email, '1.005', 'Type an amount, such as 12.50.'],
      [other.email, '1e3', 'Type an amount, such as 12.50.'],
      [other.email, '1,000.00', 'Type an amount, such as 12.50.'],
      [other.email, '٣', 'Type an amount, such as 12.50.'],
      [other.email, '-0', 'The amount must be more than zero.'],
      [other.email, '9007199254740993', 'The amount is too large.'],
      [other.email, '9'.repeat(255), 'The amount is too large.'],
      ['', '1', 'Type the e-mail address or user name of the recipient.'],
    ] as const
    for (const [to, amount, words] of cases) {
      await fill(page, to, amount, 'a note')
      await press(page, 'Send')
      expect(await page.getByRole('alert').innerText(), words).to.equal(words)
      expect(await page.getByLabel('Amount').inputValue(), words).to.equal(amount)
      expect(await page.getByLabel('Note').inputValue(), words).to.equal('a note')
    }
    expect(await balanceOn(page)).to.equal('€100.00')
    await fill(page, other.email, '0,01')
    await press(page, 'Send')
    expect(await balanceOn(page)).to.equal('€99.99')
  })

  it('works in two tabs, and tells a form of an earlier sign-in from the present one', async () => {
    const { page, browser } = await signedIn()
    const { person: other } = await signedIn()
    const tab = await browser.context.newPage()
    await tab.goto(ledger.publicUrl)
    await fill(page, other.email, '1')
    await fill(tab, other.email, '2')
    await press(page, 'Send')
    await press(tab, 'Send')
    expect(await balanceOn(tab)).to.equal('€97.00')

    await fill(page, other.email, '4')
    await press(tab, 'Sign out')
    if ((await heading(tab)).startsWith('Sign out')) await press(tab, 'Sign out')
    await tab.waitForURL(`${ledger.publicUrl}/`)
    await press(page, 'Send')
    expect(await text(page)).to.contain('Your session has ended. Nothing was sent.')
    await press(page, 'Sign in')
    expect(await heading(page)).to.equal('Sign in')
  })

  it('refuses a form from another sign-in and from another site', async () => {
    const { page, person } = await signedIn()
    const { person: other } = await signedIn()
    const form = { csrf: 'f'.repeat(64), key: 'stolen', recipient: other.email, amount: '5', note: '' }
    const answer = await page.request.post(`${ledger.publicUrl}/send`, { form })
    expect(answer.status()).to.equal(403)
    expect(await answer.text()).to.contain('This form was from an earlier sign-in. Nothing was sent.')
    await page.request.post(`${ledger.publicUrl}/sign-out`, { form })
    await page.goto(ledger.publicUrl)
    expect(await text(page)).to.contain(person.email)
    expect(await balanceOn(page)).to.equal('€100.00')
  })

  it('asks to sign in again when the session is over', async () => {
    const { page } = await signedIn()
    const { person: other } = await signedIn()
    await fill(page, other.email, '1')
    ledger.clock.offsetMs += 9 * 3_600_000
    await press(page, 'Send')
    expect(await text(page)).to.contain('Your session has ended. Nothing was sent.')
    ledger.clock.offsetMs = 0
  })

  it('survives a callback that is opened again, forged or refused', async () => {
    const { page } = await open()
    for (const query of ['', '?code=a&state=b', '?error=access_denied&state=x']) {
      await page.goto(`${ledger.publicUrl}/callback${query}`)
      expect(await text(page), query).to.contain('This browser did not begin that sign-in.')
    }
    await press(page, 'Sign in')
    expect(await heading(page)).to.equal('Sign in')
  })

  it('says in words that the account server is away, and that an address is unknown', async () => {
    const away = await startServer({ store: 'sqlite' })
    const own = await startLedgerAt(away)
    await away.stop()
    const { page } = await open()
    await page.goto(own.publicUrl)
    await press(page, 'Sign in')
    expect(await text(page)).to.contain('A service that the ledger needs does not answer.')
    const unknown = await page.goto(`${own.publicUrl}/balances`)
    expect(unknown?.status()).to.equal(404)
    expect(await text(page)).to.contain('There is nothing at this address.')
    const asked = await fetch(`${own.publicUrl}/balances`)
    expect(await asked.json()).to.include({ status: 404, code: 'not_found' })
    await own.stop()
  })

  it('refuses a transfer in words while the account server is away, and sends it once afterwards', async () => {
    const port = await freePort()
    const issuer = `http://localhost:${port}`
    const behind = await startServer({ store: 'sqlite', env: { ACCOUNT_SERVER_ISSUER: issuer } })
    const reach = () => startRoundRobin(port, [Number(new URL(behind.issuer).port)])
    const first = await reach()
    const own = await startLedgerAt(behind, { LEDGER_ISSUER: issuer })
    const { page } = await signedIn(await behind.createAccount(), own)
    const { email } = await behind.createAccount()
    await fill(page, email, '2.50', 'a note')
    const key = await page.locator('[name=key]').inputValue()
    await first.stop()
    await press(page, 'Send')
    expect(await page.getByRole('alert').innerText()).to.equal(
      'A service that the ledger needs does not answer. Press the button again in a moment. It counts once.',
    )
    const typed = ['recipient', 'amount', 'note'].map((name) => page.locator(`[name=${name}]`).inputValue())
    expect(await Promise.all(typed)).to.eql([email, '2.50', 'a note'])
    expect(await page.locator('[name=key]').inputValue(), 'the form counts once').to.equal(key)
    expect(await balanceOn(page)).to.equal('€100.00')
    expect(await text(page)).to.contain('There are no transactions yet.')

    const second = await reach()
    expect(await sendTwice(page)).to.eql([200, 200])
    await press(page, 'Send')
    expect(await text(page)).to.contain(`You had sent €2.50 to ${email} already. It was sent once.`)
    expect(await balanceOn(page)).to.equal('€97.50')
    await own.stop()
    await Promise.all([second.stop(), behind.stop()])
  })

  it('sends strict headers, and no script is on the page', async () => {
    const answer = await fetch(ledger.publicUrl)
    expect(answer.headers.get('content-security-policy')).to.contain("default-src 'none'")
    expect(answer.headers.get('content-security-policy')).to.contain("frame-ancestors 'none'")
    expect(answer.headers.get('cache-control')).to.equal('no-store')
    expect(await answer.text()).to.not.contain('<script')
  })
})
