import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import type { Visitor } from '../support/visitor.ts'
import { callbackOf, register, returnOf, signIn } from './relying-party.ts'
import type { Party } from './relying-party.ts'
import { PASSWORD, sqliteStage, until } from './stage.ts'
import type { Stage } from './stage.ts'

describe('the parameters of an authorization request', function () {
  let stage: Stage
  let app: Party
  let person: Account
  let visitor: Visitor
  let idToken: string

  // Signed in, and the app is allowed to know who and the address.
  before(async () => {
    stage = await sqliteStage()
    app = await register(stage)
    person = await stage.person()
    visitor = stage.visitor()
    idToken = (await app.tokensFor(person, { scope: 'openid email', nonce: 'a-nonce' }, visitor)).id_token
  })

  const ask = (given: Record<string, string | undefined>) =>
    visitor.get(app.authorizePath({ scope: 'openid email', prompt: undefined, ...given }))
  const claims = (jwt: string) =>
    JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>

  it('nonce comes back in the ID token, which names issuer, audience and subject', () => {
    expect(claims(idToken)).to.include({
      nonce: 'a-nonce',
      iss: stage.issuer,
      aud: app.clientId,
      sub: person.id,
    })
  })

  it('alone ask nothing of a person who is signed in and allowed the app before', async () => {
    for (const prompt of [undefined, 'none'])
      expect(callbackOf(await ask({ prompt })), String(prompt)).to.have.property('code')
  })

  it('prompt=login asks for the password again, and prompt=consent for consent', async () => {
    expect((await ask({ prompt: 'login' })).heading).to.equal('Sign in')
    expect((await ask({ prompt: 'consent' })).heading).to.contain('asks for access')
  })

  it('max_age asks for the password again when the sign-in is older, and the ID token says when it was [S-1.24]', async () => {
    expect((await ask({ max_age: '0' })).heading).to.equal('Sign in')
    expect(callbackOf(await ask({ max_age: '3600' }))).to.have.property('code')
    const silent = await ask({ max_age: '0', prompt: 'none' })
    expect(callbackOf(silent)).to.include({ error: 'login_required' })
    const url = await signIn(stage.visitor(), app.authorizePath({ max_age: '3600' }), person)
    const tokens = (await app.redeem(url.searchParams.get('code') ?? '')).json() as { id_token: string }
    expect(Number(claims(tokens.id_token)['auth_time'])).to.be.closeTo(Date.now() / 1000, 30)
  })

  it('auth_time is when the password was given, not when consent was', async () => {
    const other = stage.visitor()
    const page = await other.get(app.authorizePath({ max_age: '3600', prompt: 'login consent' }))
    const asked = await other.followForm(page, { email: person.email, password: PASSWORD })
    const signedInBy = Math.floor(Date.now() / 1000)
    await until(() => Math.floor(Date.now() / 1000) > signedInBy, 'the next second')
    const code = callbackOf(await other.followForm(asked, { decision: 'allow' }))['code'] ?? ''
    const tokens = (await app.redeem(code)).json() as { id_token: string }
    expect(Number(claims(tokens.id_token)['auth_time'])).to.be.at.most(signedInBy)
  })

  it('id_token_hint of somebody else is not answered for the person who is signed in [S-1.25]', async () => {
    const other = await app.tokensFor(await stage.person(), { scope: 'openid' })
    const answer = await ask({ prompt: 'none', id_token_hint: other.id_token })
    expect(callbackOf(answer)).to.include({ error: 'login_required' })
    expect(callbackOf(await ask({ prompt: 'none', id_token_hint: idToken }))).to.have.property('code')
  })

  // RFC 6749 §3.1.2: the query of the address is retained; some apps route by it (`index.php?/callback`).
  it('redirect_uri keeps its query as it was written', async () => {
    for (const query of [
      '/callback',
      'tenant=a%20b',
      'flag&path=/a:b',
      'code=of-the-app',
      'dummy1=lorem&dummy2=ipsum',
    ]) {
      const address = `https://app.example.com/index.php?${query}`
      const routed = await register(stage, { redirect_uris: [address] })
      const returned = async (given: Record<string, string | undefined>) =>
        returnOf(await visitor.get(routed.authorizePath({ scope: 'openid', prompt: 'none', ...given })))
      const [refused, hidden, signed] = [
        await returned({}),
        await returned({ response_mode: 'fragment' }),
        await returned({ response_mode: 'jwt' }),
      ]
      expect(new URL(refused).searchParams.get('error'), query).to.equal('consent_required')
      expect(refused.startsWith(`${address}&error=`), refused).to.equal(true)
      expect(hidden.startsWith(`${address}#error=`), hidden).to.equal(true)
      expect(signed.startsWith(`${address}&response=`), signed).to.equal(true)
      await signIn(visitor, routed.authorizePath({ scope: 'openid' }), person)
      const url = new URL(await returned({}))
      const written = query === 'code=of-the-app' ? '?code=ac_' : `?${query}&code=`
      expect(url.search.startsWith(written), url.search).to.equal(true)
      expect(url.searchParams.getAll('code'), query).to.have.length(1)
    }
  })

  it('login_hint fills in the address, escaped, and signs nobody in', async () => {
    const hint = '"><b>x@example.org'
    const page = await stage.visitor().get(app.authorizePath({ login_hint: hint }))
    expect(page.text).to.contain('value="&#34;&gt;&lt;b&gt;x@example.org"')
  })

  it('consent is for one client and these scopes alone [S-1.29]', async () => {
    const asker = await register(stage)
    await asker.codeFor(person, { scope: 'openid email' }, visitor)
    const silent = (scope: string) => visitor.get(asker.authorizePath({ scope, prompt: 'none' }))
    expect(callbackOf(await silent('openid email profile'))).to.include({ error: 'consent_required' })
    expect(callbackOf(await silent('openid'))).to.have.property('code')
    const other = await register(stage)
    const foreign = await visitor.get(other.authorizePath({ scope: 'openid', prompt: 'none' }))
    expect(callbackOf(foreign)).to.include({ error: 'consent_required' })
  })

  it('a scope that nobody knows is refused or left out, never granted', async () => {
    const answer = await ask({ scope: 'openid admin', prompt: 'none' })
    const { code, error } = callbackOf(answer)
    if (!code) return void expect(error).to.be.oneOf(['invalid_scope', 'consent_required'])
    const tokens = (await app.redeem(code)).json() as { scope: string }
    expect(tokens.scope).to.equal('openid')
  })

  it('consent that was taken back on the account page is asked for again, and its tokens are dead', async () => {
    const guest = stage.visitor()
    const owner = await stage.person()
    const tokens = await app.tokensFor(owner, {}, guest)
    const page = await guest.get('/account/apps')
    await guest.followForm(page, { clientId: app.clientId }, { action: '/account/apps/revoke' })
    expect((await app.introspect(tokens.access_token)).text).to.equal('{"active":false}')
    const silent = await guest.get(app.authorizePath({ prompt: 'none' }))
    expect(callbackOf(silent)).to.include({ error: 'consent_required' })
  })
})
