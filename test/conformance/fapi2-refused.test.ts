import { expect } from 'chai'
import { nowSeconds } from '../provider/binding/prover.ts'
import { callbackOf } from '../provider/relying-party.ts'
import { playFapi } from './fapi2-play.ts'
import type { Fapi } from './fapi2-play.ts'
import { expectError, openFapi2, rowsOfPlans } from './fapi2-world.ts'
import type { Bend, Fields, Form, World } from './fapi2-world.ts'
import { inCase } from '../support/in-case.ts'

type Module = (suite: Fapi) => Promise<unknown>

const OTHER = 'https://other.example'
const REQUEST_URI = 'urn:ietf:params:oauth:request_uri:random'
const NO_CLIENT = ['invalid_client', 'invalid_request']
const NO_REQUEST = ['invalid_request', 'invalid_request_object']
const none = (claims: object) =>
  `${[{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`
const altered = (jwt: string) => `${jwt.slice(0, -8)}AAAAAAAA`

const pushed =
  (given: Fields, errors: string[]): Module =>
  async (suite) =>
    expectError(await suite.push(given), errors)

/** Modules that end in a refusal in every variant. */
const MODULES: Record<string, Module> = {
  'user-rejects-authentication': async (suite) => {
    for (const holder of ['client', 'client2'] as const) {
      suite.state.holder = holder
      const browser = suite.world.visitor()
      const page = await browser.get(suite.authorizePath(await suite.push({ state: 's'.repeat(128) })))
      const back = callbackOf(await browser.followForm(page, {}, { action: '/cancel' }))
      const answer = await suite.answerOf(
        new URL(`${suite.redirect().split('?')[0]}?${new URLSearchParams(back)}`),
      )
      expect(answer, holder).to.include({
        error: 'access_denied',
        state: 's'.repeat(128),
        iss: suite.world.issuer,
      })
    }
  },
  'ensure-request-object-without-redirect-uri-fails': pushed({ redirect_uri: undefined }, NO_REQUEST),
  'ensure-redirect-uri-in-authorization-request': pushed({ redirect_uri: undefined }, NO_REQUEST),
  'plain-fapi-tolerate-unregistered-redirect-uri': pushed({ redirect_uri: `${OTHER}/callback` }, NO_REQUEST),
  'ensure-response-type-code-idtoken-fails': pushed({ response_type: 'code id_token' }, [
    'unsupported_response_type',
    ...NO_REQUEST,
  ]),
  'ensure-response-type-token-fails': pushed({ response_type: 'token' }, [
    'unsupported_response_type',
    ...NO_REQUEST,
  ]),
  'par-ensure-pkce-required': pushed({ code_challenge: undefined, code_challenge_method: undefined }, [
    'invalid_request',
  ]),
  'par-plain-pkce-rejected': pushed({ code_challenge_method: 'plain' }, ['invalid_request']),
  'ensure-unsigned-authorization-request-without-using-par-fails': async (suite) => {
    const given = Object.entries(suite.request()).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    )
    const sent = await suite.visitor.get(`/oauth/authorize?${new URLSearchParams(given)}`, { follow: false })
    const answer = await suite.answerOf(new URL(sent.headers.get('location') ?? ''))
    expect([answer['error'], answer['state']]).to.eql(['invalid_request', suite.state.asked['state']])
  },
  'par-authorization-request-containing-request_uri-form-param': async (suite) =>
    expectError(await suite.push({}, { more: { request_uri: REQUEST_URI } }), [
      'request_uri_not_supported',
      ...NO_REQUEST,
    ]),
  'par-attempt-invalid-http-method': async (suite) => {
    expect((await suite.push({}, { method: 'PUT' })).status).to.equal(405)
  },
  'par-ensure-reused-request-uri-prior-to-auth-completion-succeeds': async (suite) => {
    const path = suite.authorizePath(await suite.push())
    const browser = suite.world.visitor()
    expect((await browser.get(path)).text).to.contain('name="password"')
    await suite.accept(await suite.redeem(await suite.authorize(path, browser)))
    expect((await suite.show()).status).to.equal(200)
  },
  'par-attempt-reuse-request_uri': async (suite) => {
    const path = suite.authorizePath(await suite.push())
    await suite.authorize(path)
    expect(callbackOf(await suite.visitor.get(path, { follow: false }))).to.include({
      error: 'invalid_request_uri',
    })
  },
  'par-attempt-to-use-request_uri-for-different-client': async (suite) => {
    const mine = await suite.push()
    suite.state.holder = 'client2'
    const path = suite.authorizePath(mine, { client_id: suite.section().client_id })
    const sent = await suite.visitor.get(path, { follow: false })
    expect(sent.status).to.be.oneOf([303, 400])
    expect(sent.headers.get('location') ?? '').not.to.match(/[?&]code=/)
  },
  'ensure-client-id-in-token-endpoint': async (suite) => {
    const answer = await suite.codeFor()
    // The second client's name with the first one's key or certificate.
    const id = secondOf(suite)
    const auth: Bend = { claims: (claims) => ({ ...claims, iss: id, sub: id }) }
    expectError(await suite.redeem(answer, { client_id: id }, { auth }), ['invalid_client', 'invalid_grant'])
  },
  'ensure-holder-of-key-required': async (suite) => {
    const answer = await suite.codeFor()
    const refused = await suite.redeem(answer, {}, { proven: false, shows: suite.dpop && !suite.byKey })
    const keyless = suite.dpop ? ['invalid_grant', 'invalid_request', 'invalid_dpop_proof'] : NO_CLIENT
    expectError(refused, suite.byKey ? [...keyless, 'invalid_grant'] : keyless)
  },
  'ensure-authorization-code-is-bound-to-client': async (suite) => {
    const answer = await suite.codeFor()
    const redirect_uri = suite.redirect()
    suite.state.holder = 'client2'
    expectError(await suite.redeem(answer, { redirect_uri }), ['invalid_grant'], 400)
  },
  'ensure-pkce-code-verifier-required': async (suite) =>
    expectError(
      await suite.redeem(await suite.codeFor(), { code_verifier: undefined }),
      ['invalid_grant'],
      400,
    ),
  'incorrect-pkce-code-verifier-rejected': async (suite) =>
    expectError(
      await suite.redeem(await suite.codeFor(), { code_verifier: 'v'.repeat(64) }),
      ['invalid_grant'],
      400,
    ),
}

