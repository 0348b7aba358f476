import { expect } from 'chai'
import { startRelyingParty } from '../support/relying-party.ts'
import { loseShortLivedState } from './lost-state.ts'
import { backAt, heading, passThrough, press, signInAtApp, signInHere, tokensOf } from './steps.ts'
import { inBothSettings } from './world.ts'

inBothSettings('Consent', (world) => {
  it('is asked once: the next sign-in, in another browser, needs none', async () => {
    const { server, app, open } = world
    const person = await server.createAccount()
    const first = await open()
    const { subject } = await signInAtApp(first.page, app, person)
    const { page } = await open({ javaScript: false })
    const request = await app.begin()
    await page.goto(request.url)
    await signInHere(page, person)
    expect((await tokensOf(app, request, await backAt(page, app, request))).subject).to.equal(subject)
  })

  it('survives the loss of all short-lived state, which only costs a sign-in', async () => {
    const { server, app, open } = world
    const person = await server.createAccount()
    const { page } = await open()
    const before = await signInAtApp(page, app, person)
    await loseShortLivedState(world.server)
    expect(await app.introspect(before.access_token)).to.eql({ active: false })

    const request = await app.begin()
    await page.goto(request.url)
    expect(await heading(page)).to.equal('Sign in')
    await signInHere(page, person)
    const after = await tokensOf(app, request, await backAt(page, app, request))
    expect((await app.introspect(after.access_token)).active).to.equal(true)
  })

  it('is asked again for what was not allowed before, and only then', async () => {
    const { server, open } = world
    const person = await server.createAccount()
    const app = await startRelyingParty(server, { scope: 'openid' })
    const { page } = await open()
    await signInAtApp(page, app, person)
    await passThrough(page, app)

    const request = await app.begin({ scope: 'openid email' })
    await page.goto(request.url)
    expect(await page.locator('main').innerText()).to.contain('See your email')
    await press(page, 'Allow')
    const tokens = await tokensOf(app, request, await backAt(page, app, request))
    expect(await app.userinfo(tokens.access_token, tokens.subject)).to.include({ email: person.email })
    await passThrough(page, app, { scope: 'openid email' })
    await app.stop()
  })

  it('can be refused: the app gets an error, and may ask again', async () => {
    const { server, app, open } = world
    const person = await server.createAccount()
    const { page } = await open()
    for (const firstTime of [true, false]) {
      const request = await app.begin()
      await page.goto(request.url)
      if (firstTime) await signInHere(page, person)
      await press(page, 'Don’t allow')
      const returned = await backAt(page, app, request)
      expect(returned.searchParams.get('error'), `first time: ${firstTime}`).to.equal('access_denied')
      expect(returned.searchParams.get('iss'), `first time: ${firstTime}`).to.equal(server.issuer)
      expect(returned.searchParams.get('code'), `first time: ${firstTime}`).to.equal(null)
    }
  })

  it('is not reached when the person goes back from the sign-in page', async () => {
    const { app, open } = world
    const { page } = await open({ javaScript: false })
    const request = await app.begin()
    await page.goto(request.url)
    await press(page, 'Back to Reading List')
    const returned = await backAt(page, app, request)
    expect(returned.searchParams.get('error')).to.equal('access_denied')
  })

  it('is taken back on the account page: the app’s tokens die and it has to ask again [S-2.36]', async () => {
    const { server, app, otherApp, open } = world
    const person = await server.createAccount()
    const { page } = await open()
    const tokens = await signInAtApp(page, app, person)
    const request = await otherApp.begin()
    await page.goto(request.url)
    await press(page, 'Allow')
    const others = await tokensOf(otherApp, request, await backAt(page, otherApp, request))

    await page.goto(`${server.issuer}/account/apps`)
    await press(page, 'Remove access of Reading List')
    expect(await page.locator('main').innerText()).to.contain('The app can no longer access your account')
    expect(await page.getByRole('listitem').filter({ hasText: 'Reading List' }).count()).to.equal(0)
    expect(await app.introspect(tokens.access_token)).to.eql({ active: false })
    expect((await otherApp.introspect(others.access_token)).active).to.equal(true)

    const again = await app.begin()
    await page.goto(again.url)
    expect(await heading(page)).to.equal('Reading List asks for access')
  })
})
