import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { SignJWT } from 'jose'
import type { Visited } from '../../support/visitor.ts'
import { nowSeconds } from '../binding/prover.ts'
import { CALLBACK, register } from '../relying-party.ts'
import type { Fields, Party } from '../relying-party.ts'
import { PASSWORD, sqliteStage } from '../stage.ts'
import type { Stage } from '../stage.ts'
import { lineOf, tell, toldApp } from './told.ts'

const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwks = { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'ES256' }] }
const unreachable = { id_token: { acr: { essential: true, values: ['urn:x'] } } }

/** What the app did, the error that it gets, and the words that tell what to change. */
const TOLD: [mistake: string, fields: Fields, error: string, words: RegExp][] = [
  ['no response_type', { response_type: undefined }, 'invalid_request', /'response_type'/],
  ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type', /takes code; got token/],
  ['a hybrid flow', { response_type: 'code id_token' }, 'unsupported_response_type', /got code id_token/],
  [
    'a misspelt response_mode',
    { response_mode: 'post' },
    'unsupported_response_mode',
    /takes query.*form_post.*jwt/,
  ],
  [
    'no PKCE',
    { code_challenge: undefined, code_challenge_method: undefined },
    'invalid_request',
    /code_challenge.*S256, or send scope openid and a nonce/,
  ],
  ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request', /takes S256; got plain/],
  ['PKCE without its method', { code_challenge_method: undefined }, 'invalid_request', /missing: send S256/],
  ['PKCE without a challenge', { code_challenge: undefined }, 'invalid_request', /code_challenge is missing/],
  ['a short challenge', { code_challenge: 'x' }, 'invalid_request', /43 characters/],
  ['silence with nobody signed in', { prompt: 'none' }, 'login_required', /without prompt=none/],
  ['silence and a page', { prompt: 'none login' }, 'invalid_request', /prompt none.*alone/],
  ['an unknown prompt', { prompt: 'signup' }, 'invalid_request', /takes none, .*create.*; got signup/],
  ['a wrong max_age', { max_age: '1h' }, 'invalid_request', /whole number of seconds.*got 1h/],
  ['claims that are no JSON', { claims: '{' }, 'invalid_request', /claims is not valid JSON/],
  ['claims of nothing', { claims: '{}' }, 'invalid_request', /userinfo or id_token/],
  [
    'registration in the request',
    { registration: '{}' },
    'registration_not_supported',
    /register the client first/,
  ],
  [
    'a request object elsewhere',
    { request_uri: 'https://x.example/' },
    'request_uri_not_supported',
    /not fetched from an address of the app, whatever it is.*push the request.*or send the JWT as request/,
  ],
  [
    'a pushed request that is gone',
    { request_uri: 'urn:ietf:params:oauth:request_uri:x' },
    'invalid_request_uri',
    /push/,
  ],
  ['request and request_uri', { request: 'x', request_uri: 'urn:x' }, 'invalid_request', /together/],
  ['a request that is no JWT', { request: 'x' }, 'invalid_request_object', /not a JWT/],
  [
    'a hint that is no ID token',
    { id_token_hint: 'x' },
    'invalid_request',
    /not an ID token that this server issued/,
  ],
  ['a parameter twice', { scope: ['openid', 'email'] }, 'invalid_request', /'scope'.*twice/],
  ['quotes in scope', { scope: 'open"id' }, 'invalid_scope', /without quotes/],
  ['nonce without openid', { scope: 'email', nonce: 'n' }, 'invalid_request', /openid scope.*nonce/],
  ['an unknown resource', { resource: 'https://x.example/' }, 'invalid_target', /resource.*not allowed/],
  ['a relative resource', { resource: 'api' }, 'invalid_target', /absolute URI/],
  [
    'details that are no list',
    { authorization_details: '{}' },
    'invalid_authorization_details',
    /JSON array/,
  ],
  [
    'details of no type',
    { authorization_details: '[{"type":"x"}]' },
    'invalid_authorization_details',
    /type/,
  ],
  [
    'a level out of reach',
    { claims: JSON.stringify(unreachable) },
    'unmet_authentication_requirements',
    /here are urn:/,
  ],
]