const secondOf = (suite: Fapi): string => {
  suite.state.holder = 'client2'
  const { client_id: id } = suite.section()
  suite.state.holder = 'client'
  return id
}

const MINUTE_SECONDS = 60
const ago = (minutes: number) => nowSeconds() - minutes * MINUTE_SECONDS

const object =
  (bend: Bend): Module =>
  async (suite) =>
    expectError(await suite.push({}, { object: bend }), ['invalid_request_object'], 400)

const SIGNED: Record<string, Module> = {
  'ensure-request-object-without-exp-fails': object({ claims: (c) => ({ ...c, exp: undefined }) }),
  'ensure-request-object-without-nbf-fails': object({ claims: (c) => ({ ...c, nbf: undefined }) }),
  'ensure-expired-request-object-fails': object({ claims: (c) => ({ ...c, exp: ago(5) }) }),
  'ensure-request-object-with-bad-aud-fails': object({ claims: (c) => ({ ...c, aud: OTHER }) }),
  'ensure-request-object-with-exp-over-60-fails': object({ claims: (c) => ({ ...c, exp: ago(-70) }) }),
  'ensure-request-object-with-nbf-over-60-fails': object({ claims: (c) => ({ ...c, nbf: ago(70) }) }),
  'ensure-signed-request-object-with-RS256-fails': object({ header: { alg: 'RS256' } }),
  'ensure-request-object-signature-algorithm-is-not-none': async (suite) => {
    const claims = JSON.parse(
      Buffer.from((await suite.requestObject(suite.request())).split('.')[1] ?? '', 'base64url').toString(),
    ) as object
    expectError(await suite.push({}, { more: { request: none(claims) } }), ['invalid_request_object'], 400)
  },
  'ensure-request-object-with-invalid-signature-fails': async (suite) => {
    const request = altered(await suite.requestObject(suite.request()))
    expectError(await suite.push({}, { more: { request } }), ['invalid_request_object'], 400)
  },
  'ensure-matching-key-in-authorization-request': async (suite) => {
    const { privateKey: key, kid, alg } = suite.world.keys.client2
    const refused = await suite.push({}, { object: { key, header: { kid, alg } } })
    expectError(refused, NO_REQUEST, 400)
  },
  'ensure-unsigned-request-at-par-endpoint-fails': async (suite) =>
    expectError(await suite.push({}, { plain: true }), ['invalid_request'], 400),
  'par-authorization-request-containing-request_uri': object({
    claims: (c) => ({ ...c, request_uri: REQUEST_URI }),
  }),
}

