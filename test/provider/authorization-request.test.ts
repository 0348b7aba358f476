import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import { callbackOf, challengeOf, register, returnOf, signIn } from './relying-party.ts'
import type { Fields, Party } from './relying-party.ts'
import type { Answer } from './send.ts'
import { PASSWORD, sqliteStage } from './stage.ts'
import type { Stage } from './stage.ts'

describe('the authorization endpoint', function () {
  let stage: Stage
  let app: Party
  let spa: Party
  let native: Party
  let person: Account

  before(async () => {
    stage = await sqliteStage()
    app = await register(stage)
    spa = await register(stage, { token_endpoint_auth_method: 'none' })
    native = await register(stage, {
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback', 'http://[::1]/callback', 'com.example.app:/callback'],
      token_endpoint_auth_method: 'none',
    })
    person = await stage.person()
  })

  const ask = (path: string, headers = {}) =>
    stage.send({ to: path, headers: { accept: 'text/html', ...headers } })

  const BENT = [
    'https://app.example.com/callback/',
    'https://app.example.com/Callback',
    'https://APP.example.com/callback',
    'HTTPS://app.example.com/callback',
    'https://app.example.com@evil.example/callback',
    'https://evil.example@app.example.com/callback',
    'https://app.example.com.evil.example/callback',
    'https://app.example.com/callback?next=https://evil.example',
    'https://app.example.com/callback?',
    'https://app.example.com/callback#fragment',
    'https://app.example.com/%63allback',
    'https://app.example.com/x/%2e%2e/callback',
    'https://app.example.com/x/../callback',
    'https://app.example.com/./callback',
    'https://app.example.com\\callback',
    'https://app.example.com\\@evil.example/callback',
    'https://app.example.com:443/callback',
    'https://app.example.com:8443/callback',
    'http://app.example.com/callback',
    'https://app.example.com/callback ',
    ' https://app.example.com/callback',
    'https://app.example.com/callback\u0000',
    'https://app.example.com/callback%00',
    'https://app.example.com./callback',
    '//app.example.com/callback',
    '/callback',
    'javascript:alert(1)',
    '',
  ]
  for (const redirectUri of BENT)
    it(`shows its own error page for the redirect address ${JSON.stringify(redirectUri)} [S-1.1]`, async () => {
      const answer = await ask(app.authorizePath({ redirect_uri: redirectUri }))
      expect(answer.status).to.equal(400)
      expect(answer.headers.location).to.equal(undefined)
      expect(answer.headers['content-type']).to.contain('text/html')
      expect(answer.headers['cache-control']).to.equal('no-store')
    })

  it("shows its own error page when the redirect address is left out, or is another client's", async () => {
    for (const redirectUri of [undefined, 'com.example.app:/callback']) {
      const answer = await ask(app.authorizePath({ redirect_uri: redirectUri }))
      expect(answer, String(redirectUri)).to.include({ status: 400 })
      expect(answer.headers.location, String(redirectUri)).to.equal(undefined)
    }
  })

  it('shows its own error page for an unknown client, and never redirects [S-1.3]', async () => {
    for (const clientId of ['unknown', `${app.clientId} `, app.clientId.toUpperCase(), '', undefined]) {
      const answer = await ask(app.authorizePath({ client_id: clientId }))
      expect(answer, String(clientId)).to.include({ status: 400 })
      expect(answer.headers.location, String(clientId)).to.equal(undefined)
    }
  })

  it("lets only the port of a native app's loopback address vary (RFC 8252 §7.3) [S-1.2]", async () => {
    const lands = async (redirectUri: string) => {
      const answer = await ask(native.authorizePath({ redirect_uri: redirectUri, scope: 'openid' }))
      return answer.headers.location?.startsWith('/interaction/') ? 'accepted' : answer.status
    }
    expect(await lands('http://127.0.0.1:51004/callback')).to.equal('accepted')
    expect(await lands('http://[::1]:51004/callback')).to.equal('accepted')
    expect(await lands('com.example.app:/callback')).to.equal('accepted')
    const refused = [
      'http://127.0.0.1:51004/other',
      'http://127.0.0.2:51004/callback',
      'http://localhost:51004/callback',
      'https://127.0.0.1:51004/callback',
      'http://user@127.0.0.1:51004/callback',
      'http://127.0.0.1:51004/callback?a=b',
      'com.example.app:/callback/x',
      'com.example.app://evil.example/callback',
    ]
    for (const redirectUri of refused) expect(await lands(redirectUri), redirectUri).to.equal(400)
  })

  const sentBack = async (party: Party, given: Fields) => {
    const answer = await ask(party.authorizePath(given))
    expect(answer.headers.location, `${party.clientId}: ${answer.text.slice(0, 500)}`).to.match(
      /^https:\/\/app\.example\.com\/callback[?#]/,
    )
    return callbackOf(answer)
  }

  const REFUSED: [string, Fields, string][] = [
    ['no PKCE challenge', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    [
      'a challenge without its method, which would mean plain',
      { code_challenge_method: undefined },
      'invalid_request',
    ],
    ['a method without a challenge', { code_challenge: undefined }, 'invalid_request'],
    ['an unknown challenge method', { code_challenge_method: 's256' }, 'invalid_request'],
    ['a challenge that is no SHA-256', { code_challenge: 'short' }, 'invalid_request'],
    ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
    [
      'an ID token from the front channel',
      { response_type: 'id_token', nonce: 'n' },
      'unsupported_response_type',
    ],
    ['the hybrid flow', { response_type: 'code id_token', nonce: 'n' }, 'unsupported_response_type'],
    ['no answer at all', { response_type: 'none' }, 'unsupported_response_type'],
    ['an unsigned request object', { request: 'eyJhbGciOiJub25lIn0.e30.' }, 'invalid_request_object'],
    ['a request object elsewhere', { request_uri: 'https://evil.example/r' }, 'request_uri_not_supported'],
    ['prompt=none together with another', { prompt: 'none consent' }, 'invalid_request'],
    ['a max_age that is no number', { max_age: '-1' }, 'invalid_request'],
    ['a resource that is not allow-listed', { resource: 'https://api.example.com' }, 'invalid_target'],
  ]
  for (const [what, given, error] of REFUSED)
    it(`refuses ${what}, for public and confidential clients alike, naming the issuer (RFC 9207) [S-1.4]`, async () => {
      for (const party of [app, spa])
        expect(await sentBack(party, given), party.clientId).to.include({
          error,
          state: 'a-state',
          iss: stage.issuer,
        })
    })

  it('refuses every parameter that is given twice [S-1.9]', async () => {
    const { searchParams } = new URL(app.authorizePath({ nonce: 'n', login_hint: 'a' }), stage.issuer)
    for (const [name, value] of searchParams) {
      const answer = await ask(app.authorizePath({ nonce: 'n', login_hint: 'a', [name]: [value, value] }))
      const told = answer.status === 400 || callbackOf(answer)['error'] === 'invalid_request'
      expect(told, `${name}: ${answer.status}`).to.equal(true)
      // The client must be certain before anything is sent to an app.
      if (name === 'client_id' || name === 'redirect_uri') expect(answer.status, name).to.equal(400)
    }
  })

  it('refuses a duplicated parameter also when the second is empty or the first is in the body [S-6.9]', async () => {
    const answer = await ask(app.authorizePath({ scope: ['openid', ''] }))
    expect(answer.status === 400 || callbackOf(answer)['error'] === 'invalid_request').to.equal(true)
    const posted = await stage.send({
      to: `/oauth/authorize?client_id=${spa.clientId}`,
      form: { client_id: app.clientId, redirect_uri: app.redirectUri, response_type: 'code' },
    })
    expect(posted.status).to.be.oneOf([303, 400])
    expect(posted.headers.location ?? '').not.to.contain('code=')
  })

  it('answers prompt=none without a session with login_required', async () => {
    expect(await sentBack(app, { prompt: 'none' })).to.include({ error: 'login_required', iss: stage.issuer })
  })

  it('names the issuer on success, and sends back code and state and nothing else [S-1.10]', async () => {
    const url = await signIn(stage.visitor(), app.authorizePath(), person)
    expect([...url.searchParams.keys()].sort()).to.eql(['code', 'iss', 'state'])
    expect(url.searchParams.get('iss')).to.equal(stage.issuer)
    expect(url.origin + url.pathname).to.equal(app.redirectUri)
  })

  it('sends a refusal of consent, and a cancelled sign-in, back as access_denied', async () => {
    const visitor = stage.visitor()
    const cancelled = await visitor.followForm(
      await visitor.get(app.authorizePath()),
      {},
      { action: '/cancel' },
    )
    expect(callbackOf(cancelled)).to.include({ error: 'access_denied', iss: stage.issuer, state: 'a-state' })
    const form = await visitor.get(app.authorizePath())
    const credentials = { email: person.email, password: PASSWORD }
    const consent = await visitor.followForm(form, credentials, { action: '/sign-in' })
    const denied = await visitor.followForm(consent, { decision: 'deny' }, { action: '/consent' })
    expect(callbackOf(denied)).to.include({ error: 'access_denied', iss: stage.issuer })
  })

  it('answers a POST with 303, so that no browser sends the form on (RFC 9700 §4.12) [S-1.11]', async () => {
    const fields = Object.fromEntries(new URL(app.authorizePath(), stage.issuer).searchParams)
    for (const prompt of ['consent', 'none']) {
      const answer = await stage.send({ to: '/oauth/authorize', form: { ...fields, prompt } })
      expect(answer.status, prompt).to.equal(303)
      const next = await stage.send({ to: answer.headers.location ?? '' })
      expect(next.status, prompt).to.equal(303)
      if (prompt === 'none') expect(callbackOf(next), prompt).to.include({ error: 'login_required' })
      else expect(next.headers.location, prompt).to.match(/^\/interaction\//)
    }
  })

  it('says that a POST is too large to become an address', async () => {
    const form = Object.fromEntries(new URL(app.authorizePath(), stage.issuer).searchParams)
    const answer = await stage.send({ to: '/oauth/authorize', form: { ...form, state: 's'.repeat(9000) } })
    expect(answer.status).to.equal(413)
    expect(answer.json()['error_description']).to.contain('8192 bytes; push a larger one (RFC 9126)')
  })

  it('answers every step of an interaction with 303', async () => {
    const visitor = stage.visitor()
    const page = await visitor.get(app.authorizePath())
    const once = { follow: false }
    const credentials = { email: person.email, password: PASSWORD }
    const posted = await visitor.followForm(page, credentials, { action: '/sign-in', ...once })
    expect(posted.status).to.equal(303)
    const resumed = await visitor.get(returnOf(posted), once)
    expect(resumed.status).to.equal(303)
    const consent = await visitor.get(returnOf(resumed))
    const allowed = await visitor.followForm(consent, { decision: 'allow' }, { action: '/consent', ...once })
    expect(allowed.status).to.equal(303)
    expect((await visitor.get(returnOf(allowed), once)).status).to.equal(303)
  })

  it('reads no parameters from the address that our own pages return to', async () => {
    for (const response_mode of ['query', 'form_post', 'jwt', 'query.jwt', 'fragment.jwt']) {
      const { search } = new URL(app.authorizePath({ response_mode }), stage.issuer)
      for (const uid of ['unknown', '..', '%00', '%ff', 'x'.repeat(3000)]) {
        const answer = await ask(`/oauth/authorize/${uid}${search}`)
        expect(answer.status, `${uid} ${response_mode}`).to.be.oneOf([400, 410])
        expect(answer.headers, `${uid} ${response_mode}`).not.to.have.property('location')
        expect(answer.text, `${uid} ${response_mode}`).not.to.contain(app.redirectUri)
      }
    }
  })

  it('takes no part in CORS, cannot be framed, leaks no referrer and is never kept [S-1.12]', async () => {
    const origin = 'https://app.example.com'
    for (const path of [app.authorizePath(), app.authorizePath({ redirect_uri: 'https://evil.example' })]) {
      const answer = await ask(path, { origin })
      expect(corsOf(answer), path).to.eql([])
      expect(answer.headers['content-security-policy'], path).to.contain("frame-ancestors 'none'")
      expect(answer.headers['referrer-policy'], path).to.equal('no-referrer')
      expect(answer.headers['cache-control'], path).to.equal('no-store')
    }
    const headers = { origin, 'access-control-request-method': 'GET' }
    const preflight = await stage.send({ method: 'OPTIONS', to: app.authorizePath(), headers })
    expect(corsOf(preflight)).to.eql([])
  })

  it('redeems a code only with the verifier of its own request', async () => {
    const code = await app.codeFor(person, { code_challenge: challengeOf('x'.repeat(43)) })
    expect((await app.redeem(code)).json()).to.include({ error: 'invalid_grant' })
  })
})

function corsOf({ headers }: Answer): string[] {
  return Object.keys(headers).filter((name) => name.startsWith('access-control-'))
}
