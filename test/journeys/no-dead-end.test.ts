import { expect } from 'chai'
import { createRestarts } from '../../src/interaction/restart.ts'
import { HOUR_MS } from '../../src/platform/clock.ts'
import type { SignInRequest } from '../support/relying-party.ts'
import { startRelyingParty } from '../support/relying-party.ts'
import { createVisitor } from '../support/visitor.ts'
import type { Visited, Visitor } from '../support/visitor.ts'
import { backAt, heading, press, signInHere, signInToAccount, tokensOf } from './steps.ts'
import { inService } from './world.ts'

inService('A sign-in page is never a dead end', (world) => {
  /** The address of a sign-in page that was opened so long ago. */
  function pageFrom(request: SignInRequest, agoMs: number): string {
    const { parts, issuer } = world.server
    const restarts = createRestarts({ sealer: parts.sealer, issuer, clock: () => Date.now() - agoMs })
    const parameters = Object.fromEntries(new URL(request.url).searchParams)
    return issuer + restarts.pageUrl('an-interaction-that-is-gone', parameters)
  }

  it('each of two tabs finishes its own request [S-3.9]', async () => {
    const { server, app, otherApp, open } = world
    const person = await server.createAccount()
    const { page: one, context } = await open()
    const two = await context.newPage()
    const [first, second] = [await app.begin(), await otherApp.begin()]
    await one.goto(first.url)
    await two.goto(second.url)
    await signInHere(two, person)
    await signInHere(one, person)
    await press(one, 'Allow')
    const firsts = await tokensOf(app, first, await backAt(one, app, first))
    await press(two, 'Allow')
    const seconds = await tokensOf(otherApp, second, await backAt(two, otherApp, second))
    expect([firsts.subject, seconds.subject]).to.eql([person.account.id, person.account.id])
  })

  it('two tabs of one app finish in either order, and reloading the second goes straight through', async () => {
    const { server, app, open } = world
    const person = await server.createAccount()
    const { page: one, context } = await open({ javaScript: false })
    const two = await context.newPage()
    const [first, second] = [await app.begin(), await app.begin()]
    await one.goto(first.url)
    await two.goto(second.url)
    await signInHere(one, person)
    await press(one, 'Allow')
    await tokensOf(app, first, await backAt(one, app, first))
    await two.reload()
    await tokensOf(app, second, await backAt(two, app, second))
  })

  it('a bookmarked sign-in page starts the request again an hour later [S-3.8]', async () => {
    const { server, app, open } = world
    const person = await server.createAccount()
    const request = await app.begin()
    const { page } = await open()
    await page.goto(pageFrom(request, HOUR_MS))
    expect(await page.locator('main').innerText()).to.match(/continue to\s+Reading List/)
    await signInHere(page, person)
    await press(page, 'Allow')
    await tokensOf(app, request, await backAt(page, app, request))
  })

  it('a sign-in page opened days later leads to the app', async () => {
    const { server, open } = world
    const app = await startRelyingParty(server, {
      client: { client_name: 'Old App', client_uri: 'https://old-app.example.org/' },
    })
    const { page } = await open()
    await page.goto(pageFrom(await app.begin(), 72 * HOUR_MS))
    expect(await heading(page)).to.equal('This sign-in page is no longer valid')
    const way = page.getByRole('link', { name: 'Continue to Old App' })
    expect(await way.getAttribute('href')).to.equal('https://old-app.example.org/')
    await app.stop()
  })

  it('a sign-in page left open until it expired still signs in', async () => {
    const { server, app, open } = world
    const person = await server.createAccount()
    const request = await app.begin()
    const { page, context } = await open()
    await page.goto(request.url)
    await context.clearCookies({ name: /^as_interaction/ })
    await signInHere(page, person)
    expect(await heading(page)).to.equal('Reading List asks for access')
    await press(page, 'Allow')
    await tokensOf(app, request, await backAt(page, app, request))
  })

  it('a wrong password on an expired page asks again, for the same request', async () => {
    const { server, app, open } = world
    const person = await server.createAccount()
    const request = await app.begin()
    const { page, context } = await open({ javaScript: false })
    await page.goto(request.url)
    await context.clearCookies({ name: /^as_interaction/ })
    await signInHere(page, { ...person, password: 'not this one at all' })
    expect(await heading(page)).to.equal('Sign in')
    await signInHere(page, person)
    await press(page, 'Allow')
    await tokensOf(app, request, await backAt(page, app, request))
  })

  it('a browser without cookies gets a page that says so, and no endless redirect', async () => {
    const { server, app } = world
    const visitor = createVisitor(server.issuer)
    const sent = await visitor.get((await app.begin()).url, { follow: false })
    visitor.clearCookies()
    const page = await visitor.get(sent.headers.get('location')!)
    expect(page.status).to.equal(400)
    expect(page.heading).to.equal('Your browser blocks cookies')
  })

  it('the back button does not lead into an error', async () => {
    const { server, app, open } = world
    const person = await server.createAccount()
    const { page } = await open()
    await signInToAccount(page, server.issuer, person)
    const request = await app.begin()
    await page.goto(request.url)
    await press(page, 'Allow')
    const first = await backAt(page, app, request)
    await page.goBack()
    await page.waitForURL((url) => url.href.startsWith(app.redirectUri) && url.href !== first.href)
    await tokensOf(app, request, new URL(page.url()))
  })

  it('a double click on "Sign in" and on "Allow" counts once', async () => {
    const { server, app, open } = world
    const person = await server.createAccount()
    const { page } = await open()
    const request = await app.begin()
    await page.goto(request.url)
    await page.getByLabel('Email').fill(person.email)
    await page.getByLabel('Password').fill(person.password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).dblclick()
    await page.getByRole('heading', { name: 'asks for access' }).waitFor()
    await page.getByRole('button', { name: 'Allow', exact: true }).dblclick()
    await tokensOf(app, request, await backAt(page, app, request))
    await page.goto(`${server.issuer}/account/sessions`)
    expect(await page.getByRole('listitem').filter({ hasText: 'last seen' }).count()).to.equal(1)
  })

  /** The browser as it was when it sent a form and never got the answer. */
  function before(visitor: Visitor): Visitor {
    const earlier = createVisitor(visitor.issuer)
    for (const { name, value, path } of visitor.cookies()) earlier.setCookie(name, value, path)
    return earlier
  }

  it('a form sent again before its answer came still succeeds', async () => {
    const { server, app } = world
    for (const follow of [false, true]) {
      const person = await server.createAccount()
      const fields = { email: person.email, password: person.password }
      const visitor = createVisitor(server.issuer)
      const request = await app.begin()
      const signIn = await visitor.get(request.url)
      await before(visitor).followForm(signIn, fields, { follow })
      const consent = await visitor.followForm(signIn, fields)
      expect(consent.heading, `follow: ${follow}`).to.equal('Reading List asks for access')
      await before(visitor).followForm(consent, { decision: 'allow' }, { follow })
      const done = await visitor.followForm(consent, { decision: 'allow' })
      await tokensOf(app, request, new URL(done.headers.get('location') ?? done.url))
    }
  })

  it('forms sent twice at the same moment still succeed, or show the sign-in page', async () => {
    const { server, app } = world
    const person = await server.createAccount()
    const request = await app.begin()
    const visitors = Array.from({ length: 6 }, () => createVisitor(server.issuer))
    for (const visitor of visitors) {
      const twice = async (page: Visited, fields: Record<string, string>) => {
        const first = before(visitor).followForm(page, fields)
        const [seen] = await Promise.all([visitor.followForm(page, fields), first])
        return seen
      }
      const fields = { email: person.email, password: person.password }
      let seen = await twice(await visitor.get(request.url), fields)
      if (seen.heading === 'Sign in') seen = await visitor.followForm(seen, fields)
      if (seen.heading === 'Reading List asks for access') seen = await twice(seen, { decision: 'allow' })
      await tokensOf(app, request, new URL(seen.headers.get('location') ?? seen.url))
    }
  })
})
