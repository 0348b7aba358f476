import { expect } from 'chai'
import { startOAuth2StandIn } from '../support/oauth2-stand-in.ts'
import type { OAuth2StandIn } from '../support/oauth2-stand-in.ts'
import { findAccountById } from '../../src/accounts/account.ts'
import { leave, offered, somebody } from './other-provider.ts'
import { backAt, heading, press, tokensOf } from './steps.ts'
import { inService } from './world.ts'

inService('Signing in with another provider', (world) => {
  let provider: OAuth2StandIn

  before(async () => {
    provider = await startOAuth2StandIn()
  })
  after(() => provider.stop())

  it('goes there and back to the app, also after a refusal, a reload and the button Back', async () => {
    const request = await world.app.begin()
    const { page } = await world.open({ javaScript: false })
    const label = await offered(world.server, page, request.url, provider.definition)
    const first = await leave(page, provider.origin, `Continue with ${label}`)
    await page.goto(provider.refuse(first).href)
    expect(await heading(page)).to.equal('Sign in')
    expect(await page.locator('main').innerText()).to.contain(`You cancelled signing in with ${label}.`)
    await page.reload()
    expect(await page.locator('main').innerText()).not.to.contain('You cancelled')
    await leave(page, provider.origin, `Continue with ${label}`)
    await page.goBack()
    expect(await heading(page)).to.equal('Sign in')
    const second = await leave(page, provider.origin, `Continue with ${label}`)
    await page.goto(provider.signIn(second, somebody()).href)
    await press(page, 'Allow')
    const { subject } = await tokensOf(world.app, request, await backAt(page, world.app, request))
    const account = await findAccountById(world.server.parts.db, subject)
    expect(account).to.include({ passwordHash: null })
  })
})
