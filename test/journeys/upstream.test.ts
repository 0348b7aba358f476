import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { startOAuth2StandIn } from '../support/oauth2-stand-in.ts'
import type { OAuth2StandIn, StandInPerson } from '../support/oauth2-stand-in.ts'
import { findAccountById } from '../../src/accounts/account.ts'
import { addUpstream } from '../../src/upstreams/upstream-changes.ts'
import { backAt, heading, press, tokensOf } from './steps.ts'
import { inService } from './world.ts'

inService('Signing in with another provider', (world) => {
  let provider: OAuth2StandIn
  let made = 0

  before(async () => {
    provider = await startOAuth2StandIn()
  })
  after(() => provider.stop())

  async function offered(page: Page, url: string): Promise<string> {
    const label = `Provider ${(made += 1)}`
    const input = { id: `journey-${made}`, label, ...provider.definition }
    await addUpstream(world.server.parts, input, { actor: 'cli' })
    const button = page.getByRole('button', { name: `Continue with ${label}`, exact: true })
    await expectSoon(async () => {
      await page.goto(url)
      return (await button.count()) > 0
    })
    return label
  }
  async function expectSoon(holds: () => Promise<boolean>): Promise<void> {
    const until = Date.now() + 60_000
    while (!(await holds())) if (Date.now() > until) throw new Error('waited in vain for the button')
  }
  const somebody = (): StandInPerson => {
    const email = `journey-${made}-${Date.now()}@example.org`
    return { id: Date.now() + made, login: 'ada', emails: [{ email, primary: true, verified: true }] }
  }
  /** The provider has no pages: the browser is stopped on its way there. */
  async function leave(page: Page, label: string): Promise<string> {
    const arrives = (url: URL) => url.href.startsWith(`${provider.origin}/authorize`)
    const left = page.url()
    await page.route(`${provider.origin}/**`, (route) => route.fulfill({ status: 200, body: 'signing in' }))
    await press(page, `Continue with ${label}`)
    await page.waitForURL((url) => arrives(url) && url.href !== left)
    return page.url()
  }

  it('goes there and back to the app, also after a refusal, a reload and the button Back', async () => {
    const request = await world.app.begin()
    const { page } = await world.open({ javaScript: false })
    const label = await offered(page, request.url)
    const first = await leave(page, label)
    await page.goto(provider.refuse(first).href)
    expect(await heading(page)).to.equal('Sign in')
    expect(await page.locator('main').innerText()).to.contain(`You cancelled signing in with ${label}.`)
    await page.reload()
    expect(await page.locator('main').innerText()).not.to.contain('You cancelled')
    await leave(page, label)
    await page.goBack()
    expect(await heading(page)).to.equal('Sign in')
    const second = await leave(page, label)
    await page.goto(provider.signIn(second, somebody()).href)
    await press(page, 'Allow')
    const { subject } = await tokensOf(world.app, request, await backAt(page, world.app, request))
    const account = await findAccountById(world.server.parts.db, subject)
    expect(account).to.include({ passwordHash: null })
  })
})
