import { expect } from 'chai'
import type { Account } from '../../../src/accounts/account.ts'
import { TOKEN_EXCHANGE_GRANT } from '../../../src/clients/client-choices.ts'
import { forbidExchange } from '../../../src/protocol/token-exchange/exchange-rules.ts'
import { TOKEN_TYPES } from '../../../src/protocol/token-exchange/presented-token.ts'
import { locate } from '../../../src/grant-store/token-ids.ts'
import { updateClient } from '../../../src/clients/clients.ts'
import { register } from '../../provider/relying-party.ts'
import type { Fields, Tokens } from '../../provider/relying-party.ts'
import { sqliteStage, untilEverywhere } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { openExchange } from './exchange-stage.ts'
import type { ExchangeStage } from './exchange-stage.ts'

describe('token exchange refuses', function () {
  let stage: Stage
  let world: ExchangeStage
  let person: Account
  let tokens: Tokens

  before(async () => {
    stage = await sqliteStage()
    world = await openExchange(stage)
    person = await stage.person()
    await world.allow()
    tokens = await world.tokensFor(person)
  })

  async function expectRefused(fields: Fields, error: string, description: RegExp): Promise<void> {
    const answer = await world.exchange({ subject_token: tokens.access_token, ...fields })
    expect([answer.status, answer.json()['error']], answer.text).to.eql([400, error])
    expect(answer.json()['error_description']).to.match(description)
    expect(answer.headers['cache-control']).to.equal('no-store')
  }

  it('what is no token, with the same words for every reason', async () => {
    const words = new Set<unknown>()
    const { access_token: foreign } = await world.app.tokensFor(person, { scope: 'openid' })
    const bent = tokens.access_token.slice(0, -1) + (tokens.access_token.endsWith('A') ? 'B' : 'A')
    for (const subject_token of ['nothing', 'a.b.c', tokens.refresh_token, tokens.id_token, foreign, bent]) {
      const answer = await world.exchange({ subject_token })
      expect(answer.json(), subject_token).to.include({ error: 'invalid_request' })
      words.add(answer.json()['error_description'])
    }
    expect([...words]).to.have.length(1)
    expect(String([...words][0])).to.contain('subject_token is unknown, expired, revoked')
    expect(stage.log()).to.contain('for another client')
  })

  it('a request with nothing in it', async () => {
    const answer = await world.app.call('/oauth/token', { grant_type: TOKEN_EXCHANGE_GRANT })
    expect([answer.status, answer.json()['error']], answer.text).to.eql([400, 'invalid_request'])
    expect(answer.json()['error_description']).to.contain("'subject_token'")
  })

  it('a person who signed in without the second factor that the client requires [S-2.144]', async () => {
    const strict = await openExchange(stage)
    await strict.allow()
    const { access_token: subject_token } = await strict.tokensFor(person)
    const services = stage.parts
    await updateClient(services.db, strict.gatewayId, { require_second_factor: true }, services)
    const refused = async () => (await strict.exchange({ subject_token })).status === 400
    await untilEverywhere(refused, 'every process knows of the rule')
    const answer = (await strict.exchange({ subject_token })).json()
    expect(answer['error']).to.equal('invalid_request')
    expect(answer['error_description']).to.contain('second factor')
  })

  const MISSING: [string, Fields, string, RegExp][] = [
    ['no subject token', { subject_token: undefined }, 'invalid_request', /subject_token/],
    ['no type of it', { subject_token_type: undefined }, 'invalid_request', /subject_token_type/],
    ['an unknown type of it', { subject_token_type: 'saml' }, 'invalid_request', /takes urn:ietf/],
    [
      'an access token that is called an ID token',
      { subject_token_type: TOKEN_TYPES.idToken },
      'invalid_request',
      /unknown/,
    ],
    [
      'an actor type without an actor',
      { actor_token_type: TOKEN_TYPES.jwt },
      'invalid_request',
      /actor_token/,
    ],
    ['an actor without its type', { actor_token: 'x' }, 'invalid_request', /actor_token_type/],
    [
      'an actor that is no token',
      { actor_token: 'x', actor_token_type: TOKEN_TYPES.accessToken },
      'invalid_request',
      /actor_token is unknown/,
    ],
    [
      'to give refresh tokens',
      { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
      'invalid_request',
      /requested_token_type takes/,
    ],
    ['an unknown resource', { resource: 'https://unknown.example/' }, 'invalid_target', /may not exchange/],
    ['an audience beside a resource', { audience: 'https://b.example/' }, 'invalid_target', /one resource/],
    ['two resources', { resource: ['https://a.example/', 'https://b.example/'] }, 'invalid_target', /one/],
    ['a scope beyond the rule', { scope: 'read admin' }, 'invalid_scope', /lack/],
    ['a scope that nobody knows', { scope: 'read everything' }, 'invalid_scope', /lack/],
    ['a scope of the provider', { scope: 'openid' }, 'invalid_scope', /lack/],
    ['a subject given twice', { subject_token: ['a', 'b'] }, 'invalid_request', /twice/],
  ]
  for (const [what, fields, error, description] of MISSING)
    it(what, () => expectRefused(fields, error, description))

  it('a scope that the subject token does not have', async () => {
    const { access_token } = await world.tokensFor(person, { scope: 'openid read' })
    await expectRefused({ subject_token: access_token, scope: 'read write' }, 'invalid_scope', /lack/)
    const answer = await world.exchange({ subject_token: access_token })
    expect(answer.json()).to.include({ scope: 'read' })
  })

  it('a resource server that another client alone may exchange for', async () => {
    await world.allow({ clientId: world.app.clientId, resource: world.signed.resource.identifier })
    await expectRefused({ resource: world.signed.resource.identifier }, 'invalid_target', /may not/)
  })

  it("a machine's own token as the subject", async () =>
    expectRefused({ subject_token: await world.ownToken() }, 'invalid_request', /token of a client/))

  it('delegation, or impersonation, where the rule does not allow it', async () => {
    const other = await openExchange(stage)
    const subject_token = (await other.tokensFor(person)).access_token
    const actor = { actor_token: await other.ownToken(), actor_token_type: TOKEN_TYPES.accessToken }
    await other.allow({ delegation: false })
    expect((await other.exchange({ subject_token, ...actor })).json()).to.include({
      error: 'unauthorized_client',
    })
    expect((await other.exchange({ subject_token })).status).to.equal(200)
    await other.allow({ impersonation: false })
    expect((await other.exchange({ subject_token })).json()).to.include({ error: 'unauthorized_client' })
    expect((await other.exchange({ subject_token, ...actor })).status).to.equal(200)
    await forbidExchange(stage.parts.db, other.gatewayId, other.back.resource.identifier)
    expect((await other.exchange({ subject_token })).json()).to.include({ error: 'invalid_target' })
  })

  it('an actor token that was issued for another client', async () => {
    const other = await openExchange(stage)
    const fields = { actor_token: await other.ownToken(), actor_token_type: TOKEN_TYPES.accessToken }
    await expectRefused(fields, 'invalid_request', /actor_token is unknown/)
  })

  it('another actor than may_act of the subject token names', async () => {
    const { access_token: subject_token } = await world.tokensFor(person)
    const place = locate('AccessToken', subject_token)!
    const { payload = '{}' } = await stage.parts.store.readToken(place.key)
    const name = (may_act: unknown) =>
      stage.parts.store.commit({
        entries: [
          {
            key: place.key,
            payload: JSON.stringify({ ...JSON.parse(payload), extra: { may_act } }),
            expiresAtMs: Date.now() + 60_000,
          },
        ],
      })
    await name({ sub: 'somebody else' })
    await expectRefused({ subject_token }, 'invalid_request', /may_act/)
    await name({ sub: world.gatewayId })
    expect((await world.exchange({ subject_token })).status).to.equal(200)
    const actor = { actor_token: await world.ownToken(), actor_token_type: TOKEN_TYPES.accessToken }
    await expectRefused({ subject_token, ...actor }, 'invalid_request', /may_act/)
    await name({ sub: world.machine.clientId })
    expect((await world.exchange({ subject_token, ...actor })).status).to.equal(200)
    await expectRefused({ subject_token }, 'invalid_request', /may_act/)
  })

  it('an expired token', async () => {
    const { access_token: subject_token } = await world.tokensFor(person)
    const place = locate('AccessToken', subject_token)!
    const { payload = '{}' } = await stage.parts.store.readToken(place.key)
    const exp = Math.floor(Date.now() / 1000) - 1
    await stage.parts.store.commit({
      entries: [
        {
          key: place.key,
          payload: JSON.stringify({ ...JSON.parse(payload), exp }),
          expiresAtMs: Date.now() + 60_000,
        },
      ],
    })
    await expectRefused({ subject_token }, 'invalid_request', /expired/)
  })

  it('a refresh token that expired, or that was exchanged for its successor', async () => {
    await world.allow({ clientId: world.app.clientId })
    const { refresh_token: subject_token } = await world.tokensFor(person)
    const { key } = locate('RefreshToken', subject_token)!
    const { store } = stage.parts
    const { payload = '{}' } = await store.readToken(key)
    const fields = { subject_token, subject_token_type: TOKEN_TYPES.refreshToken }
    const write = (changes: object) => {
      const changed = JSON.stringify({ ...JSON.parse(payload), ...changes })
      return store.commit({ entries: [{ key, payload: changed, expiresAtMs: Date.now() + 60_000 }] })
    }
    await write({ exp: Math.floor(Date.now() / 1000) - 1 })
    expect((await world.exchange(fields, world.app.auth)).json()).to.include({ error: 'invalid_request' })
    await write({})
    expect((await world.exchange(fields, world.app.auth)).status).to.equal(200)
    await write({ consumed: true })
    expect((await world.exchange(fields, world.app.auth)).json()).to.include({ error: 'invalid_request' })
  })

  it('clients without the grant type, with a wrong secret, or with none', async () => {
    const subject_token = tokens.access_token
    const form = {
      grant_type: TOKEN_EXCHANGE_GRANT,
      subject_token,
      subject_token_type: TOKEN_TYPES.accessToken,
      resource: world.back.resource.identifier,
    }
    const stranger = await register(stage)
    expect((await stranger.call('/oauth/token', form)).status).to.equal(400)
    const spa = await register(stage, { token_endpoint_auth_method: 'none' })
    expect((await spa.call('/oauth/token', form)).status).to.equal(400)
    expect((await stage.send({ to: '/oauth/token', form })).status).to.equal(400)
    const wrong = { authorization: `Basic ${Buffer.from(`${world.gatewayId}:x`).toString('base64')}` }
    expect((await world.exchange({ subject_token }, wrong)).status).to.equal(401)
  })

  it('rules for public clients, unknown clients, resources and scopes, and rules that allow nothing', async () => {
    const spa = await register(stage, { token_endpoint_auth_method: 'none' })
    const fails = async (rule: Parameters<ExchangeStage['allow']>[0]) =>
      world.allow(rule).then(
        () => 'allowed',
        (error: unknown) => (error as { code: string }).code,
      )
    expect(await fails({ clientId: spa.clientId })).to.equal('invalid_exchange_rule')
    expect(await fails({ clientId: 'unknown' })).to.equal('client_not_found')
    expect(await fails({ resource: 'https://unknown.example/' })).to.equal('resource_not_found')
    expect(await fails({ scopes: 'read everything' })).to.equal('invalid_exchange_rule')
    expect(await fails({ impersonation: false, delegation: false })).to.equal('invalid_exchange_rule')
  })
})
