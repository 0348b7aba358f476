import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { LEVELS } from '../../src/accounts/levels.ts'
import { authenticator, secretOn } from '../factors/authenticator.ts'
import { startForger } from '../upstreams/forger.ts'
import type { Forger } from '../upstreams/forger.ts'
import { answered, leave, offered } from './other-provider.ts'
import { backAt, heading, press, tokensOf } from './steps.ts'
import { inBothSettings } from './world.ts'

/** Asks for the methods in the ID token (OpenID Connect Core §5.5). */
const METHODS = JSON.stringify({ id_token: { amr: null } })
const STRONG = 'urn:example:two-steps'

inBothSettings('An app that asks for a second factor of somebody from another provider', (world) => {
  let forger: Forger
  let count = 0

  before(async () => {
    forger = await startForger()
  })
  after(() => forger.stop())

  /** Opens the app's request, and comes back from the provider with these claims. */
  async function arrive(page: Page, claims: Record<string, unknown>) {
    const request = await world.app.begin({ acr_values: LEVELS[1], claims: METHODS })
    const label = await offered(world.server, page, request.url, {
      issuer: forger.issuer,
      client_id: 'here',
      trust_mfa: true,
      mfa_levels: [STRONG],
    })
    const address = await leave(page, forger.issuer, `Continue with ${label}`)
    count += 1
    const sub = `${Date.now()}-${count}`
    const email = `levels-${sub}@example.org`
    await page.goto(answered(forger, address, { sub, email, email_verified: true, ...claims }))
    return request
  }

  for (const [what, claims] of Object.entries({
    'a level that is mapped': { acr: STRONG },
    'the method mfa': { amr: ['pwd', 'mfa'] },
  }))
    it(`gets the level from ${what}, up to its ID token`, async () => {
      const { page } = await world.open({ javaScript: false })
      const request = await arrive(page, claims)
      await press(page, 'Allow')
      const returned = await backAt(page, world.app, request)
      const tokens = await tokensOf(world.app, request, returned)
      expect(tokens.claims).to.deep.include({ acr: LEVELS[1] })
      expect(tokens.claims['amr']).to.include.members(['fed', 'mfa'])
    })

  it('gets it by a factor here where the level of the provider is not mapped', async () => {
    const { page } = await world.open({ javaScript: false })
    const request = await arrive(page, { acr: 'urn:example:one-step', amr: ['pwd'] })
    expect(await heading(page)).to.match(/Set up|authenticator|second/i)
    expect(await page.locator('main').innerText()).to.contain('Reading List')
    const app = authenticator(secretOn(await page.content()))
    await page.getByLabel('Code from the app').fill(app.codeAt(Date.now()))
    await press(page, 'Turn on two-step sign-in')
    await page.getByRole('button', { name: /Continue|saved/ }).click()
    await press(page, 'Allow')
    const tokens = await tokensOf(world.app, request, await backAt(page, world.app, request))
    expect(tokens.claims).to.deep.include({ acr: LEVELS[1] })
    expect(tokens.claims['amr']).to.include.members(['fed', 'otp', 'mfa'])
  })
})
