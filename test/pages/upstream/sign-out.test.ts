import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { JWTPayload } from 'jose'
import { findAccountByEmail } from '../../../src/accounts/account.ts'
import { listSessions } from '../../../src/sessions/account-sessions.ts'
import { updateUpstream } from '../../../src/upstreams/upstream-changes.ts'
import { enroll } from '../../factors/enrolled.ts'
import { register } from '../../provider/relying-party.ts'
import { openStage, until } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import type { Visited } from '../../support/visitor.ts'
import { startForger } from '../../upstreams/forger.ts'
import type { Forger } from '../../upstreams/forger.ts'
import {
  BY,
  introduce,
  isSignedIn,
  openHere,
  press,
  signedInByForger,
  signedInByThere,
  signInThere,
  signOut,
} from '../../upstreams/two-servers.ts'
import type { Here } from '../../upstreams/two-servers.ts'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

describe('a sign-out', () => {
  let here: Here
  let there: Stage
  let forger: Forger

  before(async () => {
    here = await openHere()
    there = await openStage({ store: 'sqlite' })
    forger = await startForger()
  })
  after(async () => {
    forger.stop()
    await Promise.all([here.stop(), there.stop()])
  })

  const signedIn = (id: string, path?: string) => signedInByThere(here, there, id, path)
  const locationOf = (page: Visited) => new URL(page.headers.get('location') ?? '', page.url)
  const DONE = ['You’re signed out', '/oauth/logout/success']
  const placeOf = ({ heading, url }: Visited) => [heading, url.pathname]

  it('here offers one at the provider, which then comes back [S-2.230]', async () => {
    const { browser } = await signedIn(await introduce(here, there))
    const offer = await signOut(browser.here)
    expect(placeOf(offer)).to.eql(['You’re signed out', '/upstream/sign-out'])
    expect(offer.text).to.contain('You may still be signed in at There')
    expect([await isSignedIn(browser.here), await isSignedIn(browser.there)]).to.eql([false, true])
    const left = locationOf(await browser.here.followForm(offer, {}, { action: '/upstream/sign-out' }))
    expect(left.href).to.contain(`${there.issuer}/oauth/logout?id_token_hint=`)
    const back = await browser.there.get(left)
    expect(await isSignedIn(browser.there)).to.equal(false)
    expect(placeOf(await browser.here.get(locationOf(back)))).to.eql(DONE)
    expect(placeOf(await browser.here.get('/upstream/sign-out'))).to.eql(DONE)
    expect(await here.parts.db('upstream_sessions').whereNotNull('sessionUid')).to.eql([])
  })

  it('of an app goes on at the provider where the definition says so, and then to the app [S-2.230]', async () => {
    const id = await introduce(here, there, { sign_out: 'always' })
    const back = 'https://app.example.com/bye'
    const app = await register(here, { post_logout_redirect_uris: [back], first_party: true })
    const path = app.authorizePath({ prompt: undefined, scope: 'openid' })
    const { browser, page } = await signedIn(id, path)
    const code = locationOf(page).searchParams.get('code') ?? ''
    const { id_token } = (await app.redeem(code)).json() as { id_token: string }
    const request = new URLSearchParams({
      id_token_hint: id_token,
      post_logout_redirect_uri: back,
      state: 's',
    })
    const left = locationOf(await browser.here.get(`/oauth/logout?${request}`))
    expect(left.origin).to.equal(there.issuer)
    const returned = locationOf(await browser.there.get(left))
    expect(locationOf(await browser.here.get(returned)).href).to.equal(`${back}?state=s`)
    expect([await isSignedIn(browser.here), await isSignedIn(browser.there)]).to.eql([false, false])
  })

  it('tells the apps of this browser first, and then goes on at the provider [S-2.230]', async () => {
    const id = await introduce(here, there, { sign_out: 'always' })
    const frontchannel_logout_uri = 'https://app.example.com/front'
    const app = await register(here, { frontchannel_logout_uri, first_party: true })
    const { browser } = await signedIn(id, app.authorizePath({ prompt: undefined, scope: 'openid' }))
    const page = await signOut(browser.here)
    expect(page.text).to.contain(`<iframe src="${frontchannel_logout_uri}?iss=`)
    const next = /href="([^"]*)"[^>]* data-continue/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const back = locationOf(await browser.there.get(next))
    expect(placeOf(await browser.here.get(back))).to.eql(DONE)
    expect(await isSignedIn(browser.there)).to.equal(false)
  })

  it('reaches the provider also after a second step here [S-2.230]', async () => {
    const id = await introduce(here, there, { sign_out: 'always' })
    const { person } = await signedIn(id)
    const account = await findAccountByEmail(here.parts.db, person.email)
    const factor = await enroll(here.parts, account!.id)
    const browser = { here: here.visitor(), there: there.visitor() }
    const address = await press(browser.here, await browser.here.get('/sign-in'), id)
    const asked = await browser.here.get(await signInThere(there, address, person, browser.there))
    expect(asked.heading).to.equal('Enter your code')
    await browser.here.followForm(asked, { code: await factor.code() }, { action: '/code' })
    expect(locationOf(await signOut(browser.here)).origin).to.equal(there.issuer)
  })

  it('comes back to nowhere but what this browser left for [S-2.231]', async () => {
    const id = await introduce(here, there, { sign_out: 'always' })
    const { browser } = await signedIn(id)
    const left = locationOf(await signOut(browser.here))
    const state = left.searchParams.get('state') ?? ''
    expect(left.searchParams.get('post_logout_redirect_uri')).to.equal(
      `${here.issuer}/upstream/${id}/signed-out`,
    )
    for (const [name, visitor, query] of [
      ['another browser', here.visitor(), `state=${state}`],
      ['another state', browser.here, 'state=other'],
      [
        'an address',
        here.visitor(),
        'next=https://evil.example&post_logout_redirect_uri=https://evil.example',
      ],
    ] as const)
      expect(placeOf(await visitor.get(`/upstream/${id}/signed-out?${query}`)), name).to.eql(DONE)
  })

  it('stays here where the definition says so, and where the provider is away [S-2.230]', async () => {
    const id = await introduce(here, there)
    for (const changes of [{ sign_out: 'never' }, { sign_out: 'always', issuer: forger.issuer }] as const) {
      const { browser } = await signedIn(id)
      await updateUpstream(here.parts, id, changes, BY)
      expect(placeOf(await signOut(browser.here)), JSON.stringify(changes)).to.eql(DONE)
      await updateUpstream(here.parts, id, { issuer: there.issuer }, BY)
    }
  })

  it('says so when the provider went away meanwhile [S-2.230]', async () => {
    const id = await introduce(here, there)
    const { browser } = await signedIn(id)
    const offer = await signOut(browser.here)
    await updateUpstream(here.parts, id, { issuer: 'http://127.0.0.1:1' }, BY)
    const page = await browser.here.followForm(offer, {}, { action: '/upstream/sign-out' })
    expect(page.text).to.contain('isn’t responding. Sign out there yourself.')
  })

  it('at the provider ends the sessions here that came from it, and no others [S-2.232]', async () => {
    const id = await introduce(here, there)
    const { person, browser } = await signedIn(id)
    const other = here.visitor()
    const again = await press(other, await other.get('/sign-in'), id)
    await other.get(await signInThere(there, again, person))
    const account = await findAccountByEmail(here.parts.db, person.email)
    await signOut(browser.there)
    await until(async () => !(await isSignedIn(browser.here)), 'the session here has ended')
    expect(await isSignedIn(other), 'from another session there').to.equal(true)
    const left = await listSessions(here.parts.db, account!.id, Date.now())
    expect(left).to.have.length(1)
  })

  /** A session here of the forger's subject. */
  async function forged() {
    const { id, subject, sid, visitor } = await signedInByForger(here, forger)
    expect(await isSignedIn(visitor)).to.equal(true)
    const nowSeconds = Math.floor(Date.now() / 1000)
    const good = {
      iss: forger.issuer,
      aud: 'here',
      sub: subject,
      sid,
      iat: nowSeconds,
      exp: nowSeconds + 120,
      jti: randomUUID(),
      events: { [EVENT]: {} },
    }
    const send = async (logout_token: string, at = id) => {
      const to = `/upstream/${at}/backchannel-logout`
      const { status, headers, text } = await here.send({ to, form: { logout_token } })
      return { status, headers, text }
    }
    return { id, visitor, good, send }
  }

  for (const [name, claims] of Object.entries({
    'its session': ({ sub: _sub, ...good }: JWTPayload) => good,
    'its subject': ({ sid: _sid, ...good }: JWTPayload) => good,
    both: (good: JWTPayload) => good,
  }))
    it(`at a provider that names ${name} ends the session [S-2.232]`, async () => {
      const { visitor, good, send } = await forged()
      const answer = await send(await forger.sign(claims(good)))
      expect([answer.status, answer.text, answer.headers['cache-control']]).to.eql([200, '', 'no-store'])
      expect(await isSignedIn(visitor)).to.equal(false)
    })

  type Forgery = (good: JWTPayload) => Parameters<Forger['sign']>
  const nowSeconds = () => Math.floor(Date.now() / 1000)
  const without = (name: string) => (good: JWTPayload) =>
    [Object.fromEntries(Object.entries(good).filter(([claim]) => claim !== name))] as Parameters<
      Forger['sign']
    >
  const forgeries: Record<string, Forgery> = {
    'another key': (good) => [good, { wrongKey: true }],
    'the public key as a secret': (good) => [good, { alg: 'HS256' }],
    'the type of an ID token at+jwt': (good) => [good, { typ: 'at+jwt' }],
    'another issuer': (good) => [{ ...good, iss: 'https://accounts.google.com' }],
    'another audience': (good) => [{ ...good, aud: 'another' }],
    'a nonce': (good) => [{ ...good, nonce: 'n' }],
    'no event': without('events'),
    'another event': (good) => [{ ...good, events: { 'https://example.org/other': {} } }],
    'an event that is no object': (good) => [{ ...good, events: { [EVENT]: true } }],
    'no jti': without('jti'),
    'no iat': without('iat'),
    'no exp': without('exp'),
    'a time that has passed': (good) => [{ ...good, exp: nowSeconds() - 3600 }],
    'an age of an hour': (good) => [{ ...good, iat: nowSeconds() - 3600 }],
    'neither subject nor session': ({ sub: _sub, sid: _sid, ...good }) => [good],
    'a subject that is no text': (good) => [{ ...good, sub: 7 as unknown as string }],
  }
  it('is not begun by a token with a fault: each is refused, and the session stays [S-2.233]', async () => {
    const { id, visitor, good, send } = await forged()
    for (const [name, forgery] of Object.entries(forgeries)) {
      const answer = await send(await forger.sign(...forgery({ ...good, jti: randomUUID() })))
      expect([answer.status, answer.text.includes('invalid_request')], name).to.eql([400, true])
    }
    for (const token of ['', 'x', 'a.b.c', forger.bent.claims['sid'] as string])
      expect((await send(token)).status, token).to.equal(400)
    const other = await here.add({ issuer: forger.issuer, client_id: 'other' })
    expect((await send(await forger.sign(good), other)).status, 'another client').to.equal(400)
    expect((await send(await forger.sign(good), 'nobody')).status, 'no provider').to.equal(400)
    expect(await isSignedIn(visitor)).to.equal(true)
    expect((await send(await forger.sign(good), id)).status).to.equal(200)
  })

  it('by one token works once, also at the same moment [S-2.233]', async () => {
    const { good, send } = await forged()
    const token = await forger.sign(good)
    const answers = await Promise.all(Array.from({ length: 6 }, () => send(token)))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).to.eql([
      200, 400, 400, 400, 400, 400,
    ])
  })

  it('of somebody else there leaves this session alone [S-2.233]', async () => {
    const { visitor, good, send } = await forged()
    for (const claims of [
      { ...good, sub: 'somebody else' },
      { ...good, sid: 'another session' },
    ])
      expect((await send(await forger.sign({ ...claims, jti: randomUUID() }))).status, claims.sub).to.equal(
        200,
      )
    expect(await isSignedIn(visitor)).to.equal(true)
  })

  it('waits while the keys of the provider are away: the token is not refused', async () => {
    const { id, good, send } = await forged()
    await updateUpstream(here.parts, id, { issuer: 'http://127.0.0.1:1' }, BY)
    expect((await send(await forger.sign(good))).status).to.equal(503)
  })
})
