import { expect } from 'chai'
import type { BrowserContext, Page } from 'playwright-core'
import { openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { openBrowser } from '../support/browser.ts'
import type { BrowserOptions, OpenBrowser } from '../support/browser.ts'
import type { Person } from '../support/running-server.ts'
import { heading, press, signInHere } from './steps.ts'

/** Of a /48; the settings say it for a /64, and a /48 has four times as much. */
const [BEFORE_CHALLENGE, LIMIT] = [8, 12]
const WRONG = 'no such password at all'

for (const store of ['sqlite', 'mariadb+redis'] as const)
  describe(`Failed sign-ins from many /64 of one IPv6 /48, on ${store}`, () => {
    let stage: Stage
    let site: string
    let sites = 0
    let parts = 0
    const opened: OpenBrowser[] = []

    before(async () => {
      stage = await openStage({
        store,
        env: {
          ACCOUNT_SERVER_NETWORK_FAILURES_BEFORE_CHALLENGE: String(BEFORE_CHALLENGE / 4),
          ACCOUNT_SERVER_NETWORK_FAILURES_LIMIT: String(LIMIT / 4),
          ACCOUNT_SERVER_CHALLENGE_BITS: '4',
        },
      })
    })
    after(() => stage.stop())
    beforeEach(() => {
      site = `2001:db8:${(sites += 1).toString(16)}`
    })
    afterEach(async () => {
      const browsers = opened.splice(0)
      await Promise.all(browsers.map(({ context }) => context.close()))
      expect(browsers.flatMap(({ complaints }) => complaints)).to.eql([])
    })

    /** An address in a /64 of its own. */
    const anyPart = () => `${site}:${(parts += 1).toString(16)}::7`
    const moveTo = (context: BrowserContext, address: string) =>
      context.setExtraHTTPHeaders({ 'x-forwarded-for': address })
    async function open(address: string, options?: BrowserOptions) {
      const browser = await openBrowser(options)
      opened.push(browser)
      await moveTo(browser.context, address)
      return browser
    }
    const signInPage = (page: Page) => page.goto(`${stage.issuer}/sign-in`)
    const challenge = (page: Page) => page.locator('[data-puzzle]')

    async function failUntilChallenge({ email }: Person): Promise<void> {
      for (let n = 0; n < BEFORE_CHALLENGE; n += 1) {
        const login = n < 2 ? email : `nobody-${parts}@example.org`
        await stage.visitor({ 'x-forwarded-for': anyPart() }).signIn({ email: login, password: WRONG })
      }
    }

    /** The page says so, and leads back to the form. */
    async function expectPause(page: Page, owner: Person): Promise<void> {
      await signInPage(page)
      await signInHere(page, owner)
      await page.getByRole('heading', { name: 'Too many attempts' }).waitFor()
      expect(await page.locator('main').innerText()).to.match(/Try again in \d+ minutes/)
      await page.getByRole('link', { name: 'Try again' }).click()
      expect(await heading(page)).to.equal('Sign in')
    }

    for (const device of ['phone', 'desktop'] as const)
      it(`lead to the check, then to a pause with its minutes, and the owner elsewhere signs in, on a ${device}`, async () => {
        const owner = await stage.createAccount()
        const { page: known, context: knownContext } = await open(anyPart())
        await signInPage(known)
        await signInHere(known, owner)
        await known.getByRole('link', { name: 'Sign out' }).click()
        await press(known, 'Sign out')
        await failUntilChallenge(owner)

        const { page, context } = await open(anyPart(), { device })
        await signInPage(page)
        expect(await challenge(page).count(), 'a /64 that did nothing yet').to.equal(1)
        for (let n = BEFORE_CHALLENGE; n < LIMIT; n += 1) {
          await moveTo(context, anyPart())
          await signInPage(page)
          await signInHere(page, { ...owner, email: `nobody-${n}@example.org`, password: WRONG })
          await page.getByText('is not right').waitFor()
        }
        await moveTo(context, anyPart())
        const { page: scriptless } = await open(anyPart(), { device, javaScript: false })
        await signInPage(scriptless)
        // A code by mail would not help any more, so the page does not offer it.
        expect(await scriptless.getByRole('link', { name: 'get a code by email' }).count()).to.equal(0)
        expect(await scriptless.locator('main').innerText()).to.match(/in \d+ minutes/)
        for (const one of [page, scriptless]) await expectPause(one, owner)

        await moveTo(knownContext, anyPart())
        await signInPage(known)
        await signInHere(known, owner)
        expect(await heading(known), 'a browser that signed in before').to.equal('Your account')
        const { page: owners } = await open('2001:db8:ffff:1::7', { device })
        await signInPage(owners)
        expect(await challenge(owners).count(), 'another /48').to.equal(0)
        await signInHere(owners, owner)
        expect(await heading(owners)).to.equal('Your account')
      })
  })
