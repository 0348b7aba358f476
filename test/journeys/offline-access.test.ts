import { expect } from 'chai'
import type { Page } from 'playwright-core'
import {
  backAt,
  heading,
  passThrough,
  press,
  signInAtApp,
  signInHere,
  signInToAccount,
  tokensOf,
} from './steps.ts'
import { inService } from './world.ts'

const STAY = 'Stay connected when you’re not there'
const ENDS = 'Ends after 30 days without use, after 1 year at the latest, or when you remove it.'
const OFFLINE = { scope: 'openid email offline_access' }

inService('Offline access', (world) => {
  const words = async (page: Page) => (await page.locator('main').innerText()).replace(/\s+/g, ' ')

  for (const javaScript of [true, false])
    it(`is allowed once, and kept on the list of apps, ${javaScript ? 'with' : 'without'} scripts`, async () => {
      const { server, app, open } = world
      const person = await server.createAccount()
      const { page } = await open({ javaScript })
      const request = await app.begin(OFFLINE)
      await page.goto(request.url)
      await signInHere(page, person)
      expect(await words(page))
        .to.contain(STAY)
        .and.to.contain(ENDS)
      await press(page, 'Allow')
      const tokens = await tokensOf(app, request, await backAt(page, app, request))
      expect((await app.refresh(tokens.refresh_token!)).access_token).to.be.a('string')
      expect((await passThrough(page, app, OFFLINE)).refresh_token).to.be.a('string')

      await page.goto(`${server.issuer}/account/apps`)
      expect(await words(page))
        .to.contain(STAY)
        .and.to.contain(ENDS)
      await press(page, 'Remove access of Reading List')
      const refused = await app.refresh(tokens.refresh_token!).catch((error: Error) => error)
      expect(refused).to.include({ error: 'invalid_grant' })
    })

  it('is not said to last where it was not asked for', async () => {
    const { server, app, open } = world
    const person = await server.createAccount()
    const { page } = await open({ device: 'phone' })
    const request = await app.begin()
    await page.goto(request.url)
    await signInHere(page, person)
    expect(await words(page))
      .to.contain('It ends when you sign out.')
      .and.not.to.contain(STAY)
    await press(page, 'Allow')
    await backAt(page, app, request)
    await page.goto(`${server.issuer}/account/apps`)
    expect(await words(page))
      .to.contain('Ends when you sign out.')
      .and.not.to.contain(ENDS)
  })

  it('is asked for when the app was allowed the rest before', async () => {
    const { server, app, open } = world
    const { page } = await open()
    await signInAtApp(page, app, await server.createAccount(), { scope: 'openid email' })
    const request = await app.begin(OFFLINE)
    await page.goto(request.url)
    expect(await words(page)).to.contain(STAY)
    await press(page, 'Allow')
    expect((await tokensOf(app, request, await backAt(page, app, request))).refresh_token).to.be.a('string')
  })

  it('is given to each of two tabs that ask for it at once [S-1.64]', async () => {
    const { server, app, open } = world
    const { page, context } = await open()
    await signInToAccount(page, server.issuer, await server.createAccount())
    const other = await context.newPage()
    const [one, two] = [await app.begin(OFFLINE), await app.begin(OFFLINE)]
    await page.goto(one.url)
    await other.goto(two.url)
    for (const [which, tab] of Object.entries({ page, other }))
      expect(await words(tab), which).to.contain(STAY)
    const tokens = []
    for (const [tab, request] of [[other, two] as const, [page, one] as const]) {
      await press(tab, 'Allow')
      tokens.push(await tokensOf(app, request, await backAt(tab, app, request)))
    }
    for (const { refresh_token: token } of tokens)
      expect((await app.refresh(token!)).access_token, token).to.be.a('string')
  })

  it('survives a reload of the page, and going back after the answer', async () => {
    const { server, app, open } = world
    const { page } = await open()
    await signInToAccount(page, server.issuer, await server.createAccount())
    const request = await app.begin(OFFLINE)
    await page.goto(request.url)
    await page.reload()
    expect(await words(page))
      .to.contain(STAY)
      .and.to.contain(ENDS)
    await press(page, 'Allow')
    const tokens = await tokensOf(app, request, await backAt(page, app, request))
    await page.goBack()
    await page.waitForLoadState()
    // The answered page leads to the app again, or asks nothing that was allowed: the token stays good in any case.
    expect((await app.refresh(tokens.refresh_token!)).access_token).to.be.a('string')
    expect((await passThrough(page, app, OFFLINE)).refresh_token).to.be.a('string')
  })

  it('can be refused with the rest, and be allowed the next time', async () => {
    const { server, app, open } = world
    const { page } = await open({ javaScript: false })
    await signInToAccount(page, server.issuer, await server.createAccount())
    const request = await app.begin(OFFLINE)
    await page.goto(request.url)
    await press(page, 'Don’t allow')
    expect((await backAt(page, app, request)).searchParams.get('error')).to.equal('access_denied')
    const again = await app.begin(OFFLINE)
    await page.goto(again.url)
    expect(await heading(page)).to.equal('Reading List asks for access')
    await press(page, 'Allow')
    expect((await tokensOf(app, again, await backAt(page, app, again))).refresh_token).to.be.a('string')
  })
})