const assertion =
  (auth: Bend): Module =>
  async (suite) =>
    expectError(await suite.redeem(await suite.codeFor(), {}, { auth }), NO_CLIENT)
const atPar =
  (auth: (suite: Fapi) => Bend): Module =>
  async (suite) =>
    expectError(await suite.push({}, { auth: auth(suite) }), NO_CLIENT, 400, 401)
const forAudience = (of: (suite: Fapi) => unknown) =>
  atPar((suite) => ({ claims: (c) => ({ ...c, aud: of(suite) }) }))
const ahead: Bend['claims'] = (c) => ({ ...c, iat: nowSeconds() + 65, nbf: nowSeconds() + 65, exp: ago(-5) })

const BY_KEY: Record<string, Module> = {
  'ensure-signed-client-assertion-with-RS256-fails': assertion({ header: { alg: 'RS256' } }),
  'ensure-client-assertion-in-token-endpoint': async (suite) => {
    const { client_id } = suite.section()
    const without = { client_assertion: undefined, client_assertion_type: undefined, client_id }
    expectError(await suite.redeem(await suite.codeFor(), without), NO_CLIENT)
  },
  'ensure-client-assertion-with-exp-is-5-minutes-in-past-fails': assertion({
    claims: (c) => ({ ...c, exp: ago(5) }),
  }),
  'ensure-client-assertion-with-wrong-aud-fails': assertion({ claims: (c) => ({ ...c, aud: OTHER }) }),
  'ensure-client-assertion-with-no-sub-fails': assertion({ claims: (c) => ({ ...c, sub: undefined }) }),
  'par-test-array-as-audience-fails': forAudience(({ world }) => [world.issuer, OTHER]),
  'par-test-par-endpoint-url-as-audience-fails': forAudience((suite) =>
    suite.endpoint('pushed_authorization_request_endpoint'),
  ),
  'par-test-token-endpoint-url-as-audience-fails': forAudience((suite) => suite.endpoint('token_endpoint')),
  'par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails': atPar(() => ({
    claims: ahead,
  })),
  'ensure-invalid-client-assertions-fail': invalidAssertions,
}

async function invalidAssertions(suite: Fapi): Promise<void> {
  const bends: Record<string, Bend> = {
    'no sub': { claims: (c) => ({ ...c, sub: undefined }) },
    'no iss': { claims: (c) => ({ ...c, iss: undefined }) },
    'no aud': { claims: (c) => ({ ...c, aud: undefined }) },
    'another sub': { claims: (c) => ({ ...c, sub: 'somebody' }) },
    'another iss': { claims: (c) => ({ ...c, iss: 'somebody' }) },
    'another aud': { claims: (c) => ({ ...c, aud: OTHER }) },
    'two in aud': { claims: (c) => ({ ...c, aud: [suite.world.issuer, OTHER] }) },
    expired: { claims: (c) => ({ ...c, exp: ago(5) }) },
    'from the future': { claims: ahead },
    'by RS256': { header: { alg: 'RS256' } },
    'another key': {
      key: suite.world.keys.client2.privateKey,
      header: { alg: suite.world.keys.client2.alg },
    },
  }
  for (const [what, auth] of Object.entries(bends))
    await inCase(what, async () => expectError(await suite.push({}, { auth }), NO_CLIENT, 400, 401))
  const { client_assertion: good = '', client_assertion_type = '' } = await suite.authentication()
  const forms: Form[] = [
    { client_assertion: altered(good) },
    {
      client_assertion: none(
        JSON.parse(Buffer.from(good.split('.')[1] ?? '', 'base64url').toString()) as object,
      ),
    },
    { client_assertion_type: 'urn:wrong' },
    { client_assertion_type: '' },
  ]
  for (const more of forms)
    await inCase(JSON.stringify(more), async () =>
      expectError(await suite.push({}, { more }), NO_CLIENT, 400, 401),
    )
  const taken = await suite.push({}, { more: { client_assertion: good, client_assertion_type } })
  expect(taken.status, JSON.stringify(taken.body)).to.equal(201)
}

describe('the FAPI 2.0 plans’ refusals [C-fapi2-security][C-fapi2-message-signing]', function () {
  let world: World
  before(async () => {
    world = await openFapi2()
  })
  after(() => world.stop())

  for (const { label, find, signed, byKey } of rowsOfPlans())
    for (const [name, module] of Object.entries({ ...MODULES, ...(signed && SIGNED), ...(byKey && BY_KEY) }))
      it(`${name}, ${label}`, async () => {
        await module(playFapi(world, find(world)))
      })
})
