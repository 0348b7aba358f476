import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { expect } from 'chai'
import { register } from './relying-party.ts'
import type { Party } from './relying-party.ts'
import { basic } from './send.ts'
import { STAGES, sqliteStage } from './stage.ts'
import type { Stage } from './stage.ts'

const PARALLEL = 50
const machine = { grant_types: ['client_credentials' as const], redirect_uris: [] }
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwks = {
  keys: [{ ...publicKey.export({ format: 'jwk' }), kty: 'EC' as const, kid: 'one', alg: 'ES256' }],
}

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const nowSeconds = () => Math.floor(Date.now() / 1000)

/** A client assertion (RFC 7523) with these claims bent. */
function assertion(stage: Stage, clientId: string, bent: Record<string, unknown> = {}): string {
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: stage.issuer,
    jti: randomUUID(),
    iat: nowSeconds(),
    exp: nowSeconds() + 60,
    ...bent,
  }
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const input = `${encode({ alg: 'ES256', kid: 'one' })}.${encode(claims)}`
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

const withAssertion = (stage: Stage, clientId: string, client_assertion: string, to = '/oauth/token') =>
  stage.send({
    to,
    form: {
      client_id: clientId,
      grant_type: 'client_credentials',
      token: 'any',
      client_assertion,
      client_assertion_type: ASSERTION,
    },
  })

for (const { name, stage: open } of STAGES)
  describe(`a client assertion, on two processes with ${name}`, function () {
    let stage: Stage
    let app: Party

    before(async () => {
      stage = await open()
      app = await register(stage, { ...machine, token_endpoint_auth_method: 'private_key_jwt', jwks })
    })

    it(`is accepted by exactly one of ${PARALLEL} parallel requests [S-1.37]`, async () => {
      const one = assertion(stage, app.clientId)
      const answers = await Promise.all(
        Array.from({ length: PARALLEL }, () => withAssertion(stage, app.clientId, one)),
      )
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1)
      for (const answer of answers)
        if (answer.status !== 200) expect(answer.json(), answer.text).to.include({ error: 'invalid_client' })
    })

    it('that was used at one endpoint is refused at another', async () => {
      const one = assertion(stage, app.clientId)
      expect((await withAssertion(stage, app.clientId, one, '/oauth/introspect')).status).to.equal(200)
      expect((await withAssertion(stage, app.clientId, one, '/oauth/revoke')).status).to.equal(401)
      expect((await withAssertion(stage, app.clientId, one)).status).to.equal(401)
    })
  })

describe('a client assertion', function () {
  let stage: Stage
  let app: Party

  before(async () => {
    stage = await sqliteStage()
    app = await register(stage, { ...machine, token_endpoint_auth_method: 'private_key_jwt', jwks })
  })

  const ask = (bent: Record<string, unknown>) =>
    withAssertion(stage, app.clientId, assertion(stage, app.clientId, bent))

  it('is accepted for the issuer, and with a clock up to ten seconds ahead [S-1.35]', async () => {
    expect((await ask({})).status).to.equal(200)
    expect((await ask({ aud: [stage.issuer] })).status).to.equal(200)
    expect((await ask({ nbf: nowSeconds() + 8, iat: nowSeconds() + 8 })).status).to.equal(200)
  })

  const REFUSED: [string, (issuer: string) => Record<string, unknown>][] = [
    ['for the token endpoint instead of the issuer', (issuer) => ({ aud: `${issuer}/oauth/token` })],
    ['for the issuer with a slash', (issuer) => ({ aud: `${issuer}/` })],
    ['for another server', () => ({ aud: 'https://other.example' })],
    ['for nobody', () => ({ aud: undefined })],
    ['that has expired', () => ({ exp: nowSeconds() - 60 })],
    ['that never expires', () => ({ exp: undefined })],
    ['that is not valid yet', () => ({ nbf: nowSeconds() + 70 })],
    ['that is from the future', () => ({ iat: nowSeconds() + 70 })],
    ['that asks to be remembered for a day', () => ({ exp: nowSeconds() + 86_400 })],
    ['that expires beyond all numbers', () => ({ exp: 1e300 })],
    ['without a jti', () => ({ jti: undefined })],
    ['of another issuer', () => ({ iss: 'someone' })],
    ['about another subject', () => ({ sub: 'someone' })],
  ]
  for (const [what, bent] of REFUSED)
    it(`${what} is refused [S-1.36]`, async () => {
      const answer = await ask(bent(stage.issuer))
      expect(answer.status).to.be.oneOf([400, 401])
      expect(answer.json()['error']).to.be.oneOf(['invalid_client', 'invalid_request'])
    })

  it('that is unsigned, truncated or signed by someone else is refused', async () => {
    const good = assertion(stage, app.clientId)
    const [head = '', body = '', signature = ''] = good.split('.')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    const symmetric = Buffer.from('{"alg":"HS256"}').toString('base64url')
    const forged = [
      `${none}.${body}.`,
      `${head}.${body}.`,
      `${symmetric}.${body}.${signature}`,
      good.slice(0, -2),
    ]
    for (const bent of [...forged, 'a.b.c', '...', ''])
      expect((await withAssertion(stage, app.clientId, bent)).status, bent).to.be.oneOf([400, 401])
  })
})

