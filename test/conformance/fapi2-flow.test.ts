import { expect } from 'chai'
import { createProver, nowSeconds } from '../provider/binding/prover.ts'
import { playFapi } from './fapi2-play.ts'
import type { Fapi } from './fapi2-play.ts'
import { openFapi2, rowsOfPlans } from './fapi2-world.ts'
import type { Claims, World } from './fapi2-world.ts'

type Module = (suite: Fapi) => Promise<unknown>

/** Modules that end at the protected resource, and the one about what is advertised. */
const MODULES: Record<string, Module> = {
  'discovery-end-point-verification': discovery,
  'happy-flow': happyFlow,
  'ensure-authorization-request-without-state-success': (suite) => suite.flow({ state: undefined }),
  'alternate-happy-flow': (suite) =>
    suite.flow({ scope: suite.section().scope.split(' ').toReversed().join(' ') }),
  'access-token-type-header-case-sensitivity': async (suite) => {
    await suite.flow()
    const swapped = suite.state.scheme.replaceAll(/[a-z]/gi, (one) =>
      one === one.toLowerCase() ? one.toUpperCase() : one.toLowerCase(),
    )
    expect((await suite.show({ scheme: swapped })).status).to.equal(200)
  },
  'ensure-authorization-request-with-long-state': (suite) => suite.flow({ state: 's'.repeat(1000) }),
  'ensure-different-state-inside-and-outside-request-object': (suite) =>
    suite.flow({}, { beside: { state: 'another' } }),
  'state-only-outside-request-object-not-used': (suite) =>
    suite.flow({ state: undefined }, { beside: { state: 'outside' } }),
  'par-without-duplicate-parameters': async (suite) => {
    const pushed = await suite.push()
    const bare = { response_type: undefined, scope: undefined, redirect_uri: undefined }
    const answer = await suite.authorize(suite.authorizePath(pushed, bare))
    await suite.accept(await suite.redeem(answer))
  },
  'refresh-token': refreshToken,
  'attempt-reuse-authorization-code-after-one-second': async (suite) => {
    const answer = await suite.codeFor()
    await suite.accept(await suite.redeem(answer))
    const again = await suite.redeem(answer)
    expect([again.status, again.body['error']]).to.eql([400, 'invalid_grant'])
    expect((await suite.show()).status).to.equal(401)
  },
}

/** Those that are about OpenID Connect. */
const OPENID: Record<string, Module> = {
  'ensure-authorization-request-without-nonce-success': (suite) => suite.flow({ nonce: undefined }),
  'ensure-authorization-request-with-64-char-nonce-success': (suite) => suite.flow({ nonce: 'n'.repeat(64) }),
  'ensure-authorization-request-with-long-nonce': (suite) => suite.flow({ nonce: 'n'.repeat(1000) }),
  'ensure-different-nonce-inside-and-outside-request-object': (suite) =>
    suite.flow({}, { beside: { nonce: 'another' } }),
  'test-claims-parameter-identity-claims': identityClaims,
}

/** Those of signed requests. */
const SIGNED: Record<string, Module> = {
  'ensure-request-object-with-multiple-aud-succeeds': (suite) =>
    suite.flow({}, { object: { claims: (c) => ({ ...c, aud: [c['aud'], 'https://other.example'] }) } }),
  'ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted': (suite) =>
    suite.flow({}, { object: { claims: (c) => ({ ...c, nbf: nowSeconds() + 8 }) } }),
}

/** Those of clients that authenticate by a key. */
const BY_KEY: Record<string, Module> = {
  'par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted': (suite) => {
    const ahead = nowSeconds() + 8
    return suite.flow({}, { auth: { claims: (c) => ({ ...c, iat: ahead, nbf: ahead }) } })
  },
}

async function discovery(suite: Fapi): Promise<void> {
  const well = suite.openid ? 'openid-configuration' : 'oauth-authorization-server'
  const metadata = (await suite.world.send({ to: `/.well-known/${well}` })).json() as Record<string, unknown>
  const one = (name: string, of: string[]) =>
    expect(
      (metadata[name] as string[]).some((value) => of.includes(value)),
      name,
    ).to.equal(true)
  for (const name of [
    'id_token',
    'userinfo',
    'dpop',
    'token_endpoint_auth',
    'request_object',
    'authorization',
  ])
    one(`${name}_signing_alg_values_supported`, ['PS256', 'ES256', 'EdDSA'])
  one('response_types_supported', ['code'])
  one('response_modes_supported', ['jwt'])
  one('code_challenge_methods_supported', ['S256'])
  one(
    'token_endpoint_auth_methods_supported',
    suite.byKey ? ['private_key_jwt'] : ['self_signed_tls_client_auth'],
  )
  if (suite.openid) one('scopes_supported', ['openid'])
  expect(metadata).to.include({
    issuer: suite.world.issuer,
    authorization_response_iss_parameter_supported: true,
    tls_client_certificate_bound_access_tokens: true,
  })
  expect(metadata['pushed_authorization_request_endpoint']).to.be.a('string')
  expect(metadata['require_pushed_authorization_requests']).to.be.oneOf([undefined, true, false])
}