describe('the answer to a refused authorization request says why', function () {
  let stage: Stage
  let app: Party
  let signer: Party
  let pushing: Party

  before(async () => {
    stage = await sqliteStage()
    app = await register(stage)
    signer = await register(stage, { jwks, require_signed_request_object: true } as object)
    pushing = await register(stage, { require_pushed_authorization_requests: true })
  })

  const ask = (given: Fields, party = app) => stage.visitor().get(party.authorizePath(given))

  for (const [mistake, fields, error, words] of TOLD)
    it(`${mistake}: ${error}`, async () => {
      const told = await toldApp(stage, await ask(fields))
      expect(told.error).to.equal(error)
      expect(told.error_description).to.match(words)
    })

  const MODES = ['query', 'fragment', 'form_post', 'web_message']
  for (const response_mode of [...MODES, ...MODES.map((mode) => `${mode}.jwt`), 'jwt'])
    it(`in the response mode ${response_mode} as in every other`, async () => {
      const told = await toldApp(stage, await ask({ response_mode, registration: '{}' }))
      expect(told).to.include({ error: 'registration_not_supported' })
      expect(told.error_description).to.match(/register the client first/)
    })

  it('when somebody must consent or sign in anew, and the app forbids asking', async () => {
    const [visitor, { email }] = [stage.visitor(), await stage.person()]
    await visitor.signIn({ email, password: PASSWORD })
    const silent = async (given: Fields) =>
      toldApp(stage, await visitor.get(app.authorizePath({ prompt: 'none', ...given })))
    const unseen = await silent({})
    expect(unseen.error).to.equal('consent_required')
    expect(unseen.error_description).to.match(/scopes not granted: .*without prompt=none/)
    const strong = await silent({ claims: JSON.stringify({ id_token: { sub: { value: 'x' } } }) })
    expect(strong.error).to.equal('login_required')
    expect(strong.error_description).to.match(/requested subject.*without prompt=none/)
  })

  it('when it has to be pushed or signed', async () => {
    expect((await toldApp(stage, await ask({}, pushing))).error_description).to.match(
      /send the parameters to pushed_authorization_request_endpoint/,
    )
    expect((await toldApp(stage, await ask({}, signer))).error_description).to.match(
      /sign the parameters as a JWT/,
    )
  })

  it('when its signed form is wrong, with what is wrong about it', async () => {
    const signed = async (claims: object, key = own.privateKey) => {
      const { searchParams } = new URL(signer.authorizePath(), 'http://server')
      const all = { ...Object.fromEntries(searchParams), iss: signer.clientId, aud: stage.issuer, ...claims }
      const header = { alg: 'ES256', kid: 'k', typ: 'oauth-authz-req+jwt' }
      return await new SignJWT(all).setProtectedHeader(header).sign(key)
    }
    const WRONG: [object, RegExp, typeof own.privateKey?][] = [
      [{ exp: nowSeconds() - 100 }, /jwt expired/],
      [{ aud: 'https://other.example' }, /audience/],
      [{ iss: 'me' }, /iss|issuer/],
      [{}, /does not verify with the keys of this client/, other.privateKey],
    ]
    for (const [claims, words, key] of WRONG) {
      const told = await toldApp(stage, await ask({ request: await signed(claims, key) }, signer))
      expect(told.error, String(words)).to.equal('invalid_request_object')
      expect(told.error_description, String(words)).to.match(words)
    }
  })

  describe('by a page, where no answer can reach the app,', () => {
    const PAGES: [mistake: string, fields: Fields, words: RegExp][] = [
      ['an unknown client', { client_id: 'nobody' }, /the client_id is not registered here/],
      ['no client', { client_id: undefined }, /client_id/],
      ['no redirect_uri', { redirect_uri: undefined }, /redirect_uri/],
      ['a redirect_uri that is not registered', { redirect_uri: `${CALLBACK}/` }, /redirect_uri/],
      [
        'a relay for messages',
        { response_mode: 'web_message', web_message_uri: 'x' },
        /web_message_uri.*leave it out/,
      ],
    ]
    for (const [mistake, fields, words] of PAGES)
      it(mistake, async () => {
        const page: Visited = await ask(fields)
        expect(page.status).to.equal(400)
        expect(page.headers.get('location')).to.equal(null)
        expect(page.text)
          .to.match(words)
          .and.to.match(/<code[^>]*>\w{4}-\w{4}<\/code>/)
        const [, id] = /<code[^>]*>([\w-]+)<\/code>/.exec(page.text) ?? []
        expect((await lineOf(stage, page))['errorId'], 'the id on the page').to.equal(id)
      })
  })

  describe('when it is pushed,', () => {
    const push = (given: Fields) => {
      const { searchParams } = new URL(app.authorizePath(), 'http://server')
      return app.call('/oauth/par', { ...Object.fromEntries(searchParams), ...given })
    }
    tell(
      [
        [
          'request_uri in it',
          () => push({ request_uri: 'urn:x' }),
          400,
          'request_uri_not_supported',
          /not fetched from an address of the app/,
        ],
        [
          'registration in it',
          () => push({ registration: '{}' }),
          400,
          'registration_not_supported',
          /register the client/,
        ],
        [
          'another redirect_uri',
          () => push({ redirect_uri: 'https://x.example/' }),
          400,
          'invalid_request',
          /registered redirect_uris/,
        ],
        [
          'no PKCE',
          () => push({ code_challenge: undefined, code_challenge_method: undefined }),
          400,
          'invalid_request',
          /S256/,
        ],
        [
          'the client_id of another',
          () => push({ client_id: pushing.clientId }),
          400,
          'invalid_request',
          /another than/,
        ],
      ],
      () => stage,
    )

    it('and the log has what came and what is registered', async () => {
      const line = await lineOf(stage, await push({ redirect_uri: 'https://x.example/' }))
      expect(line).to.deep.include({
        clientId: app.clientId,
        got: 'https://x.example/',
        registered: [CALLBACK],
      })
    })
  })
})
