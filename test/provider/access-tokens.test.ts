import { createPublicKey, verify } from 'node:crypto'
import type { JsonWebKey } from 'node:crypto'
import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import { callbackOf, register, userinfo } from './relying-party.ts'
import type { Party } from './relying-party.ts'
import { sqliteStage } from './stage.ts'
import type { Stage } from './stage.ts'

const API = 'https://jwt-api.example.com'
const OPAQUE = 'https://opaque-api.example.com'
const FOREIGN = 'https://foreign-api.example.com'

type Decoded = { header: Record<string, unknown>; claims: Record<string, unknown> }

function decode(jwt: string): Decoded {
  const [header = '', claims = ''] = jwt.split('.')
  const parse = (part: string) =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
  return { header: parse(header), claims: parse(claims) }
}

describe('access tokens', function () {
  let stage: Stage
  let app: Party
  let machine: Party
  let person: Account

  before(async () => {
    stage = await sqliteStage()
    await stage.createResource({ identifier: API, scope: 'read write', format: 'jwt' })
    await stage.createResource({ identifier: OPAQUE, scope: 'read' })
    await stage.createResource({ identifier: FOREIGN, scope: 'read' })
    app = await register(stage, { allowed_resources: [API, OPAQUE] })
    machine = await register(stage, {
      redirect_uris: [],
      grant_types: ['client_credentials'],
      allowed_resources: [API],
    })
    person = await stage.person()
  })

  const forApi = { resource: API, scope: 'openid read offline_access' }

  const keyOf = async (jwt: string) => {
    const { keys } = (await stage.send({ to: '/oauth/jwks' })).json() as {
      keys: (JsonWebKey & { kid: string })[]
    }
    const key = keys.find(({ kid }) => kid === decode(jwt).header['kid'])!
    return createPublicKey({ key, format: 'jwk' })
  }

  it('as JWT carry what RFC 9068 asks for, signed by a published key', async () => {
    const { access_token } = await app.tokensFor(person, forApi)
    const { header, claims } = decode(access_token)
    expect(header).to.include({ typ: 'at+jwt', alg: 'ES256' })
    expect(claims).to.include({
      iss: stage.issuer,
      aud: API,
      client_id: app.clientId,
      sub: person.id,
      scope: 'read',
    })
    expect(claims['jti']).to.be.a('string').and.have.length.greaterThan(20)
    expect(Number(claims['exp']) - Number(claims['iat'])).to.be.within(1, 3600)
    const [head, body, signature = ''] = access_token.split('.')
    const key = { key: await keyOf(access_token), dsaEncoding: 'ieee-p1363' as const }
    expect(
      verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url')),
    ).to.equal(true)
  })

  it('as JWT contain nothing about the person but the subject', async () => {
    const { access_token } = await app.tokensFor(person, forApi)
    expect(JSON.stringify(decode(access_token).claims)).not.to.contain(person.email)
  })

  it('and ID tokens are never taken for one another [S-1.54]', async () => {
    const { access_token, id_token } = await app.tokensFor(person, forApi)
    expect(decode(id_token).header['typ']).not.to.equal('at+jwt')
    expect(decode(id_token).claims).to.include({ aud: app.clientId, iss: stage.issuer, sub: person.id })
    for (const jwt of [id_token, access_token]) expect((await userinfo(stage, jwt)).status, jwt).to.equal(401)
    const hint = await stage.send({ to: app.authorizePath({ prompt: 'none', id_token_hint: access_token }) })
    expect(callbackOf(hint)).to.include({ error: 'invalid_request' })
    const logout = await stage.send({
      to: `/oauth/logout?id_token_hint=${access_token}`,
      headers: { accept: 'text/html' },
    })
    expect(logout.status).to.equal(400)
  })

  it('for a resource server do not open userinfo', async () => {
    const { access_token } = await app.tokensFor(person, { resource: OPAQUE, scope: 'openid read' })
    const answer = await userinfo(stage, access_token)
    expect(answer.status).to.be.oneOf([401, 403])
    expect(answer.headers['www-authenticate']).to.match(
      /^Bearer realm=.*error="(invalid_token|insufficient_scope)"/,
    )
  })

  it('are given for allow-listed resources alone [S-1.55]', async () => {
    const unlisted = [
      FOREIGN,
      'https://unknown.example',
      `${API}/`,
      API.toUpperCase(),
      'not a uri',
      `${API}#f`,
    ]
    for (const resource of unlisted) {
      const answer = await stage.send({ to: app.authorizePath({ resource, prompt: 'none' }) })
      expect(callbackOf(answer), resource).to.include({ error: 'invalid_target' })
      const asked = { grant_type: 'client_credentials', resource }
      expect((await machine.call('/oauth/token', asked)).json(), resource).to.include({
        error: 'invalid_target',
      })
    }
    const { refresh_token } = await app.tokensFor(person, forApi)
    expect((await app.refresh(refresh_token, { resource: FOREIGN })).json()).to.include({
      error: 'invalid_target',
    })
    expect((await app.refresh(refresh_token, { resource: OPAQUE })).json()).to.include({
      error: 'invalid_target',
    })
  })

  it('carry no scope that the resource server does not offer', async () => {
    const { access_token } = await app.tokensFor(person, { ...forApi, scope: 'openid read email' })
    expect(decode(access_token).claims['scope']).to.equal('read')
    const more = await stage.visitor().get(app.authorizePath({ ...forApi, scope: 'openid read admin' }))
    expect(callbackOf(more)).to.include({ error: 'invalid_scope' })
    for (const scope of ['admin', 'read admin', 'openid']) {
      const asked = { grant_type: 'client_credentials', resource: API, scope }
      expect((await machine.call('/oauth/token', asked)).json(), scope).to.include({ error: 'invalid_scope' })
    }
  })

  it('name an audience: a machine with several resource servers says which', async () => {
    const several = await register(stage, {
      redirect_uris: [],
      grant_types: ['client_credentials'],
      allowed_resources: [API, OPAQUE],
    })
    const asked = { grant_type: 'client_credentials', scope: 'read' }
    const answer = await several.call('/oauth/token', asked)
    expect(answer.json()).to.include({ error: 'invalid_target' })
    expect(answer.json()).to.have.property('error_description').that.contains('resource is missing')
  })

  it('of a machine name the client as subject, and open no userinfo', async () => {
    const asked = { grant_type: 'client_credentials', resource: API, scope: 'read' }
    const { access_token } = (await machine.call('/oauth/token', asked)).json() as { access_token: string }
    expect(decode(access_token).claims).to.include({
      sub: machine.clientId,
      client_id: machine.clientId,
      aud: API,
    })
    expect((await userinfo(stage, access_token)).status).to.equal(401)
  })

  it('open the claims that were granted, and no other claims', async () => {
    const { access_token } = await app.tokensFor(person, { scope: 'openid' })
    const answer = await userinfo(stage, access_token)
    expect(answer.json()).to.eql({ sub: person.id })
    expect(answer.headers['cache-control']).to.equal('no-store')
    const more = await app.tokensFor(person, { scope: 'openid email' })
    expect((await userinfo(stage, more.access_token)).json()).to.eql({
      sub: person.id,
      email: person.email,
      email_verified: true,
    })
  })

  it('are taken from the header alone, once, and refused as RFC 6750 says', async () => {
    const { access_token } = await app.tokensFor(person)
    const query = await stage.send({ to: `/oauth/userinfo?access_token=${access_token}` })
    expect(query.status).to.be.oneOf([400, 401])
    const both = await stage.send({
      to: '/oauth/userinfo',
      form: { access_token },
      headers: { authorization: `Bearer ${access_token}` },
    })
    expect(both.status).to.equal(400)
    for (const authorization of [
      'Bearer',
      'Bearer ',
      `Basic ${access_token}`,
      `Bearer ${access_token}x`,
      'Bearer a b',
    ]) {
      const answer = await stage.send({ to: '/oauth/userinfo', headers: { authorization } })
      expect(answer.status, authorization).to.be.oneOf([400, 401])
      expect(answer.headers['www-authenticate'], authorization).to.be.a('string')
    }
  })
})
