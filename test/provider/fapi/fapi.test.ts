import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { decodeJwt, SignJWT } from 'jose'
import * as oauth from 'oauth4webapi'
import type { Account } from '../../../src/accounts/account.ts'
import type { Store } from '../../support/running-server.ts'
import { nowSeconds } from '../binding/prover.ts'
import { callbackOf } from '../relying-party.ts'
import type { Stage } from '../stage.ts'
import { openFapiStage, registerFapi } from './fapi-client.ts'
import type { FapiClient, Setup } from './fapi-client.ts'

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const PROFILES = ['fapi2-security', 'fapi2-message-signing'] as const
const AUTHENTICATIONS = ['private_key_jwt', 'tls_client_auth'] as const
const BINDINGS = ['DPoP', 'mTLS'] as const
const SETUPS: Setup[] = PROFILES.flatMap((profile) =>
  AUTHENTICATIONS.flatMap((authentication) =>
    BINDINGS.map((binding) => ({ profile, authentication, binding })),
  ),
)
const STORES: Store[] = ['sqlite', 'mariadb+redis']

/** The OAuth error of a refused request. */
async function refusal(work: Promise<unknown>): Promise<{ error: string; description: string }> {
  try {
    await work
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError)
      return { error: error.error, description: error.error_description ?? '' }
    if (error instanceof oauth.WWWAuthenticateChallengeError) return { error: 'challenge', description: '' }
    throw error
  }
  throw new Error('was accepted')
}

for (const store of STORES)
  describe(`FAPI 2.0 on two processes with ${store}`, function () {
    let stage: Stage
    let person: Account
    before(async () => {
      stage = await openFapiStage(store)
      person = await stage.person()
    })
    after(() => stage?.stop())

    for (const setup of SETUPS)
      it(`${setup.profile} with ${setup.authentication} and ${setup.binding}: sign-in, userinfo, refresh, introspection`, async () => {
        const app = await registerFapi(stage, setup)
        const tokens = await app.tokensFor(person)
        expect(tokens.token_type).to.equal(setup.binding === 'DPoP' ? 'dpop' : 'bearer')
        const { email } = await app.userinfo(tokens.access_token, person.id)
        expect(email).to.equal(person.email)
        expect(decodeJwt(tokens.id_token ?? ''), 'OpenID Connect Core §5.4').to.not.have.property('email')
        const refreshed = await app.refresh(tokens.refresh_token ?? '')
        expect(refreshed.refresh_token, 'no rotation').to.be.oneOf([undefined, tokens.refresh_token])
        const shown = await app.introspect(refreshed.access_token)
        expect(shown.active).to.equal(true)
        expect(Object.keys(shown.cnf ?? {})).to.eql([setup.binding === 'DPoP' ? 'jkt' : 'x5t#S256'])
      })
  })

