import { expect } from 'chai'
import type { JWTPayload } from 'jose'
import { findAccountByEmail } from '../../../src/accounts/account.ts'
import { startOAuth2StandIn } from '../../support/oauth2-stand-in.ts'
import type { OAuth2StandIn } from '../../support/oauth2-stand-in.ts'
import type { Visited, Visitor } from '../../support/visitor.ts'
import { startForger } from '../../upstreams/forger.ts'
import type { Forger } from '../../upstreams/forger.ts'
import { openHere, press } from '../../upstreams/two-servers.ts'
import type { Here } from '../../upstreams/two-servers.ts'

const INVALID = /verify the answer/

describe('an attack on a sign-in at another provider', () => {
  let here: Here
  let github: OAuth2StandIn
  let forger: Forger

  before(async () => {
    here = await openHere()
    github = await startOAuth2StandIn()
    forger = await startForger()
  })
  after(async () => {
    forger.stop()
    await Promise.all([here.stop(), github.stop()])
  })

  const mallory = (email = 'mallory@example.org') => ({
    id: 666,
    login: 'mallory',
    emails: [{ email, primary: true, verified: true }],
  })
  const isSignedIn = async (visitor: Visitor) => (await visitor.get('/account')).heading !== 'Sign in'
  const begin = async (id: string, visitor = here.visitor()) => ({
    visitor,
    address: new URL(await press(visitor, await visitor.get('/sign-in'), id)),
  })

  it('fails with the answer of another browser, and leaves that one able to finish [S-2.180]', async () => {
    const id = await here.add(github.definition)
    const { visitor, address } = await begin(id)
    const back = github.signIn(address, mallory())
    for (const [name, victim] of Object.entries({
      'a browser without cookies': here.visitor(),
      'a browser with a sign-in of its own': (await begin(id)).visitor,
    })) {
      const page = await victim.get(back)
      expect([page.status, await isSignedIn(victim)], name).to.eql([400, false])
    }
    await visitor.get(back)
    expect(await isSignedIn(visitor)).to.equal(true)
  })

  it('fails with a code that is injected into a sign-in of the victim [S-2.181]', async () => {
    const id = await here.add(github.definition)
    const attacker = await begin(id)
    const victim = await begin(id)
    const injected = github.signIn(attacker.address, mallory())
    injected.searchParams.set('state', victim.address.searchParams.get('state') ?? '')
    const page = await victim.visitor.get(injected)
    expect(page.text).to.match(INVALID)
    expect(await isSignedIn(victim.visitor)).to.equal(false)
  })

  it('fails with an answer that was used before [S-2.182]', async () => {
    const id = await here.add(github.definition)
    const { visitor, address } = await begin(id)
    const back = github.signIn(address, mallory())
    await visitor.get(back)
    const again = await visitor.get(back)
    expect([again.status, again.heading]).to.eql([400, 'You already finished this sign-in'])
    const seen = github.seen.filter(({ path }) => path === '/token').length
    await Promise.all(Array.from({ length: 5 }, () => visitor.get(back)))
    expect(github.seen.filter(({ path }) => path === '/token')).to.have.length(seen)
  })

  it('fails with the answer of one provider at the address of another [S-2.183]', async () => {
    const [honest, evil] = [await here.add(github.definition), await here.add(github.definition)]
    const { visitor, address } = await begin(honest)
    const back = github.signIn(address, mallory())
    back.pathname = back.pathname.replace(honest, evil)
    expect((await visitor.get(back)).heading).to.equal('This sign-in is not open')
    expect(await isSignedIn(visitor)).to.equal(false)
  })

  it('never opens an account by its address alone [S-2.184]', async () => {
    const owner = await here.person()
    const unverified = { id: 7, login: 'm', emails: [{ email: owner.email, primary: true, verified: false }] }
    for (const [name, person] of Object.entries({ verified: mallory(owner.email), unverified })) {
      const id = await here.add(github.definition)
      const { visitor, address } = await begin(id)
      const page = await visitor.get(github.signIn(address, person))
      expect([page.heading, await isSignedIn(visitor)], name).to.eql(['Which account is yours?', false])
      expect(page.text.includes('already have an account'), name).to.equal(name === 'verified')
    }
  })

  it('makes no account with an address that the provider does not vouch for [S-2.185]', async () => {
    const email = 'nobody@example.org'
    const listed = { id: 8, login: 'n', emails: [{ email, primary: true, verified: false }] }
    const always = { id: 9, login: 'o', emails: [{ email, primary: true, verified: true }] }
    for (const [person, trust] of [
      [listed, 'claim'],
      [always, 'never'],
    ] as const) {
      const id = await here.add({ ...github.definition, email_trust: trust })
      const { visitor, address } = await begin(id)
      const page = await visitor.get(github.signIn(address, person))
      expect(page.heading, trust).to.equal('Which account is yours?')
    }
    expect(await findAccountByEmail(here.parts.db, email)).to.equal(undefined)
  })

  /** What the forger answers, for a sign-in that has begun. */
  type Forgery = (good: JWTPayload) => { claims: JWTPayload; userinfo?: object; wrongKey?: boolean }
  const forgeries: Record<string, Forgery> = {
    'another nonce': (good) => ({ claims: { ...good, nonce: 'another' } }),
    'no nonce': ({ nonce: _nonce, ...good }) => ({ claims: good }),
    'another audience': (good) => ({ claims: { ...good, aud: 'another' } }),
    'another issuer': (good) => ({ claims: { ...good, iss: 'https://accounts.google.com' } }),
    'another key': (good) => ({ claims: good, wrongKey: true }),
    'another subject at userinfo': ({ email: _email, ...good }) => ({
      claims: good,
      userinfo: { sub: 'somebody else', email: 'x@example.org', email_verified: true },
    }),
    'two audiences and no azp': (good) => ({ claims: { ...good, aud: ['here', 'another'] } }),
  }

  async function forge(forgery: Forgery, bend: (back: URL) => void = () => {}): Promise<Visited> {
    const id = await here.add({ issuer: forger.issuer, client_id: 'here' })
    const { visitor, address } = await begin(id)
    const asked = address.searchParams
    const nonce = asked.get('nonce') ?? ''
    const good = {
      iss: forger.issuer,
      aud: 'here',
      sub: id,
      nonce,
      email: `${id}@example.org`,
      email_verified: true,
    }
    Object.assign(forger.bent, { userinfo: undefined, wrongKey: false }, forgery(good))
    const back = new URL(asked.get('redirect_uri') ?? '')
    back.searchParams.set('code', 'c')
    back.searchParams.set('state', asked.get('state') ?? '')
    bend(back)
    return visitor.get(back)
  }

  it('passes where nothing is wrong, so that the next ones show something', async () => {
    expect((await forge((claims) => ({ claims }))).url.pathname).to.equal('/account')
    const page = await forge(
      (claims) => ({ claims }),
      (back) => back.searchParams.set('iss', forger.issuer),
    )
    expect(page.url.pathname).to.equal('/account')
  })

  for (const [name, forgery] of Object.entries(forgeries))
    it(`fails with an ID token that has ${name} [S-2.186]`, async () => {
      expect((await forge(forgery)).text).to.match(INVALID)
    })

  it('fails with the issuer of another provider in the answer (RFC 9207) [S-2.183]', async () => {
    const page = await forge(
      (claims) => ({ claims }),
      (back) => back.searchParams.set('iss', 'https://accounts.google.com'),
    )
    expect(page.text).to.match(INVALID)
  })

  it('follows no redirect that a provider answers with [S-2.187]', async () => {
    github.bend('/token', (res) => res.writeHead(307, { location: `${github.origin}/secret` }).end())
    const id = await here.add(github.definition)
    const { visitor, address } = await begin(id)
    const page = await visitor.get(github.signIn(address, mallory()))
    github.bend('/token')
    expect(page.text).to.match(/verify the answer|isn’t responding/)
    expect(github.seen.some(({ path }) => path === '/secret')).to.equal(false)
  })
})