describe('a client at the token endpoint', function () {
  let stage: Stage
  let app: Party
  let poster: Party
  let spa: Party

  before(async () => {
    stage = await sqliteStage()
    app = await register(stage, machine)
    poster = await register(stage, { ...machine, token_endpoint_auth_method: 'client_secret_post' })
    spa = await register(stage, { token_endpoint_auth_method: 'none' })
  })

  const form = { grant_type: 'client_credentials' }
  const ask = (headers = {}, fields = {}) =>
    stage.send({ to: '/oauth/token', form: { ...form, ...fields }, headers })

  it('gets 401 with WWW-Authenticate and no-store for a wrong secret, an unknown client and a missing one [S-1.33]', async () => {
    const wrong = [
      basic(app.clientId, 'wrong'),
      basic(app.clientId, ''),
      basic(app.clientId, app.secret.slice(0, -1)),
      basic(app.clientId, `${app.secret}x`),
      basic('unknown', app.secret),
      basic(poster.clientId, app.secret),
      { authorization: 'Basic !!!' },
      { authorization: 'Basic ' },
      { authorization: 'Bearer abc' },
      { authorization: `Basic ${Buffer.from('no-colon').toString('base64')}` },
      { authorization: `Basic ${Buffer.from('%zz:%zz').toString('base64')}` },
    ]
    for (const headers of wrong) {
      const answer = await ask(headers)
      expect(answer.status, JSON.stringify(headers)).to.be.oneOf([400, 401])
      expect(answer.headers['cache-control'], JSON.stringify(headers)).to.equal('no-store')
      expect(answer.json()['error'], JSON.stringify(headers)).to.be.oneOf([
        'invalid_client',
        'invalid_request',
      ])
      if (answer.json()['error'] === 'invalid_client')
        expect(answer.headers['www-authenticate'], JSON.stringify(headers)).to.match(/^Basic realm=/)
      expect(answer.status === 401, JSON.stringify(headers)).to.equal(
        answer.json()['error'] === 'invalid_client',
      )
    }
    expect((await ask()).json()['error']).to.be.oneOf(['invalid_client', 'invalid_request'])
    expect((await ask(basic(app.clientId, app.secret))).status).to.equal(200)
  })

  it('gets the same answer when it is unknown and when its secret is wrong', async () => {
    const unknown = await ask(basic('unknown', 'wrong'))
    const wrong = await ask(basic(app.clientId, 'wrong'))
    expect(unknown.text).to.equal(wrong.text)
    expect(unknown.status).to.equal(wrong.status)
  })

  it('may use one authentication method per request [S-1.34]', async () => {
    const credentials = { client_id: app.clientId, client_secret: app.secret }
    const both = await ask(app.auth, credentials)
    expect(both.status).to.equal(400)
    expect(both.json()).to.include({ error: 'invalid_request' })
    expect((await ask({}, { client_id: app.clientId })).status).to.equal(401)
    const withSecret = { client_id: poster.clientId, client_secret: poster.secret }
    expect((await ask({}, withSecret)).status).to.equal(200)
    const twice = { ...withSecret, client_assertion: 'a.b.c', client_assertion_type: ASSERTION }
    expect((await ask({}, twice)).status).to.be.oneOf([400, 401])
    expect((await ask(app.auth, { client_id: poster.clientId })).status).to.be.oneOf([400, 401])
  })

  it('may send its secret in the header or in the form only as it is registered', async () => {
    for (const party of [app, poster]) {
      expect((await ask(basic(party.clientId, party.secret))).status, party.clientId).to.equal(200)
      const posted = { client_id: party.clientId, client_secret: party.secret }
      expect((await ask({}, posted)).status, party.clientId).to.equal(200)
    }
    const signed = await register(stage, { ...machine, token_endpoint_auth_method: 'client_secret_jwt' })
    const refused = await ask(basic(signed.clientId, signed.secret))
    expect([refused.status, refused.json()['error']]).to.eql([401, 'invalid_client'])
  })

  it('gets no client credentials when it is public, and no grant that it did not register', async () => {
    const refused = ['unauthorized_client', 'invalid_request']
    expect((await spa.call('/oauth/token', form)).json()['error']).to.be.oneOf(refused)
    const password = { grant_type: 'password', username: 'a', password: 'b' }
    expect((await app.call('/oauth/token', password)).json()).to.include({ error: 'unsupported_grant_type' })
    const implicit = { grant_type: 'implicit' }
    expect((await app.call('/oauth/token', implicit)).json()).to.include({ error: 'unsupported_grant_type' })
    const code = { grant_type: 'authorization_code', code: 'x' }
    expect((await app.call('/oauth/token', code)).json()['error']).to.be.oneOf(refused)
  })

  it('is refused when a parameter comes twice, or in the address', async () => {
    for (const field of [
      { grant_type: ['client_credentials', 'client_credentials'] },
      { scope: ['a', 'b'] },
    ]) {
      const answer = await app.call('/oauth/token', { ...form, ...field })
      expect(answer.status, JSON.stringify(field)).to.equal(400)
      expect(answer.json(), JSON.stringify(field)).to.include({ error: 'invalid_request' })
    }
    const query = await stage.send({
      method: 'POST',
      to: `/oauth/token?grant_type=client_credentials&client_id=${poster.clientId}&client_secret=${poster.secret}`,
    })
    expect(query.status).to.be.oneOf([400, 401])
  })

  it("gets no answer that a page of another origin may read, unless it is that page's own app", async () => {
    const evil = await spa.call('/oauth/token', form, { origin: 'https://evil.example' })
    expect(evil.headers['access-control-allow-origin']).to.equal(undefined)
    const own = await spa.call('/oauth/token', form, { origin: 'https://app.example.com' })
    expect(own.headers['access-control-allow-origin']).to.equal('https://app.example.com')
    expect(own.headers['access-control-allow-credentials']).to.equal(undefined)
  })
})
