import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { updateClient } from '../../../src/clients/clients.ts'
import { openBrowser } from '../../support/browser.ts'
import type { RelyingParty } from '../../support/relying-party.ts'
import type { Person } from '../../support/running-server.ts'
import { heading, signInHere } from '../../journeys/steps.ts'
import { createVisitor } from '../../support/visitor.ts'
import { until } from '../../provider/stage.ts'
import { inBothSettings, inService, signInAt } from './logout-world.ts'

/** An app's front-channel logout address: what its frame was asked with. */
async function startFrame({ answers = true } = {}) {
  const asked: URLSearchParams[] = []
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '/', 'http://localhost').searchParams)
    if (answers) response.setHeader('content-type', 'text/html').end('<!doctype html><title>x</title>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  return { origin, uri: `${origin}/frontchannel?app=1`, asked, stop: () => server.closeAllConnections() }
}

inService('Front-channel logout', (world) => {
  /** An app that hears of logouts in the browser alone. */
  async function framedApp({ origin, uri }: { origin: string; uri: string }) {
    const app = await world.app({ backchannel_logout_uri: undefined })
    const redirect_uris = [app.redirectUri, `${origin}/callback`]
    const changes = { redirect_uris, frontchannel_logout_uri: uri }
    await updateClient(world.server.parts.db, app.client.client_id, changes, world.server.parts)
    return app
  }

  it('is advertised', async () => {
    const answer = await fetch(`${world.server.issuer}/.well-known/openid-configuration`)
    expect(await answer.json()).to.include({
      frontchannel_logout_supported: true,
      frontchannel_logout_session_supported: true,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      end_session_endpoint: `${world.server.issuer}/oauth/logout`,
    })
  })

  it('loads every app of the session in a frame, and goes back to the app that asked', async () => {
    const [frame, other] = [await startFrame(), await startFrame()]
    const app = await framedApp(frame)
    const second = await framedApp(other)
    const { page, context, complaints } = await openBrowser()
    const person = await world.server.createAccount()
    const first = await through(app, page, person)
    const claims = (await through(second, page)).claims()!
    await page.goto(second.signOutUrl((await through(second, page)).id_token!, { state: 'bye' }))
    await page.waitForURL(`${second.signedOutUri}?state=bye`)
    const { issuer } = world.server
    const asked = { app: '1', iss: issuer, sid: first.claims()!['sid'] }
    expect(frame.asked.map((query) => Object.fromEntries(query))).to.eql([asked])
    expect(other.asked.map((query) => query.get('sid'))).to.eql([claims['sid']])
    expect(complaints).to.eql([])
    await context.close()
  })

  it('does not wait for an app that does not answer, and without scripts offers the way on', async () => {
    const silent = await startFrame({ answers: false })
    const app = await framedApp(silent)
    for (const javaScript of [true, false]) {
      const { page, context } = await openBrowser({ javaScript })
      const { id_token } = await through(app, page, await world.server.createAccount())
      await page.goto(app.signOutUrl(id_token!), { waitUntil: 'commit' })
      expect(await heading(page), `JavaScript: ${javaScript}`).to.equal('You’re signed out')
      if (!javaScript) await page.getByRole('link', { name: 'Continue' }).click()
      await page.waitForURL(app.signedOutUri)
      await context.close()
    }
    expect(silent.asked).to.have.length(2)
    silent.stop()
  })

  it('lets this one page frame exactly the origins of those apps', async () => {
    const [frame, unasked] = [await startFrame(), await startFrame()]
    const app = await framedApp(frame)
    await framedApp(unasked)
    const person = await world.server.createAccount()
    const { visitor } = await signInAt(world.server, app, person)
    const asking = await visitor.get('/oauth/logout')
    expect(asking.headers.get('content-security-policy')).not.to.contain('frame-src')
    const done = await visitor.followForm(asking, { logout: 'yes' })
    expect([done.status, done.heading]).to.eql([200, 'You’re signed out'])
    const policy = done.headers.get('content-security-policy') ?? ''
    expect(policy).to.contain("default-src 'none'").and.contain("script-src 'self'")
    expect(/frame-src ([^;]*)/.exec(policy)?.[1]).to.equal(frame.origin)
    expect(done.text).not.to.contain('Continue')
    expect((await visitor.get('/account')).heading).to.equal('Sign in')
  })

  it('shows no frames to a person who stays signed in', async () => {
    const frame = await startFrame()
    const app = await framedApp(frame)
    const person = await world.server.createAccount()
    const { visitor, tokens } = await signInAt(world.server, app, person)
    const asking = await visitor.get(`/oauth/logout?client_id=${app.client.client_id}`)
    const stayed = await visitor.followForm(asking)
    expect(stayed.text).not.to.contain('<iframe')
    expect((await visitor.get('/account')).heading).to.equal('Your account')
    expect(await app.introspect(tokens.access_token)).to.eql({ active: false })
  })
})