describe('the profile fapi2-security', function () {
  let stage: Stage
  let app: FapiClient
  let person: Account
  const setup: Setup = { profile: 'fapi2-security', authentication: 'private_key_jwt', binding: 'DPoP' }
  before(async () => {
    stage = await openFapiStage('sqlite', 1)
    app = await registerFapi(stage, setup)
    person = await stage.person()
  })
  after(() => stage?.stop())

  it('takes no request that was not pushed (§5.3.2.2-3) [S-1.89]', async () => {
    const fields = new URLSearchParams(app.requestFor(await oauth.calculatePKCECodeChallenge('a'.repeat(43))))
    fields.set('client_id', app.client.client_id)
    const answer = callbackOf(await stage.send({ to: `/oauth/authorize?${fields}` }))
    expect(answer).to.include({ error: 'invalid_request' })
    expect(answer['error_description']).to.match(/Pushed Authorization Request/i)
  })

  it('takes no pushed request without client authentication (§5.3.2.2-4)', async () => {
    expect(await refusal(app.push({}, { auth: oauth.None() }))).to.include({ error: 'invalid_client' })
  })

  it('takes no pushed request without PKCE by S256 (§5.3.2.2-5) or without redirect_uri (§5.3.2.2-6)', async () => {
    const bent = [
      { code_challenge: undefined, code_challenge_method: undefined },
      { code_challenge_method: 'plain' },
      { redirect_uri: undefined },
      { redirect_uri: 'https://evil.example/' },
      { response_type: 'code id_token' },
    ]
    for (const request of bent)
      expect((await refusal(app.push(request))).error, JSON.stringify(request)).to.be.oneOf([
        'invalid_request',
        'unsupported_response_type',
      ])
  })

  it('takes assertions only where aud is the issuer as a string (§5.3.2.1-8) [S-1.91]', async () => {
    const audiences = [[stage.issuer], [stage.issuer, 'https://other.example'], `${stage.issuer}/oauth/token`]
    for (const aud of audiences) {
      const auth = app.authentication((claims) => void (claims['aud'] = aud))
      expect(await refusal(app.push({}, { auth })), String(aud)).to.include({ error: 'invalid_client' })
    }
    await app.push({}, { auth: app.authentication((claims) => void (claims['aud'] = stage.issuer)) })
  })

  it('takes clocks ten seconds ahead, and none a minute ahead (§5.3.2.1-13)', async () => {
    const ahead = (seconds: number) =>
      app.authentication((claims) => {
        claims['iat'] = claims['nbf'] = nowSeconds() + seconds
        claims['exp'] = nowSeconds() + 120
      })
    await app.push({}, { auth: ahead(9) })
    expect(await refusal(app.push({}, { auth: ahead(61) }))).to.include({ error: 'invalid_client' })
  })

  it('takes an assertion by PS256, and none by RS256 with the same key (§5.4.1-1)', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kty: 'RSA' as const }] }
    const { client } = await registerFapi(stage, setup, { jwks })
    const push = async (alg: string) => {
      const assertion = new SignJWT({ iss: client.client_id, sub: client.client_id, aud: stage.issuer })
      const client_assertion = await assertion
        .setProtectedHeader({ alg })
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(privateKey)
      const proven = { client_id: client.client_id, client_assertion, client_assertion_type: ASSERTION }
      const form = { ...proven, ...app.requestFor('a'.repeat(43)) }
      return stage.send({ to: '/oauth/par', form })
    }
    const taken = await push('PS256')
    expect(taken.status, taken.text).to.equal(201)
    const refused = await push('RS256')
    expect(refused.json()).to.include({ error: 'invalid_client' })
    expect(refused.status).to.equal(401)
  })

  it('wants a nonce of this server in each proof (§5.3.2.1-10)', async () => {
    const DPoP = oauth.DPoP(app.client, await oauth.generateKeyPair('ES256'))
    const given = { ...app.options, DPoP }
    const { as, client } = app
    const request = app.requestFor('a'.repeat(43))
    const push = async () =>
      oauth.processPushedAuthorizationResponse(
        as,
        client,
        await oauth.pushedAuthorizationRequest(as, client, app.authentication(), request, given),
      )
    expect(await refusal(push())).to.include({ error: 'use_dpop_nonce' })
    expect((await push()).request_uri).to.be.a('string')
  })

  it('takes an assertion once more when only the nonce of the proof was missing', async () => {
    const DPoP = oauth.DPoP(app.client, await oauth.generateKeyPair('ES256'))
    const given = { ...app.options, DPoP }
    const { as, client } = app
    const once = new URLSearchParams()
    await app.authentication()(as, client, once, new Headers())
    const same: oauth.ClientAuth = (_as, _client, body) =>
      once.forEach((value, name) => body.set(name, value))
    const push = async () =>
      oauth.processPushedAuthorizationResponse(
        as,
        client,
        await oauth.pushedAuthorizationRequest(as, client, same, app.requestFor('a'.repeat(43)), given),
      )
    expect(await refusal(push())).to.include({ error: 'use_dpop_nonce' })
    expect((await push()).request_uri).to.be.a('string')
    expect(await refusal(push())).to.include({ error: 'invalid_client' })
  })

  it('gives no token without a proof, or for a proof by another key (§5.3.2.1-4, -12) [S-1.90]', async () => {
    const { verifier, path } = await app.push()
    const answer = await app.authorize(person, path)
    const without = await refusal(app.redeem(answer, verifier, app.options))
    expect(without.error).to.equal('invalid_grant')
    expect(without.description).to.match(/DPoP proof/)
    const DPoP = oauth.DPoP(app.client, await oauth.generateKeyPair('ES256'))
    const again = await app.push()
    const other = await app.authorize(person, again.path)
    expect(await refusal(app.redeem(other, again.verifier, { ...app.options, DPoP }))).to.include({
      error: 'invalid_grant',
    })
  })

  it('names the issuer in answers (§5.3.2.2-7), and takes a code once (§5.3.2.2-9)', async () => {
    const { verifier, path } = await app.push()
    const answer = await app.authorize(person, path)
    expect(answer.get('iss')).to.equal(stage.issuer)
    await app.redeem(answer, verifier)
    expect(await refusal(app.redeem(answer, verifier))).to.include({ error: 'invalid_grant' })
  })

  it('signs no token by RS256, even where the resource server asked for that (§5.4.1-1) [S-1.92]', async () => {
    const identifier = 'https://rs256.example.com/'
    await stage.createResource({ identifier, scope: 'read', format: 'jwt', access_token_alg: 'RS256' })
    const machine = await registerFapi(stage, setup, {
      grant_types: ['client_credentials'],
      redirect_uris: [],
      allowed_resources: [identifier],
    })
    const { access_token: token } = await machine.clientCredentials()
    const header = Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()
    expect(JSON.parse(header)).to.include({ typ: 'at+jwt', alg: 'ES256' })
  })

  it('takes a pushed request once', async () => {
    const { path } = await app.push()
    await app.authorize(person, path)
    expect((await stage.send({ to: path, headers: { accept: 'text/html' } })).status).to.equal(400)
  })
})

