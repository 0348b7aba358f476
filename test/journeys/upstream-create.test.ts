import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { findAccountByEmail, findAccountById } from '../../src/accounts/account.ts'
import { openBrowser } from '../support/browser.ts'
import type { OpenBrowser } from '../support/browser.ts'
import { startOAuth2StandIn } from '../support/oauth2-stand-in.ts'
import type { OAuth2StandIn, StandInPerson } from '../support/oauth2-stand-in.ts'
import { startRelyingParty } from '../support/relying-party.ts'
import type { RelyingParty } from '../support/relying-party.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer, Store } from '../support/running-server.ts'
import { leave, offered, somebody } from './other-provider.ts'
import { backAt, heading, press, signInHere, tokensOf } from './steps.ts'

const STORES: readonly Store[] = ['sqlite', 'mariadb+redis']
const TERMS = {
  ACCOUNT_SERVER_TERMS_VERSION: '2026-11',
  ACCOUNT_SERVER_BRAND_TERMS_URL: 'https://example.org/terms',
}

for (const store of STORES)
  describe(`A first sign-in with another provider, where an account takes terms, on ${store}`, () => {
    let server: RunningServer
    let app: RelyingParty
    let provider: OAuth2StandIn
    const browsers: OpenBrowser[] = []

    before(async () => {
      server = await startServer({ store, env: TERMS })
      app = await startRelyingParty(server, { client: { client_name: 'Reading List' } })
      provider = await startOAuth2StandIn()
    })
    afterEach(async () => {
      const opened = browsers.splice(0)
      await Promise.all(opened.map(({ context }) => context.close()))
      expect(opened.flatMap(({ complaints }) => complaints)).to.eql([])
    })
    after(() => Promise.all([server.stop(), app.stop(), provider.stop()]))

    async function open(javaScript = true): Promise<Page> {
      const browser = await openBrowser({ javaScript })
      browsers.push(browser)
      return browser.page
    }
    const emailOf = ({ emails = [] }: StandInPerson) => emails[0]?.email ?? ''
    const words = (page: Page) => page.locator('main').innerText()
    /** From the app's request to the page that makes the account. */
    async function arrive(page: Page, url: string, person: StandInPerson): Promise<string> {
      const label = await offered(server, page, url, provider.definition)
      const address = await leave(page, provider.origin, `Continue with ${label}`)
      await page.goto(provider.signIn(address, person).href)
      return label
    }

    for (const javaScript of [true, false])
      it(`shows what the account gets, survives reload and Back, and leads to the app, ${javaScript ? 'with' : 'without'} scripts`, async () => {
        const page = await open(javaScript)
        const person = somebody()
        const request = await app.begin()
        const label = await arrive(page, request.url, person)
        expect(await heading(page)).to.equal('Create your account')
        for (const said of [label, emailOf(person), 'Reading List', 'you accept the'])
          expect(await words(page), said).to.contain(said)
        await page.reload()
        expect(await heading(page)).to.equal('Create your account')
        expect(await findAccountByEmail(server.parts.db, emailOf(person)), 'nothing yet').to.equal(undefined)
        await press(page, 'Create account')
        await press(page, 'Allow')
        const { subject } = await tokensOf(app, request, await backAt(page, app, request))
        const account = await findAccountById(server.parts.db, subject)
        expect(account).to.include({ email: emailOf(person), termsVersion: '2026-11', passwordHash: null })
        await page.goBack()
        expect(await heading(page)).not.to.match(/wrong|error/i)
      })

    it('makes no account with terms that are not those of now, says so once, and makes it after that', async () => {
      const page = await open()
      const person = somebody()
      await arrive(page, `${server.issuer}/sign-in`, person)
      // As if the page had been open since before the operator wrote new ones.
      await page.locator('input[name=terms]').evaluate((field) => field.setAttribute('value', '2025-01'))
      await press(page, 'Create account')
      expect(await heading(page)).to.equal('Create your account')
      expect(await words(page)).to.contain('newer version')
      expect(await findAccountByEmail(server.parts.db, emailOf(person))).to.equal(undefined)
      await page.reload()
      expect(await words(page)).not.to.contain('newer version')
      await press(page, 'Create account')
      expect(await heading(page)).to.equal('Your account')
    })

    it('leads away without an account: to the sign-in of the app, which says nothing wrong', async () => {
      const page = await open(false)
      const person = somebody()
      const request = await app.begin()
      await arrive(page, request.url, person)
      await press(page, 'Sign in another way')
      expect(await heading(page)).to.equal('Sign in')
      expect(await words(page)).to.contain('Reading List')
      expect(await findAccountByEmail(server.parts.db, emailOf(person))).to.equal(undefined)
      await page.goto(`${server.issuer}/upstream/create`)
      expect(await heading(page)).to.equal('Sign in')
    })

    it('asks for the account that has the address, and connects it once its owner signed in', async () => {
      const owner = await server.createAccount()
      const page = await open(false)
      const person = somebody(owner.email)
      const request = await app.begin()
      const label = await arrive(page, request.url, person)
      expect(await heading(page)).to.equal('Which account is yours?')
      expect(await words(page))
        .to.contain(owner.email)
        .and.contain('Reading List')
      await page.reload()
      await press(page, 'Sign in to my account')
      expect(await words(page)).to.contain(`Sign in to connect ${label}.`)
      await signInHere(page, owner)
      expect(await heading(page)).to.equal('Connect your accounts?')
      expect(await words(page)).to.contain('Reading List')
      await press(page, 'Connect')
      // An operator made this account, so its owner has not seen the terms.
      await press(page, 'Accept and continue')
      await press(page, 'Allow')
      const { subject } = await tokensOf(app, request, await backAt(page, app, request))
      expect(subject).to.equal(owner.account.id)
    })
  })