async function happyFlow(suite: Fapi): Promise<void> {
  const claims = await suite.flow()
  const idToken = [
    'iss',
    'sub',
    'aud',
    'exp',
    'iat',
    'auth_time',
    'nonce',
    'acr',
    'amr',
    'azp',
    'at_hash',
    's_hash',
    // Of a token from a bound sign-in; the suite takes the claims of RFC 7519 §4.1 as well.
    'jti',
  ]
  expect(idToken).to.include.members(Object.keys(claims))
  const inQuery = `${suite.resourceUrl}?access_token=${suite.state.token}`
  expect((await suite.show({ to: inQuery, bare: true })).status).to.be.oneOf([400, 401])
  for (const accept of ['application/json;charset=UTF-8', 'application/json, */*']) {
    const shown = await suite.show({ headers: { accept } })
    expect([shown.status, shown.headers.has('date')], accept).to.eql([200, true])
  }
  suite.state.holder = 'client2'
  const { thumbprint } = suite.prover()
  await suite.flow({
    ...(suite.dpop && { dpop_jkt: thumbprint }),
    ...(suite.openid && { nonce: 'n'.repeat(43) }),
  })
  suite.state.holder = 'client'
  // With the key or certificate of the first client.
  expect((await suite.show()).status).to.equal(401)
}

async function refreshToken(suite: Fapi): Promise<void> {
  const { section, state, token } = suite
  for (const holder of ['client', 'client2'] as const) {
    state.holder = holder
    const answer = await suite.redeem(await suite.codeFor({ prompt: 'consent' }))
    const first = await suite.accept(answer)
    const form = { grant_type: 'refresh_token', refresh_token: String(answer.body['refresh_token']) }
    // A confidential client may change its key (RFC 9449 §5).
    suite.provers[holder] = await createProver()
    const refreshed = await token({ ...form, scope: section().scope })
    const claims = await suite.accept(refreshed, undefined)
    expect(refreshed.body['refresh_token'], holder).to.be.oneOf([undefined, form.refresh_token])
    const same = ({ iss, sub, aud, auth_time }: Claims) => ({ iss, sub, aud, auth_time })
    expect(same(claims), holder).to.eql(same(first))
    expect((await suite.show()).status, holder).to.equal(200)
    const unproven = await token(form, { proven: false, shows: suite.dpop })
    expect(unproven.status, holder).to.be.oneOf(suite.dpop ? [400] : [400, 401])
    if (holder === 'client') continue
    state.holder = 'client'
    expect((await suite.show()).status, 'of another client').to.equal(401)
    expect((await token(form)).body['error'], holder).to.equal('invalid_grant')
  }
}

const STANDARD = [
  'sub',
  'name',
  'given_name',
  'family_name',
  'preferred_username',
  'locale',
  'zoneinfo',
  'email',
  'email_verified',
  'updated_at',
]

async function identityClaims(suite: Fapi): Promise<void> {
  const supported = suite.world.metadata['claims_supported'] as string[]
  expect(supported).to.include.members(STANDARD)
  const forms = [null, { essential: false }, { essential: true }]
  const asked = Object.fromEntries([...STANDARD, 'nobody_knows'].map((name, at) => [name, forms[at % 3]]))
  const claims = JSON.stringify({ id_token: asked, userinfo: asked, elsewhere: asked })
  const idToken = await suite.flow({ claims })
  const { body } = await suite.show()
  for (const name of STANDARD) expect({ ...idToken, ...body }, name).to.have.property(name)
  expect(STANDARD).to.include.members(Object.keys(body))
  expect(body['sub']).to.equal(idToken['sub'])
}

describe('the FAPI 2.0 plans up to the protected resource [C-fapi2-security][C-fapi2-message-signing]', function () {
  let world: World
  before(async () => {
    world = await openFapi2()
  })
  after(() => world.stop())

  for (const { label, find, openid, signed, byKey } of rowsOfPlans()) {
    const modules = { ...MODULES, ...(openid && OPENID), ...(signed && SIGNED), ...(byKey && BY_KEY) }
    for (const [name, module] of Object.entries(modules))
      it(`${name}, ${label}`, async () => {
        await module(playFapi(world, find(world)))
      })
  }
})