describe('the profile fapi2-message-signing', function () {
  let stage: Stage
  let app: FapiClient
  const setup: Setup = {
    profile: 'fapi2-message-signing',
    authentication: 'private_key_jwt',
    binding: 'DPoP',
  }
  before(async () => {
    stage = await openFapiStage('sqlite', 1)
    app = await registerFapi(stage, setup)
  })
  after(() => stage?.stop())

  const fieldsFor = async () => app.requestFor(await oauth.calculatePKCECodeChallenge('a'.repeat(43)))

  it('takes no request that is not signed (§5.3.1)', async () => {
    const auth = app.authentication()
    const sent = oauth.pushedAuthorizationRequest(app.as, app.client, auth, await fieldsFor(), app.options)
    const { error, description } = await refusal(
      sent.then((answer) => oauth.processPushedAuthorizationResponse(app.as, app.client, answer)),
    )
    expect(error).to.equal('invalid_request')
    expect(description).to.match(/Request Object must be used/)
  })

  const BENT: [string, (claims: Record<string, unknown>) => void][] = [
    ['without nbf', (claims) => delete claims['nbf']],
    ['with an nbf of more than an hour ago', (claims) => (claims['nbf'] = nowSeconds() - 3700)],
    ['from the future', (claims) => (claims['nbf'] = nowSeconds() + 70)],
    ['without exp', (claims) => delete claims['exp']],
    ['valid for more than an hour', (claims) => (claims['exp'] = nowSeconds() + 3700)],
    ['that has expired', (claims) => (claims['exp'] = nowSeconds() - 60)],
    ['for another server', (claims) => (claims['aud'] = 'https://other.example')],
    ['of another client', (claims) => (claims['iss'] = 'somebody')],
    ['that is answered unsigned', (claims) => (claims['response_mode'] = 'query')],
  ]
  for (const [what, bend] of BENT)
    it(`takes no request object ${what}`, async () => {
      const request = await app.signed(await fieldsFor(), bend)
      expect((await refusal(app.push({}, { request }))).error).to.be.oneOf([
        'invalid_request_object',
        'invalid_request',
        'unsupported_response_mode',
      ])
    })
})
