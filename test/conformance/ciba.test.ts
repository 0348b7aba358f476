import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { SignJWT } from 'jose'
import type { JWTPayload } from 'jose'
import type { Answer } from '../oidc/protocol/send.ts'
import { openSuite, play } from './suite.ts'
import type { Played, Suite } from './suite.ts'

const PLAN = 'fapi-ciba-id1-test-plan'
const GRANT = 'urn:openid:params:grant-type:ciba'

describe('the FAPI-CIBA plan', function () {
  this.timeout(40_000)
  let suite: Suite
  let app: Played
  before(async () => {
    suite = await openSuite()
    const { client } = suite.configuration(PLAN, { client_auth_type: 'private_key_jwt', ciba_mode: 'poll' })
    app = play(suite, client, { key: suite.keys.client })
  })
  after(() => suite.stop())

  const now = () => Math.floor(Date.now() / 1000)

  /** The claims of a request object as the suite sends them. */
  const claims = (): JWTPayload => ({
    iss: app.client.client_id,
    aud: suite.issuer,
    iat: now(),
    nbf: now(),
    exp: now() + 300,
    jti: randomUUID(),
    scope: 'openid',
    login_hint: suite.account.email,
    binding_message: '1234',
  })

  async function ask(payload: JWTPayload, given: Partial<{ alg: string; key: 'client' | 'client2' }> = {}) {
    const { alg = 'ES256', key = 'client' } = given
    const { kid, privateKey } = suite.keys[key]
    const request =
      alg === 'ES256'
        ? await new SignJWT(payload).setProtectedHeader({ alg, kid }).sign(privateKey)
        : `${encode({ alg, kid })}.${encode(payload)}.${alg === 'none' ? '' : 'AAAA'}`
    return post('/oauth/backchannel', { request })
  }

  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

  const post = async (to: string, form: Record<string, string>): Promise<Answer> =>
    suite.send({ to, form: { ...(await app.assertion(`${suite.issuer}/oauth/token`)), ...form } })

  it('fapi-ciba-id1-discovery-end-point-verification', () => {
    expect(suite.metadata['grant_types_supported']).to.include(GRANT)
    expect(suite.metadata['backchannel_token_delivery_modes_supported']).to.include.members(['poll', 'ping'])
    expect(suite.metadata['backchannel_authentication_endpoint']).to.be.a('string')
    expect(suite.metadata['backchannel_authentication_request_signing_alg_values_supported'])
      .to.include.members(['ES256', 'PS256'])
      .and.not.include('none')
  })

  it('fapi-ciba-id1-ensure-authorization-request-with-binding-message-succeeds: acknowledged, with a lifetime', async () => {
    const answer = await ask(claims())
    expect(answer.status, answer.text).to.equal(200)
    expect(answer.json())
      .to.have.property('auth_req_id')
      .that.matches(/^[A-Za-z0-9._~-]{20,}$/)
    expect(answer.json()['expires_in']).to.be.a('number')
  })

  it('fapi-ciba-id1-ensure-requested-expiry-as-string-succeeds', async () => {
    expect((await ask({ ...claims(), requested_expiry: '30' })).json()).to.include({ expires_in: 30 })
    expect((await ask({ ...claims(), requested_expiry: 30 })).json()).to.include({ expires_in: 30 })
  })

  const without = (name: string) => (one: JWTPayload) =>
    Object.fromEntries(Object.entries(one).filter(([claim]) => claim !== name))

  const BAD: [string, (claims: JWTPayload) => JWTPayload][] = [
    ['missing-aud', without('aud')],
    ['bad-aud', (one) => ({ ...one, aud: 'https://other.example.com' })],
    ['missing-iss', without('iss')],
    ['bad-iss', (one) => ({ ...one, iss: 'somebody' })],
    ['missing-exp', without('exp')],
    ['expired-exp', (one) => ({ ...one, exp: now() - 300, iat: now() - 600, nbf: now() - 600 })],
    ['exp-is-70-minutes-in-future', (one) => ({ ...one, exp: now() + 4200 })],
    ['missing-iat', without('iat')],
    ['missing-nbf', without('nbf')],
    ['nbf-is-10-minutes-in-future', (one) => ({ ...one, nbf: now() + 600, exp: now() + 900 })],
    ['nbf-is-70-minutes-in-past', (one) => ({ ...one, nbf: now() - 4200 })],
    ['missing-jti', without('jti')],
  ]
  for (const [name, bend] of BAD)
    it(`fapi-ciba-id1-ensure-request-object-${name}-fails`, async () => {
      const answer = await ask(bend(claims()))
      expect(answer.status, answer.text).to.equal(400)
      expect(answer.json()['error']).to.be.oneOf(['invalid_request', 'invalid_request_object'])
    })

  for (const alg of ['none', 'RS256', 'HS256'])
    it(`fapi-ciba-id1-ensure-request-object-signature-algorithm-is-${alg === 'HS256' ? 'bad' : alg}-fails`, async () => {
      expect((await ask(claims(), { alg })).status).to.equal(400)
    })

  it('fapi-ciba-id1-ensure-request-object-signed-by-other-client-fails', async () => {
    expect((await ask(claims(), { key: 'client2' })).status).to.equal(400)
  })

  it('fapi-ciba-id1-ensure-unsigned-backchannel-authorization-request-fails: parameters that nobody signed', async () => {
    const answer = await post('/oauth/backchannel', { scope: 'openid', login_hint: suite.account.email })
    expect([answer.status, answer.json()['error']]).to.eql([400, 'invalid_request'])
  })

  it('fapi-ciba-id1-ensure-authorization-request-with-multiple-hints-fails', async () => {
    const answer = await ask({ ...claims(), id_token_hint: 'a.b.c' })
    expect([answer.status, answer.json()['error']]).to.eql([400, 'invalid_request'])
  })

  it('fapi-ciba-id1-ensure-authorization-request-with-potentially-bad-binding-message: shown, or invalid_binding_message', async () => {
    const answer = await ask({ ...claims(), binding_message: '1234 \ud83d\udc4d\ud83c\udfff \ud83d\udc4c' })
    if (answer.status !== 200) expect(answer.json()).to.include({ error: 'invalid_binding_message' })
  })

  it('fapi-ciba-id1-ensure-wrong-auth-req-id-in-token-endpoint-request, and requests without an assertion', async () => {
    const poll = await post('/oauth/token', { grant_type: GRANT, auth_req_id: 'an-unknown-one' })
    expect([poll.status, poll.json()['error']]).to.eql([400, 'invalid_grant'])
    for (const to of ['/oauth/backchannel', '/oauth/token']) {
      const form = { client_id: app.client.client_id, grant_type: GRANT, auth_req_id: 'any' }
      const answer = await suite.send({ to, form })
      expect([answer.status, answer.json()['error']], to).to.eql([401, 'invalid_client'])
    }
  })

  it('fapi-ciba-id1-ensure-client-assertion-with-iss-aud-to-token-endpoint-succeeds', async () => {
    const assertion = await app.assertion(suite.issuer)
    const form = { ...assertion, grant_type: GRANT, auth_req_id: 'an-unknown-one' }
    expect((await suite.send({ to: '/oauth/token', form })).json()).to.include({ error: 'invalid_grant' })
  })
})
