import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { JWTPayload } from 'jose'
import { CIBA_GRANT, errorOf, idOf, registerAsker, requestsOf, signedIn } from './asker.ts'
import type { Party } from '../../provider/relying-party.ts'
import { sqliteStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'

describe('signed backchannel authentication requests (FAPI-CIBA)', function () {
  let stage: Stage
  let signed: Party
  let sign: (claims: JWTPayload) => Promise<string>

  before(async () => {
    stage = await sqliteStage()
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const jwk = { ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'k1', use: 'sig' }
    signed = await registerAsker(stage, {
      client_name: 'Signing Bank',
      grant_types: [CIBA_GRANT],
      token_endpoint_auth_method: 'private_key_jwt',
      backchannel_authentication_request_signing_alg: 'ES256',
      jwks: { keys: [jwk] } as never,
    })
    sign = (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(privateKey)
  })

  const nowSeconds = () => Math.floor(Date.now() / 1000)
  const assertion = () =>
    sign({
      iss: signed.clientId,
      sub: signed.clientId,
      aud: stage.issuer,
      jti: randomUUID(),
      iat: nowSeconds(),
      exp: nowSeconds() + 60,
    })
  const send = async (to: string, form: Record<string, string>) =>
    stage.send({
      to,
      form: {
        ...form,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await assertion(),
      },
    })
  const claimsFor = (email: string, given: JWTPayload = {}): JWTPayload => ({
    iss: signed.clientId,
    aud: stage.issuer,
    jti: randomUUID(),
    iat: nowSeconds(),
    nbf: nowSeconds(),
    exp: nowSeconds() + 300,
    scope: 'openid email',
    login_hint: email,
    binding_message: 'A1',
    ...given,
  })

  it('takes what was signed and nothing beside it, each request once', async () => {
    const { email } = await stage.person()
    const request = await sign(claimsFor(email))
    const asked = await send('/oauth/backchannel', { request, binding_message: 'not signed' })
    expect(asked.status, asked.text).to.equal(200)
    const visitor = await signedIn(stage, email)
    const page = await requestsOf(visitor)
    expect(page.text).to.contain('<strong>A1</strong>').and.not.contain('not signed')
    expect(errorOf(await send('/oauth/backchannel', { request }))).to.equal('invalid_request')
    await visitor.followForm(page, { decision: 'allow' }, { action: '/requests' })
    const tokens = await send('/oauth/token', { grant_type: CIBA_GRANT, auth_req_id: idOf(asked) })
    expect(tokens.status, tokens.text).to.equal(200)
  })

  it('refuses one that is unsigned, altered, meant for another, too old, or good for too long', async () => {
    const { email } = await stage.person()
    const good = await sign(claimsFor(email))
    const now = nowSeconds()
    const bad: Record<string, Record<string, string>> = {
      unsigned: { scope: 'openid email', login_hint: email },
      altered: { request: good.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A')) },
      'for another': { request: await sign(claimsFor(email, { aud: 'https://other.example' })) },
      'of another': { request: await sign(claimsFor(email, { iss: 'somebody-else' })) },
      'run out': {
        request: await sign(claimsFor(email, { exp: now - 60, iat: now - 120, nbf: now - 120 })),
      },
      'too long': { request: await sign(claimsFor(email, { exp: now + 7200 })) },
      'without jti': { request: await sign({ ...claimsFor(email), jti: undefined } as JWTPayload) },
      'without iat': { request: await sign({ ...claimsFor(email), iat: undefined } as JWTPayload) },
      'without nbf': { request: await sign({ ...claimsFor(email), nbf: undefined } as JWTPayload) },
    }
    for (const [what, form] of Object.entries(bad)) {
      const answer = await send('/oauth/backchannel', form)
      expect([answer.status, errorOf(answer)], what).to.eql([400, 'invalid_request'])
    }
  })

  it('takes every algorithm that the metadata names', async () => {
    const { email } = await stage.person()
    const metadata = (await stage.send({ to: '/.well-known/openid-configuration' })).json()
    const algs = metadata['backchannel_authentication_request_signing_alg_values_supported'] as string[]
    expect(algs).to.include('ES256')
    for (const alg of algs) {
      const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
      const jwk = { ...(await exportJWK(publicKey)), alg, use: 'sig', kid: alg }
      const app = await registerAsker(stage, {
        grant_types: [CIBA_GRANT],
        backchannel_authentication_request_signing_alg: alg as 'ES256',
        jwks: { keys: [jwk] } as never,
      })
      const request = await new SignJWT({ ...claimsFor(email), iss: app.clientId })
        .setProtectedHeader({ alg })
        .sign(privateKey)
      const answer = await app.call('/oauth/backchannel', { request })
      expect(answer.status, `${alg}: ${answer.text}`).to.equal(200)
    }
  })
})
