import { expect } from 'chai'
import { updateUpstream } from '../../../src/upstreams/upstream-changes.ts'
import { CALLBACK, register } from '../../provider/relying-party.ts'
import type { Party } from '../../provider/relying-party.ts'
import { startOAuth2StandIn } from '../../support/oauth2-stand-in.ts'
import type { OAuth2StandIn } from '../../support/oauth2-stand-in.ts'
import type { Visited } from '../../support/visitor.ts'
import { BY, openHere, press } from '../../upstreams/two-servers.ts'
import type { Here } from '../../upstreams/two-servers.ts'

describe('a failed sign-in at another provider', () => {
  let here: Here
  let github: OAuth2StandIn
  let app: Party

  before(async () => {
    here = await openHere()
    github = await startOAuth2StandIn()
    app = await register(here)
  })
  after(async () => {
    await Promise.all([here.stop(), github.stop()])
  })

  let people = 0
  const somebody = () => {
    const id = (people += 1)
    return { id, login: `p${id}`, emails: [{ email: `p${id}@example.org`, primary: true, verified: true }] }
  }
  async function atProvider(input: object = {}) {
    const id = await here.add({ ...github.definition, ...input })
    const visitor = here.visitor()
    const page = await visitor.get(app.authorizePath({ prompt: undefined, scope: 'openid' }))
    const address = await press(visitor, page, id)
    return { id, visitor, address, page }
  }
  const isSignIn = (page: Visited) => page.heading === 'Sign in' && /\/interaction\//.test(page.url.href)
  const isAtApp = (page: Visited) =>
    page.headers.get('location')?.startsWith(CALLBACK) === true || /\/consent/.test(page.text)

  it('leads back to the sign-in of the same request, says what happened once, and can be tried again', async () => {
    const { id, visitor, address } = await atProvider()
    const page = await visitor.get(github.refuse(address))
    expect(isSignIn(page)).to.equal(true)
    expect(page.text).to.contain('You cancelled signing in')
    expect((await visitor.get(page.url)).text).not.to.contain('You cancelled')
    const second = await press(visitor, page, id)
    expect(isAtApp(await visitor.get(github.signIn(second, somebody())))).to.equal(true)
  })

  const FAILURES: Record<string, [(github: OAuth2StandIn, address: string) => URL, RegExp]> = {
    'another refusal': [(at, address) => at.refuse(address, 'invalid_scope'), /refused the sign-in/],
    'an outage that it reports': [(at, address) => at.refuse(address, 'server_error'), /isn’t responding/],
    'an outage of its API': [
      (at, address) => {
        at.bend('/user', (res) => res.writeHead(503).end())
        return at.signIn(address, somebody())
      },
      /isn’t responding/,
    ],
    'a connection that it closes': [
      (at, address) => {
        at.bend('/token', (res) => res.destroy())
        return at.signIn(address, somebody())
      },
      /isn’t responding/,
    ],
    'an answer that is no JSON': [
      (at, address) => {
        at.bend('/token', (res) => res.end('<html>'))
        return at.signIn(address, somebody())
      },
      /verify the answer/,
    ],
  }
  for (const [name, [answer, text]] of Object.entries(FAILURES))
    it(`says so after ${name}, and leads back`, async () => {
      const { visitor, address } = await atProvider()
      const page = await visitor.get(answer(github, address))
      for (const path of ['/user', '/token']) github.bend(path)
      expect(isSignIn(page)).to.equal(true)
      expect(page.text).to.match(text)
    })

  it('says so when discovery fails, before the browser leaves', async () => {
    const id = await here.add({ issuer: github.origin, client_id: 'x' })
    const visitor = here.visitor()
    const page = await visitor.followForm(await visitor.get('/sign-in'), {}, { action: `/${id}` })
    expect([page.heading, /isn’t responding/.test(page.text)]).to.eql(['Sign in', true])
  })

  it('says so to a browser that lost its cookies, and leads to the same request', async () => {
    const { visitor, address } = await atProvider()
    visitor.clearCookies()
    const page = await visitor.get(github.signIn(address, somebody()))
    expect([page.status, page.heading]).to.eql([400, 'Your browser sent no cookies'])
    const href = /class="button" href="([^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect((await visitor.get(href)).heading).to.equal('Sign in')
  })

  it('says so after a quarter of an hour at the provider, and leads to the same request', async () => {
    const { id, visitor, address } = await atProvider()
    const flows = here.parts.db('upstream_flows').where({ upstreamId: id })
    await flows.update({ createdAtMs: Date.now() - 16 * 60_000 })
    const page = await visitor.get(github.signIn(address, somebody()))
    expect([page.status, page.heading]).to.eql([400, 'This took too long'])
    const href = /class="button" href="([^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const signIn = await visitor.get(href)
    expect(isSignIn(signIn)).to.equal(true)
    const again = await press(visitor, signIn, id)
    expect(isAtApp(await visitor.get(github.signIn(again, somebody())))).to.equal(true)
  })

  it('says so when the provider does not answer in time', async () => {
    const { visitor, address } = await atProvider()
    github.bend('/token', () => undefined)
    const page = await visitor.get(github.signIn(address, somebody()))
    github.bend('/token')
    expect([isSignIn(page), /isn’t responding/.test(page.text)]).to.eql([true, true])
  })

  it('goes on in both of two tabs', async () => {
    const id = await here.add(github.definition)
    const visitor = here.visitor()
    const open = () => visitor.get(app.authorizePath({ prompt: undefined, scope: 'openid' }))
    const [first, second] = [await open(), await open()]
    const person = somebody()
    const one = await press(visitor, first, id)
    const other = await press(visitor, second, id)
    expect(isAtApp(await visitor.get(github.signIn(other, person)))).to.equal(true)
    expect(isAtApp(await visitor.get(github.signIn(one, person)))).to.equal(true)
  })

  it('finds the request again after its page was lost', async () => {
    const { visitor, address, page } = await atProvider()
    const uid = /\/interaction\/([^/?]+)/.exec(page.url.href)?.[1] ?? ''
    for (const cookie of visitor.cookies())
      if (cookie.path.includes(uid)) visitor.setCookie(cookie.name, 'gone', cookie.path)
    expect(isAtApp(await visitor.get(github.signIn(address, somebody())))).to.equal(true)
  })

  it('is refused for an address of another domain, and for a provider that is off', async () => {
    const limited = await atProvider({ email_domains: ['example.com'] })
    const page = await limited.visitor.get(github.signIn(limited.address, somebody()))
    expect([isSignIn(page), /can’t be used here/.test(page.text)]).to.eql([true, true])
    const { id, visitor, address } = await atProvider()
    await updateUpstream(here.parts, id, { enabled: false }, BY)
    const off = await visitor.get(github.signIn(address, somebody()))
    expect([isSignIn(off), /isn’t available/.test(off.text)]).to.eql([true, true])
  })

  it('offers each client its own providers', async () => {
    const other = await register(here)
    const id = await here.add({ ...github.definition, clients: [other.clientId] })
    const has = async (path: string) => (await here.visitor().get(path)).text.includes(`/upstream/${id}`)
    const request = { prompt: undefined, scope: 'openid' }
    expect(await has(other.authorizePath(request))).to.equal(true)
    expect(await has(app.authorizePath(request))).to.equal(false)
    expect(await has('/sign-in')).to.equal(false)
  })

  it('leads somebody with a hint of its domain there at once, but not back again', async () => {
    const id = await here.add({ ...github.definition, email_domains: ['corp.example'] })
    const visitor = here.visitor()
    const hinted = { prompt: undefined, scope: 'openid', login_hint: 'ann@corp.example' }
    const there = await visitor.get(app.authorizePath(hinted))
    const address = new URL(there.headers.get('location') ?? '')
    expect([address.origin, address.searchParams.get('login_hint')]).to.eql([
      github.origin,
      'ann@corp.example',
    ])
    expect(isSignIn(await visitor.get(github.refuse(address)))).to.equal(true)
    expect(id).to.match(/^other-/)
  })

  const HINTS: Record<string, (id: string) => Record<string, string>> = {
    idp_hint: (id) => ({ idp_hint: id }),
    kc_idp_hint: (id) => ({ kc_idp_hint: id }),
    domain_hint: (id) => ({ domain_hint: `${id}.example` }),
    'login_hint of its domain': (id) => ({ login_hint: `ann@${id}.example` }),
  }
  for (const [name, hint] of Object.entries(HINTS))
    it(`follows ${name} once, and then leaves the choice to the person [S-2.234]`, async () => {
      const id = await here.add({ ...github.definition, sign_up: 'link_only' })
      await updateUpstream(here.parts, id, { email_domains: [`${id}.example`] }, BY)
      await here.parts.feed.check()
      const visitor = here.visitor()
      const request = { prompt: undefined, scope: 'openid', ...hint(id) }
      const there = await visitor.get(app.authorizePath(request))
      const address = there.headers.get('location') ?? ''
      expect(new URL(address).origin).to.equal(github.origin)
      expect(isSignIn(await visitor.get(github.refuse(address)))).to.equal(true)
      const none = await here.visitor().get(app.authorizePath({ ...request, prompt: 'none' }))
      expect(new URL(none.headers.get('location') ?? '').searchParams.get('error')).to.equal('login_required')
    })

  it('shows the page of sign-in for a hint that names no provider of this app [S-2.234]', async () => {
    const other = await here.add({ ...github.definition, clients: ['another'] })
    for (const hint of [other, 'nobody', '../evil', 'https://evil.example'])
      expect(
        isSignIn(await here.visitor().get(app.authorizePath({ prompt: undefined, idp_hint: hint }))),
        hint,
      ).to.equal(true)
  })

  it('does not lead to the provider again and again for an app that wants somebody else [S-2.234]', async () => {
    const id = await here.add(github.definition)
    const { id: value } = await here.person()
    const claims = JSON.stringify({ id_token: { sub: { value, essential: true } } })
    const visitor = here.visitor()
    const request = { prompt: undefined, scope: 'openid', idp_hint: id, claims }
    const there = await visitor.get(app.authorizePath(request))
    const page = await visitor.get(github.signIn(there.headers.get('location') ?? '', somebody()))
    expect([page.headers.get('location'), isSignIn(page)]).to.eql([null, true])
  })

  it('has its buttons on the page of registration, and registers there [S-2.234]', async () => {
    const [making, linking] = [
      await here.add(github.definition),
      await here.add({ ...github.definition, sign_up: 'link_only' }),
    ]
    const visitor = here.visitor()
    const signIn = await visitor.get(app.authorizePath({ prompt: undefined, scope: 'openid' }))
    const href = /href="(\/register\?[^"]*)"/.exec(signIn.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const form = await visitor.get(href)
    expect([form.text.includes(`/upstream/${making}?`), form.text.includes(linking)]).to.eql([true, false])
    const address = await press(visitor, form, making)
    expect(isAtApp(await visitor.get(github.signIn(address, somebody())))).to.equal(true)
    const own = here.visitor()
    const away = await press(own, await own.get('/register'), making)
    expect((await own.get(github.signIn(away, somebody()))).url.pathname).to.equal('/account')
  })

  it('is no new proof where the app asks for one', async () => {
    const id = await here.add(github.definition)
    for (const wanted of [{ prompt: 'login' }, { prompt: undefined, max_age: '0' }]) {
      const visitor = here.visitor()
      const page = await visitor.get(app.authorizePath({ scope: 'openid', ...wanted }))
      const answer = await visitor.followForm(page, {}, { action: `/${id}` })
      expect(answer.text, JSON.stringify(wanted)).to.contain('prove again who you are')
    }
  })
})
