import { expect } from 'chai'
import type { BrowserContext, Page } from 'playwright-core'
import { browserOverrides } from '../../seeds/conformance-browser.ts'
import { openBrowser } from '../support/browser.ts'
import { CALLBACK, openSuite, play } from './suite.ts'
import type { Played, Suite } from './suite.ts'

type Command = [verb: string, by: string, selector: string, ...rest: unknown[]]
type Task = { task: string; match: string; optional?: boolean; commands?: Command[] }
type Entry = { match: string; tasks: Task[] }

describe('what the suite’s browser does', function () {
  let suite: Suite
  let app: Played
  let context: BrowserContext
  let page: Page
  let callbacks: string[] = []
  before(async () => {
    suite = await openSuite()
    app = play(suite, suite.configuration('oidcc-basic-certification-test-plan').client)
    ;({ context } = await openBrowser())
    // No suite runs here: the test only checks that the browser is sent to it.
    context.on('request', (request) => {
      if (request.url().startsWith(CALLBACK)) callbacks.push(request.url())
    })
  })
  after(async () => {
    await context.close()
    await suite.stop()
  })

  function ignoreTheSuite(error: unknown): void {
    if (callbacks.length === 0) throw error
  }

  const fits = (pattern: string, address: string) =>
    new RegExp(`^${pattern.replaceAll(/[.?+^$(){}|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(address)

  /** Does the tasks of the entry that fits the address, one after the other, as the suite does. */
  async function follow(entries: Entry[], address: string): Promise<void> {
    callbacks = []
    page = await context.newPage()
    await page.goto(address).catch(ignoreTheSuite)
    const entry = entries.find(({ match }) => fits(match, address))
    if (!entry) throw new Error(`nothing fits ${address}`)
    for (const { task, match, optional, commands = [] } of entry.tasks)
      if (fits(match, page.url())) for (const command of commands) await run(command)
      else if (!optional) throw new Error(`${task}: at ${page.url()}`)
  }

  async function run([verb, by, selector, ...rest]: Command): Promise<void> {
    const found = page.locator(by === 'id' ? `#${selector}` : by === 'xpath' ? `xpath=${selector}` : selector)
    if (verb === 'wait') {
      const words = typeof rest[1] === 'string' ? found.filter({ hasText: new RegExp(rest[1]) }) : found
      return words.first().waitFor({ state: 'attached' })
    }
    // The last word makes a command one that may find nothing.
    if (rest.at(-1) === 'optional' && (await found.count()) === 0) return
    if (verb === 'text') return found.fill(String(rest[0]))
    // The suite's browser goes on when the next page is there.
    await Promise.all([page.waitForEvent('framenavigated'), found.click()])
    await page.waitForLoadState()
  }

  const tasks = () => suite.seeded.plans[0]?.configuration['browser'] as Entry[]
  const overrides = () => browserOverrides(suite.issuer, 'account-server', suite.account)
  const browserOf = (name: string) => (overrides()[name]?.browser ?? []) as Entry[]
  const at = (path: string) => `${suite.issuer}${path}`

  it('signs in, allows, and ends at the suite; later goes straight through', async () => {
    await follow(tasks(), at(app.request({ prompt: 'consent' }).path))
    expect(callbacks.join()).to.contain(`${CALLBACK}?code=`)
    await follow(tasks(), at(app.request().path))
    expect(callbacks.join()).to.contain(`${CALLBACK}?code=`)
  })

  it('photographs the second sign-in, and signs in again', async () => {
    await follow(browserOf('oidcc-prompt-login'), at(app.request({ prompt: 'login' }).path))
    expect(callbacks.join()).to.contain(`${CALLBACK}?code=`)
  })

  it('finds the error page where a redirect is not registered', async () => {
    await follow(
      browserOf('oidcc-ensure-registered-redirect-uri'),
      at(app.request({ redirect_uri: `${CALLBACK}/other` }).path),
    )
    expect(new URL(page.url()).origin).to.equal(suite.issuer)
  })

  const FAPI = 'fapi2-security-profile-final'
  it(`goes back to the app: ${FAPI}-user-rejects-authentication`, async () => {
    await context.clearCookies()
    await follow(browserOf(`${FAPI}-user-rejects-authentication`), at(app.request().path))
    expect(callbacks.join()).to.contain(`${CALLBACK}?error=access_denied`)
  })

  it(`looks at the sign-in page once, and then fills it in: ${FAPI}-par-ensure-reused-request-uri-prior-to-auth-completion-succeeds`, async () => {
    await context.clearCookies()
    const [first, ...then] = browserOf(
      `${FAPI}-par-ensure-reused-request-uri-prior-to-auth-completion-succeeds`,
    )
    const { path } = app.request()
    expect(first).to.include({ 'match-limit': 1 })
    await follow(first ? [first] : [], at(path))
    expect(callbacks).to.eql([])
    await follow(then, at(path))
    expect(callbacks.join()).to.contain(`${CALLBACK}?code=`)
  })

  for (const [name, of] of [
    ['oidcc-registration-policy-uri', 'policy_uri'],
    ['oidcc-registration-tos-uri', 'tos_uri'],
  ] as const)
    it(`photographs the page that names what the app registered: ${name}`, async () => {
      const client = await suite.createClient({
        require_pkce: false,
        redirect_uris: [CALLBACK],
        [of]: 'https://suite.example/page',
      })
      const asking = play(suite, { ...client, scope: 'openid' })
      await follow(browserOf(name), at(asking.request({ prompt: 'consent' }).path))
      expect(await page.locator('a[href="https://suite.example/page"]').count()).to.equal(1)
    })

  const AFTER = CALLBACK.replace('callback', 'post_logout_redirect')
  const SIGN_OUTS: Record<string, (hint: string) => Record<string, string>> = {
    'bad-post-logout-redirect-uri': (hint) => ({
      id_token_hint: hint,
      post_logout_redirect_uri: `${AFTER}/x`,
    }),
    'query-added-to-post-logout-redirect-uri': (hint) => ({
      id_token_hint: hint,
      post_logout_redirect_uri: `${AFTER}?foo=bar`,
    }),
    'modified-id-token-hint': (hint) => ({ id_token_hint: `${hint.slice(0, -9)}AAAAAAAAA` }),
    'bad-id-token-hint': () => ({ id_token_hint: 'not a token', post_logout_redirect_uri: AFTER }),
    'no-id-token-hint': () => ({ post_logout_redirect_uri: AFTER, state: 's' }),
    'no-params': () => ({}),
    'only-state': () => ({ state: 's' }),
    'no-post-logout-redirect-uri': (hint) => ({ id_token_hint: hint, state: 's' }),
  }
  for (const [name, asked] of Object.entries(SIGN_OUTS))
    it(`photographs how signing out ends: oidcc-rp-initiated-logout-${name}`, async () => {
      const browser = browserOf(`oidcc-rp-initiated-logout-${name}`)
      const rp = suite.configuration('oidcc-rp-initiated-logout-certification-test-plan').client
      app = play(suite, rp)
      await follow(browser, at(app.request().path))
      const code = new URL(callbacks[0] ?? '').searchParams.get('code') ?? ''
      const { id_token: hint } = (await app.redeem(code)).json() as { id_token: string }
      await follow(browser, at(`/oauth/logout?${new URLSearchParams(asked(hint))}`))
      expect(new URL(page.url()).origin).to.equal(suite.issuer)
    })

  it('signs out', async () => {
    await follow(tasks(), at('/oauth/logout'))
    expect(await page.locator('h1').textContent()).to.match(/signed out/i)
  })
})