inBothSettings('A request to sign out', (world) => {
  it('is carried out at once when it shows an ID token of this session', async () => {
    const app = await world.app()
    const person = await world.server.createAccount()
    const { visitor, idToken } = await signInAt(world.server, app, person)
    const answer = await visitor.get(app.signOutUrl(idToken, { state: 'a b&c', ui_locales: 'de fr' }))
    expect(answer.headers.get('location')).to.equal(`${app.signedOutUri}?state=a+b%26c`)
    expect((await visitor.get('/account')).heading).to.equal('Sign in')
    const again = await visitor.get(app.signOutUrl(idToken))
    expect(again.headers.get('location'), 'nobody is signed in any more').to.equal(app.signedOutUri)
  })

  it('is carried out at once also by an app that knows people by pairwise subjects, for its own person', async () => {
    // This app does not hear of logouts: its ID tokens name no session.
    const app = await world.app({ subject_type: 'pairwise', backchannel_logout_uri: undefined })
    const [one, other] = [await world.server.createAccount(), await world.server.createAccount()]
    const { visitor, idToken } = await signInAt(world.server, app, one)
    const theirs = await signInAt(world.server, app, other)
    expect((await visitor.get(app.signOutUrl(theirs.idToken))).heading).to.equal('Sign out?')
    const answer = await visitor.get(app.signOutUrl(idToken))
    expect(answer.headers.get('location')).to.equal(app.signedOutUri)
  })

  it('asks nothing where nobody is signed in, and goes on without scripts', async () => {
    const { server } = world
    const app = await world.app()
    const { idToken } = await signInAt(server, app, await server.createAccount())
    const { client_id } = app.client
    const back = { post_logout_redirect_uri: app.signedOutUri, state: 's' }
    for (const query of [
      { client_id, ...back },
      { id_token_hint: idToken, ...back },
    ]) {
      const visitor = createVisitor(server.issuer)
      visitor.setCookie('as_session', 'of-yesterday')
      const answer = await visitor.get(`/oauth/logout?${new URLSearchParams(query)}`)
      expect([answer.status, answer.headers.get('location')], JSON.stringify(query)).to.eql([
        303,
        `${app.signedOutUri}?state=s`,
      ])
      expect(answer.text, JSON.stringify(query)).not.to.contain('<script')
      expect(visitor.cookie('as_session'), 'no session is left behind').to.equal(undefined)
    }
    for (const query of [{}, { id_token_hint: idToken }, back] as Record<string, string>[]) {
      const page = await createVisitor(server.issuer).get(`/oauth/logout?${new URLSearchParams(query)}`)
      expect([page.status, page.heading], JSON.stringify(query)).to.eql([200, 'You’re signed out'])
    }
  })

  it('has the same end when its page is sent twice, from a second tab, or after going back', async () => {
    const { server } = world
    const app = await world.app()
    const { visitor } = await signInAt(server, app, await server.createAccount())
    const query = { client_id: app.client.client_id, post_logout_redirect_uri: app.signedOutUri, state: 'x' }
    const address = `/oauth/logout?${new URLSearchParams(query)}`
    const [first, second] = [await visitor.get(address), await visitor.get(address)]
    const asked = await visitor.followForm(first, { logout: 'yes' })
    expect(asked.heading, 'another tab has asked since').to.equal('Sign out?')
    expect((await visitor.get('/account')).heading).to.equal('Your account')
    for (const [index, page] of [asked, asked, second].entries()) {
      const answer = await visitor.followForm(page, { logout: 'yes' })
      expect(answer.headers.get('location'), `form ${index}`).to.equal(`${app.signedOutUri}?state=x`)
    }
    expect((await visitor.get('/account')).heading).to.equal('Sign in')
  })

  it('with an invalid ID token still lets the person sign out', async () => {
    const { server } = world
    const app = await world.app()
    const { visitor, idToken } = await signInAt(server, app, await server.createAccount())
    const forged = `${idToken.slice(0, -12)}AAAAAAAAAAAA`
    const elsewhere = { client_id: app.client.client_id, post_logout_redirect_uri: 'https://evil.example/' }
    for (const query of [{ id_token_hint: forged }, elsewhere] as Record<string, string>[]) {
      const refused = await visitor.get(`/oauth/logout?${new URLSearchParams(query)}`)
      expect([refused.status, refused.headers.get('location')], JSON.stringify(query)).to.eql([400, null])
      expect(refused.text, JSON.stringify(query)).to.contain(
        '<a class="button" href="/oauth/logout">Sign out here</a>',
      )
    }
    expect((await visitor.get('/account')).heading).to.equal('Your account')
  })

  it('says that a person who only left the app is still signed in', async () => {
    const { server } = world
    const app = await world.app({ client_name: 'Reading List' })
    const { visitor } = await signInAt(server, app, await server.createAccount())
    const left = await visitor.followForm(
      await visitor.get(`/oauth/logout?client_id=${app.client.client_id}`),
    )
    expect(left.heading).to.equal('You’re still signed in here')
    expect(left.text).to.contain('Reading List')
  })

  it('is asked about when the ID token is of another session or person, or there is none [S-1.79]', async () => {
    const app = await world.app()
    const [person, stranger] = [await world.server.createAccount(), await world.server.createAccount()]
    const { visitor } = await signInAt(world.server, app, person)
    const earlier = await signInAt(world.server, app, person)
    const others = await signInAt(world.server, app, stranger)
    const hints = [
      { id_token_hint: earlier.idToken },
      { id_token_hint: others.idToken },
      { logout_hint: person.email },
      {},
    ]
    for (const hint of hints) {
      const asked = await visitor.get(`/oauth/logout?${new URLSearchParams(hint as Record<string, string>)}`)
      expect(asked.heading, JSON.stringify(hint)).to.equal('Sign out?')
    }
    expect((await visitor.get('/account')).heading).to.equal('Your account')
    const other = createVisitor(world.server.issuer)
    const posted = await other.post('/oauth/logout', { id_token_hint: others.idToken })
    expect(posted.status).to.equal(200)
  })

  it('tells an app that is left while the person stays signed in', async () => {
    const { receiver } = world
    const [left, kept] = [await world.app(), await world.app()]
    const person = await world.server.createAccount()
    const { visitor, claims } = await signInAt(world.server, left, person)
    await signInAt(world.server, kept, person, visitor)
    await visitor.followForm(await visitor.get(`/oauth/logout?client_id=${left.client.client_id}`))
    const heard = () => receiver.heardBy(left.client.client_id)
    await until(() => heard().length > 0, 'the app was told')
    expect(heard().map(({ claims: { sid } }) => sid)).to.eql([claims['sid']])
    expect(receiver.heardBy(kept.client.client_id)).to.eql([])
  })
})

type BrowserPage = Awaited<ReturnType<typeof openBrowser>>['page']

/** Through the app's request; signs in where it is asked for. */
async function through(app: RelyingParty, page: BrowserPage, person?: Person) {
  const request = await app.begin()
  await page.goto(request.url)
  if (person) await signInHere(page, person)
  await page.waitForURL((url) => url.href.startsWith(app.redirectUri))
  return app.finish(request, page.url())
}
