import { expect } from 'chai'
import { startRelyingParty } from '../support/relying-party.ts'
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

inService('One sign-in for all apps', (world) => {
  it('leads into a second app with its consent alone, and then without any page', async () => {
    const { server, app, otherApp, open } = world
    const person = await server.createAccount()
    const { page } = await open()
    const first = await signInAtApp(page, app, person)
    const request = await otherApp.begin()
    await page.goto(request.url)
    expect(await heading(page)).to.equal('Photo Album asks for access')
    await press(page, 'Allow')
    const second = await tokensOf(otherApp, request, await backAt(page, otherApp, request))
    expect(second.subject).to.equal(first.subject)
    expect((await passThrough(page, app)).subject).to.equal(first.subject)
    expect((await passThrough(page, otherApp)).subject).to.equal(first.subject)
  })

  it('begins on the own account page as well', async () => {
    const { server, app, open } = world
    const person = await server.createAccount()
    const { page } = await open({ javaScript: false })
    await signInToAccount(page, server.issuer, person)
    const request = await app.begin()
    await page.goto(request.url)
    expect(await page.locator('main').innerText()).to.contain(person.email)
    await press(page, 'Allow')
    const tokens = await tokensOf(app, request, await backAt(page, app, request))
    expect(tokens.subject).to.equal(person.account.id)
  })

  it('asks nothing of our own apps but the sign-in', async () => {
    const { server, open } = world
    const person = await server.createAccount()
    const own = await startRelyingParty(server, { client: { client_name: 'Own App', first_party: true } })
    const { page } = await open()
    const request = await own.begin()
    await page.goto(request.url)
    await signInHere(page, person)
    const tokens = await tokensOf(own, request, await backAt(page, own, request))
    expect((await own.refresh(tokens.refresh_token!)).access_token).to.be.a('string')
    await own.stop()
  })

  it('ends the access of the first person when another one signs in', async () => {
    const { server, app, open } = world
    const [first, second] = [await server.createAccount(), await server.createAccount()]
    const { page } = await open()
    const firsts = await signInAtApp(page, app, first)

    const seconds = await signInAtApp(page, app, second, { prompt: 'login' })
    expect(firsts.subject).to.equal(first.account.id)
    expect(seconds.subject).to.equal(second.account.id)
    expect(await app.introspect(firsts.access_token)).to.eql({ active: false })
    expect((await app.introspect(seconds.access_token)).active).to.equal(true)
    await page.goto(`${server.issuer}/account`)
    expect(await page.locator('main').innerText()).to.contain(second.email)
  })

  it('is confirmed again by the same person where the app asks for it, and nothing ends', async () => {
    const { server, app, open } = world
    const person = await server.createAccount()
    const { page } = await open()
    const before = await signInAtApp(page, app, person)
    const reasons: Record<string, string>[] = [{ prompt: 'login' }, { max_age: '0' }]
    for (const parameters of reasons) {
      const request = await app.begin(parameters)
      await page.goto(request.url)
      expect(await heading(page), JSON.stringify(parameters)).to.equal('Sign in')
      await signInHere(page, person)
      const returned = await backAt(page, app, request)
      const tokens = await app.finish(request, returned, { checks: { maxAge: 60 } })
      expect(tokens.claims()?.sub, JSON.stringify(parameters)).to.equal(before.subject)
    }
    expect((await app.introspect(before.access_token)).active).to.equal(true)
    await passThrough(page, app, { max_age: '600' })
  })

  it('is not begun where the app forbids every page', async () => {
    const { server, app, open } = world
    const person = await server.createAccount()
    const { page } = await open()
    const early = await app.begin({ prompt: 'none' })
    await page.goto(early.url)
    const returned = await backAt(page, app, early)
    expect(returned.searchParams.get('error')).to.equal('login_required')

    await signInToAccount(page, server.issuer, person)
    const unallowed = await app.begin({ prompt: 'none' })
    await page.goto(unallowed.url)
    const answer = await backAt(page, app, unallowed)
    expect(answer.searchParams.get('error')).to.equal('consent_required')

    const request = await app.begin()
    await page.goto(request.url)
    await press(page, 'Allow')
    await backAt(page, app, request)
    await passThrough(page, app, { prompt: 'none' })
  })

  it('starts with the address that the app suggests', async () => {
    const { server, app, open } = world
    const person = await server.createAccount()
    const { page } = await open()
    const request = await app.begin({ login_hint: person.email })
    await page.goto(request.url)
    expect(await page.getByLabel('Email').inputValue()).to.equal(person.email)
    await page.locator('input[name="password"]:focus').waitFor()
    await page.keyboard.type(person.password)
    await page.keyboard.press('Enter')
    await press(page, 'Allow')
    await backAt(page, app, request)
  })
})
