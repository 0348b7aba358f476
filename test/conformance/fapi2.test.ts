import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { decodeJwt, SignJWT } from 'jose'
import * as oauth from 'oauth4webapi'
import type { Account } from '../../src/accounts/account.ts'
import { createProver, nowSeconds } from '../oidc/binding/prover.ts'
import { openFapiStage, registerFapi, REDIRECT } from '../oidc/fapi/fapi-client.ts'
import type { FapiClient, Request, Setup } from '../oidc/fapi/fapi-client.ts'
import { callbackOf, signIn } from '../oidc/protocol/relying-party.ts'
import type { Stage } from '../oidc/protocol/stage.ts'

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const security: Setup = { profile: 'fapi2-security', authentication: 'private_key_jwt', binding: 'DPoP' }
const signing: Setup = { ...security, profile: 'fapi2-message-signing' }

async function errorOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError) return error.error
    throw error
  }
  throw new Error('was accepted')
}

describe('the FAPI 2.0 plans', function () {
  this.timeout(40_000)
  let stage: Stage
  let app: FapiClient
  let signed: FapiClient
  let person: Account
  before(async () => {
    stage = await openFapiStage('sqlite')
    app = await registerFapi(stage, security)
    signed = await registerFapi(stage, signing)
    person = await stage.person()
  })
  after(() => stage?.stop())

  /** The whole flow with a bent request; answers what came back, and the claims of the ID token. */
  async function flow(client: FapiClient, request: Request) {
    const { verifier, path } = await client.push(request)
    const returned = await signIn(stage.visitor(), path, person)
    const expected = 'state' in request ? (request['state'] ?? oauth.expectNoState) : 'a-state'
    const answer =
      client === signed
        ? await oauth.validateJwtAuthResponse(client.as, client.client, returned, expected, client.options)
        : oauth.validateAuthResponse(client.as, client.client, returned, expected)
    if (answer.has('error')) throw new Error(String(answer))
    const { access_token } = answer.has('code')
      ? await client.redeem(answer, verifier, undefined, request['nonce'])
      : { access_token: '' }
    return { answer, access_token }
  }

  const SUCCEED: [string, Request][] = [
    ['ensure-authorization-request-without-state-success', { state: undefined }],
    ['ensure-authorization-request-without-nonce-success', { nonce: undefined }],
    ['ensure-authorization-request-with-64-char-nonce-success', { nonce: 'n'.repeat(64) }],
    ['ensure-authorization-request-with-long-nonce', { nonce: 'n'.repeat(384) }],
    ['ensure-authorization-request-with-long-state', { state: 's'.repeat(1000) }],
    ['ensure-other-scope-order-succeeds', { scope: 'email openid' }],
  ]
  for (const [name, request] of SUCCEED)
    it(`fapi2-security-profile-final-${name}: succeeds, plain and signed`, async () => {
      expect((await flow(app, request)).access_token).to.be.a('string')
      expect((await flow(signed, request)).access_token).to.be.a('string')
    })

  it('fapi2-security-profile-final-user-rejects-authentication: access_denied, signed where answers are', async () => {
    const { path } = await signed.push()
    const visitor = stage.visitor()
    const page = await visitor.get(path)
    const consent = await visitor.followForm(
      page,
      { email: person.email, password: 'correct horse battery' },
      { action: '/sign-in' },
    )
    const returned = callbackOf(
      await visitor.followForm(consent, { decision: 'deny' }, { action: '/consent' }),
    )
    expect(decodeJwt(returned['response'] ?? '')).to.include({ error: 'access_denied', state: 'a-state' })
  })

  it('fapi2-security-profile-final-ensure-request-object-with-multiple-aud-succeeds', async () => {
    const request = await requestObject((claims) => {
      claims['aud'] = [stage.issuer, 'https://other.example.com']
    })
    expect(await signed.push({}, { request })).to.have.property('path')
  })

  it('fapi2-security-profile-final-ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted', async () => {
    const request = await requestObject((claims) => {
      claims['nbf'] = nowSeconds() + 8
    })
    expect(await signed.push({}, { request })).to.have.property('path')
  })

  async function requestObject(bend: (claims: Record<string, unknown>) => void): Promise<string> {
    const challenge = await oauth.calculatePKCECodeChallenge(oauth.generateRandomCodeVerifier())
    return signed.signed(signed.requestFor(challenge), bend)
  }

  it('fapi2-security-profile-final-ensure-signed-request-object-with-RS256-fails, -ensure-request-object-signature-algorithm-is-not-none, -ensure-request-object-with-invalid-signature-fails', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const rsa = { ...publicKey.export({ format: 'jwk' }), kty: 'RSA' as const, kid: 'rsa' }
    const client = await registerFapi(stage, signing, { jwks: { keys: [rsa] } })
    const claims = {
      ...client.requestFor(await oauth.calculatePKCECodeChallenge('v'.repeat(43))),
      client_id: client.client.client_id,
    }
    const sign = async (alg: 'PS256' | 'RS256') =>
      new SignJWT(claims)
        .setProtectedHeader({ alg, kid: 'rsa' })
        .setIssuer(client.client.client_id)
        .setAudience(stage.issuer)
        .setIssuedAt()
        .setNotBefore('0s')
        .setExpirationTime('5m')
        .sign(privateKey)
    const push = async (request: string) => {
      const client_assertion = await new SignJWT({ jti: randomUUID() })
        .setProtectedHeader({ alg: 'PS256' })
        .setIssuer(client.client.client_id)
        .setSubject(client.client.client_id)
        .setAudience(stage.issuer)
        .setIssuedAt()
        .setExpirationTime('60s')
        .sign(privateKey)
      const form = {
        client_id: client.client.client_id,
        request,
        client_assertion,
        client_assertion_type: ASSERTION,
      }
      return stage.send({ to: '/oauth/par', form })
    }
    const good = await sign('PS256')
    expect((await push(good)).status).to.equal(201)
    const [, payload] = good.split('.')
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`
    const altered = `${good.slice(0, -8)}AAAAAAAA`
    for (const bad of [await sign('RS256'), none, altered]) {
      const answer = await push(bad)
      expect(answer.status, answer.text).to.equal(400)
      expect(answer.json()['error']).to.be.oneOf(['invalid_request_object', 'invalid_request'])
    }
  })

  it('fapi2-security-profile-final-ensure-response-type-code-idtoken-fails, -ensure-response-type-token-fails, -ensure-registered-redirect-uri: refused when pushed', async () => {
    for (const request of [
      { response_type: 'code id_token' },
      { response_type: 'token' },
      { redirect_uri: `${REDIRECT}/elsewhere` },
    ])
      expect(await errorOf(app.push(request))).to.be.oneOf(['invalid_request', 'unsupported_response_type'])
  })

  it('fapi2-security-profile-final-ensure-client-assertion-with-no-sub-fails, -with-exp-is-5-minutes-in-past-fails, -with-wrong-aud-fails', async () => {
    const BENT: ((claims: Record<string, unknown>) => unknown)[] = [
      (claims) => delete claims['sub'],
      (claims) => (claims['exp'] = nowSeconds() - 300),
      (claims) => (claims['aud'] = 'https://other.example.com'),
    ]
    for (const bend of BENT) {
      const auth = app.authentication((claims) => void bend(claims))
      expect(await errorOf(app.push({}, { auth }))).to.equal('invalid_client')
    }
  })

  it('fapi2-security-profile-final-ensure-client-assertion-in-token-endpoint: invalid_client without one', async () => {
    const form = { grant_type: 'authorization_code', code: 'any', client_id: app.client.client_id }
    const answer = await stage.send({ to: '/oauth/token', form })
    expect([answer.status, answer.json()['error']]).to.eql([401, 'invalid_client'])
  })

  it('fapi2-security-profile-final-par-attempt-invalid-http-method: nothing is pushed by GET or PUT', async () => {
    for (const method of ['GET', 'PUT']) {
      const answer = await stage.send({ to: '/oauth/par?client_id=any', method })
      expect([answer.status, answer.headers.allow], method).to.eql([405, 'POST'])
    }
  })

  it('fapi2-security-profile-final-par-authorization-request-containing-request_uri, -request_uri-form-param: refused', async () => {
    const requestUri = 'urn:ietf:params:oauth:request_uri:random'
    expect(await errorOf(app.push({ request_uri: requestUri }))).to.equal('request_uri_not_supported')
    const request = await requestObject((claims) => {
      claims['request_uri'] = requestUri
    })
    expect(await errorOf(signed.push({}, { request }))).to.be.oneOf([
      'invalid_request_object',
      'invalid_request',
    ])
  })

  it('fapi2-security-profile-final-check-dpop-proof-nbf-exp, -access-token-type-header-case-sensitivity: at userinfo', async () => {
    const prover = await createProver()
    const machine = await stage.createClient({
      redirect_uris: [REDIRECT],
      dpop_bound_access_tokens: true,
    })
    const url = `${stage.issuer}/oauth/token`
    const extra = { nbf: nowSeconds(), exp: nowSeconds() + 300 }
    const userinfoPath = `${stage.issuer}/oauth/userinfo`
    const answer = await stage.send({
      to: '/oauth/token',
      form: {
        grant_type: 'authorization_code',
        redirect_uri: REDIRECT,
        ...(await codeFor(machine.client_id)),
      },
      headers: {
        dpop: await prover.prove({ url, claims: extra }),
        authorization: `Basic ${Buffer.from(`${machine.client_id}:${machine.client_secret}`).toString('base64')}`,
      },
    })
    expect(answer.status, answer.text).to.equal(200)
    const accessToken = String(answer.json()['access_token'])
    for (const scheme of ['DPoP', 'dPOp', 'dpop']) {
      const shown = await stage.send({
        to: userinfoPath,
        headers: {
          authorization: `${scheme} ${accessToken}`,
          dpop: await prover.prove({ url: userinfoPath, method: 'GET', accessToken, claims: extra }),
        },
      })
      expect(shown.status, scheme).to.equal(200)
    }
  })

  async function codeFor(clientId: string) {
    const code_verifier = oauth.generateRandomCodeVerifier()
    const query = new URLSearchParams({
      client_id: clientId,
      redirect_uri: REDIRECT,
      response_type: 'code',
      scope: 'openid',
      code_challenge: await oauth.calculatePKCECodeChallenge(code_verifier),
      code_challenge_method: 'S256',
    })
    const returned = await signIn(stage.visitor(), `/oauth/authorize?${query}`, person)
    return { code: returned.searchParams.get('code') ?? '', code_verifier }
  }
})
