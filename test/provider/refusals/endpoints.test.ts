import { expect } from 'chai'
import { createRegistrar } from '../../protocol/registration/registrar.ts'
import { withMounted } from '../../support/mounted.ts'
import { register } from '../relying-party.ts'
import type { Party } from '../relying-party.ts'
import type { Sent } from '../send.ts'
import { sqliteStage } from '../stage.ts'
import type { Stage } from '../stage.ts'
import { lineOf, tell, toldProgram } from './told.ts'

const PAGE = 'https://spa.example.com'

describe('the other endpoints say why they refuse', function () {
  let stage: Stage
  let app: Party
  let access: string
  let machineToken: string

  before(async () => {
    stage = await sqliteStage()
    app = await register(stage)
    access = (await app.tokensFor(await stage.person(), { scope: 'email' })).access_token
    const machine = await register(stage, { grant_types: ['client_credentials'], redirect_uris: [] })
    const issued = await machine.call('/oauth/token', { grant_type: 'client_credentials' })
    machineToken = String(issued.json()['access_token'])
  })

  const send = (sent: Sent) => () => stage.send(sent)
  const userinfo = (authorization: string, more: Record<string, string> = {}) =>
    send({ to: '/oauth/userinfo', headers: { authorization, ...more } })

  describe('userinfo', () => {
    tell(
      [
        ['no token', send({ to: '/oauth/userinfo' }), 401, 'invalid_token', /send Authorization/],
        ['an unknown token', userinfo('Bearer x'), 401, 'invalid_token', /unknown, expired or revoked/],
        [
          'a token in the address',
          send({ to: '/oauth/userinfo?access_token=x' }),
          400,
          'invalid_request',
          /Authorization: Bearer/,
        ],
        ['client credentials', userinfo('Basic x'), 400, 'invalid_request', /takes Bearer/],
        ['no scheme', userinfo('x'), 400, 'invalid_request', /one space/],
        ['DPoP without a proof', userinfo('DPoP x'), 400, 'invalid_request', /needs a proof/],
        [
          'Bearer with a proof',
          userinfo('Bearer x', { dpop: 'x' }),
          400,
          'invalid_request',
          /send the access token as.*DPoP/,
        ],
        [
          'a proof that is none',
          userinfo('DPoP x', { dpop: 'x' }),
          401,
          'invalid_dpop_proof',
          /typ dpop\+jwt/,
        ],
        [
          'a token without openid',
          () => userinfo(`Bearer ${access}`)(),
          403,
          'insufficient_scope',
          /lacks the scope openid/,
        ],
        [
          'a token of a machine',
          () => userinfo(`Bearer ${machineToken}`)(),
          401,
          'invalid_token',
          /access token/,
        ],
      ],
      () => stage,
    )
  })

  describe('introspection and revocation', () => {
    tell(
      [
        [
          'introspection of nothing',
          () => app.call('/oauth/introspect', {}),
          400,
          'invalid_request',
          /'token'/,
        ],
        [
          'introspection by nobody',
          send({ to: '/oauth/introspect', form: { token: 'x' } }),
          400,
          'invalid_request',
          /which client/,
        ],
        ['revocation of nothing', () => app.call('/oauth/revoke', {}), 400, 'invalid_request', /'token'/],
        [
          'revocation by a stranger',
          () => app.call('/oauth/revoke', { token: 'x' }, { authorization: 'Basic eDp5' }),
          401,
          'invalid_client',
          /check client_id/,
        ],
      ],
      () => stage,
    )
  })

  describe('registration', () => {
    const post =
      (body: string, type = 'application/json') =>
      async () => {
        const { token } = await createRegistrar(stage).token()
        const headers = { 'content-type': type, authorization: `Bearer ${token}` }
        return await stage.send({ to: '/oauth/register', method: 'POST', body, headers })
      }
    const json = (metadata: object) =>
      post(JSON.stringify({ redirect_uris: ['https://x.example/'], ...metadata }))
    tell(
      [
        [
          'no token',
          send({
            to: '/oauth/register',
            method: 'POST',
            body: '{}',
            headers: { 'content-type': 'application/json' },
          }),
          401,
          'invalid_token',
          /needs an initial access token.*Authorization: Bearer/,
        ],
        [
          'a wrong token',
          send({
            to: '/oauth/register',
            method: 'POST',
            body: '{}',
            headers: { 'content-type': 'application/json', authorization: 'Bearer x' },
          }),
          401,
          'invalid_token',
          /initial access token is unknown/,
        ],
        ['broken JSON', post('{'), 400, 'invalid_request', /not valid JSON/],
        ['a list', post('[]'), 400, 'invalid_request', /JSON object/],
        [
          'a form',
          post('a=b', 'application/x-www-form-urlencoded'),
          400,
          'invalid_request',
          /has to be JSON.*got application/,
        ],
        ['no redirect_uris', json({ redirect_uris: [] }), 400, 'invalid_redirect_uri', /at least one/],
        [
          'a plain http address',
          json({ redirect_uris: ['http://x.example/'] }),
          400,
          'invalid_redirect_uri',
          /use https/,
        ],
        [
          'an unknown profile',
          json({ profile: 'x' }),
          400,
          'invalid_client_metadata',
          /takes default, fapi2-security.*got 'x'/,
        ],
        [
          'a profile in letters beyond ASCII',
          json({ profile: 'schlüssel' }),
          400,
          'invalid_client_metadata',
          /got '\(masked: 9 characters\)'/,
        ],
        [
          'against its profile',
          json({ profile: 'fapi2-security', token_endpoint_auth_method: 'none' }),
          400,
          'invalid_client_metadata',
          /section 5\.3\.2/,
        ],
        [
          'a record with a wrong token',
          send({ to: '/oauth/register/x', headers: { authorization: 'Bearer x' } }),
          401,
          'invalid_token',
          /registration_access_token/,
        ],
      ],
      () => stage,
    )
  })

  describe('calls from the browser', () => {
    it('name the origin that has to be registered, and can read the id of their log line', async () => {
      const headers = { ...app.auth, origin: PAGE }
      const refused = await stage.send({ to: '/oauth/token', form: { grant_type: 'x' }, headers })
      expect(refused.json()['error_description']).to.match(/cors_origins/)
      const spa = await register(stage, { token_endpoint_auth_method: 'none', cors_origins: [PAGE] })
      const answer = await spa.call('/oauth/token', { grant_type: 'x' }, { origin: PAGE })
      expect(answer.headers['access-control-allow-origin']).to.equal(PAGE)
      expect(answer.headers['access-control-expose-headers']).to.match(/X-Request-Id/)
    })
  })

  describe('the page for signing out', () => {
    const WRONG: [string, string, RegExp][] = [
      ['a hint that is no JWT', 'id_token_hint=x', /id_token_hint is not a signed JWT/],
      ['an unknown client', 'client_id=nobody', /not registered/],
    ]
    for (const [mistake, query, words] of WRONG)
      it(mistake, async () => {
        const page = await stage.visitor().get(`/oauth/logout?${query}`)
        expect(page.status).to.equal(400)
        expect(page.text).to.match(words)
      })

    it('an address that is not registered', async () => {
      const query = new URLSearchParams({ client_id: app.clientId, post_logout_redirect_uri: PAGE })
      const page = await stage.visitor().get(`/oauth/logout?${query}`)
      expect(page.text).to.match(/not among the post_logout_redirect_uris/)
    })
  })

  describe('a program that prefers HTML, as those in Java do by default,', () => {
    const accept = 'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2'
    const names = withMounted(['token', 'par', 'introspect', 'revoke', 'userinfo'], {
      device: ['device'],
      ciba: ['backchannel'],
      challenge: ['authorize-challenge'],
      registration: ['register'],
    })
    for (const name of names)
      it(`gets JSON from ${name}`, async () => {
        const answer = await stage.send({ to: `/oauth/${name}`, method: 'POST', headers: { accept } })
        expect((await toldProgram(stage, answer)).error).to.match(/^invalid_(request|token|client)$/)
      })
  })

  describe('an address', () => {
    type Taken = [method: string, to: string, allowed: string]
    const ALWAYS: Taken[] = [
      ['GET', '/oauth/token', 'POST'],
      ['PUT', '/oauth/token/', 'POST'],
      ['DELETE', '/oauth/userinfo', 'GET, POST'],
      ['PUT', '/oauth/authorize', 'GET, POST'],
      ['POST', '/oauth/jwks', 'GET'],
      ['POST', '/.well-known/openid-configuration', 'GET'],
    ]
    const METHODS = withMounted(ALWAYS, {
      'status-list': [['POST', '/oauth/status-lists/one', 'GET']],
      registration: [
        ['GET', '/oauth/register', 'POST'],
        ['POST', '/oauth/register/x', 'GET, PUT, DELETE'],
      ],
      challenge: [['GET', '/oauth/authorize-challenge', 'POST']],
    })
    for (const [method, to, allowed] of METHODS)
      it(`${to} does not take ${method}, and says what it takes`, async () => {
        const answer = await stage.send({ to, method })
        expect([answer.status, answer.headers.allow]).to.eql([405, allowed])
        expect(answer.json()).to.include({ error: 'method_not_allowed' })
        expect(answer.json()['error_description']).to.contain(`It takes ${allowed}.`)
        const line = await lineOf(stage, answer)
        expect(line).to.include({ refusal: 'method_not_allowed', got: method, registered: allowed })
        expect(line['errorId'], 'the same id').to.equal(answer.json()['error_id'])
      })

    for (const to of ['/oauth/tokens', '/token', '/oauth2/token', '/oauth', '/connect/token'])
      it(`${to} does not exist, and the answer says where the endpoints are listed`, async () => {
        for (const method of ['GET', 'POST']) {
          const answer = await stage.send({ to, method })
          expect(answer.status, method).to.equal(404)
          expect(answer.json(), method).to.include({ error: 'not_found' })
          const line = await lineOf(stage, answer)
          expect(line, method).to.include({ msg: 'oidc.refused', refusal: 'not_found', path: to })
          expect(answer.json()['error_description'], method).to.contain('/.well-known/openid-configuration')
        }
      })
  })
})
