import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import { register, userinfo } from './relying-party.ts'
import type { Party, Tokens } from './relying-party.ts'
import { basic } from './send.ts'
import { STAGES } from './stage.ts'
import type { Stage } from './stage.ts'
import { altered } from '../support/altered.ts'

const INACTIVE = '{"active":false}'

for (const { name, stage: open } of STAGES)
  describe(`introspection and revocation, on two processes with ${name}`, function () {
    const api = `https://api.example.com/${name.length}`
    let stage: Stage
    let app: Party
    let other: Party
    let spa: Party
    let person: Account
    let resourceServer: Record<string, string>
    let otherResourceServer: Record<string, string>

    before(async () => {
      stage = await open()
      const { client } = await stage.createResource({ identifier: api, scope: 'read write' })
      const elsewhere = await stage.createResource({ identifier: `${api}/other`, scope: 'read' })
      resourceServer = basic(client.client_id, client.client_secret ?? '')
      otherResourceServer = basic(elsewhere.client.client_id, elsewhere.client.client_secret ?? '')
      app = await register(stage, { allowed_resources: [api] })
      other = await register(stage)
      spa = await register(stage, { token_endpoint_auth_method: 'none' })
      person = await stage.person()
    })

    const introspect = (token: string, headers: Record<string, string>) =>
      stage.send({ to: '/oauth/introspect', form: { token }, headers })

    it('answers a client about its own token [A07]', async () => {
      const { access_token } = await app.tokensFor(person)
      const answer = await app.introspect(access_token)
      expect(answer.json()).to.include({
        active: true,
        client_id: app.clientId,
        sub: person.id,
        iss: stage.issuer,
      })
      expect(answer.headers['cache-control']).to.equal('no-store')
      expect(answer.text).not.to.contain(person.email)
    })

    it('tells the resource server that a token is meant for, and no other [S-1.39]', async () => {
      const given = { resource: api, scope: 'openid read' }
      const { access_token } = await app.tokensFor(person, given)
      const told = (await introspect(access_token, resourceServer)).json()
      expect(told).to.include({ active: true, aud: api, scope: 'read', client_id: app.clientId })
      expect((await introspect(access_token, otherResourceServer)).text).to.equal(INACTIVE)
      expect((await introspect(access_token, other.auth)).text).to.equal(INACTIVE)
    })

    it('answers unknown, revoked and foreign tokens with the same bytes and headers [S-1.40]', async () => {
      const tokens = await app.tokensFor(person)
      const revoked = await app.tokensFor(person)
      await app.revoke(revoked.access_token)
      await app.revoke(revoked.refresh_token)
      const answers = await Promise.all([
        app.introspect('unknown'),
        app.introspect(altered(tokens.access_token)),
        app.introspect(revoked.access_token),
        app.introspect(revoked.refresh_token),
        other.introspect(tokens.access_token),
        other.introspect(tokens.refresh_token),
        introspect(tokens.access_token, resourceServer),
      ])
      for (const [index, { status, text, headers }] of answers.entries()) {
        expect({ status, text }, `answer ${index}`).to.eql({ status: 200, text: INACTIVE })
        expect(namesOf(headers), `answer ${index}`).to.eql(namesOf(answers[0].headers))
      }
    })

    it('knows nothing of JWTs that are no access tokens', async () => {
      const { id_token } = await app.tokensFor(person)
      for (const jwt of [id_token, `${id_token}x`, 'e30.e30.e30'])
        for (const party of [app, other])
          expect((await party.introspect(jwt)).text, party.clientId).to.equal(INACTIVE)
    })

    it('ends an access token alone: the others of its grant go on', async () => {
      const { access_token, refresh_token } = await app.tokensFor(person)
      const later = (await app.refresh(refresh_token)).json() as Tokens
      await app.revoke(access_token)
      expect((await app.introspect(later.access_token)).json()).to.include({ active: true })
      expect((await app.refresh(refresh_token)).status).to.equal(200)
    })

    it('is refused to clients that do not authenticate, also to a public client for its own token [S-1.38]', async () => {
      const { access_token } = await spa.tokensFor(person)
      for (const token of [access_token, 'unknown']) {
        const answer = await spa.introspect(token)
        expect(answer.status, token).to.equal(401)
        expect(answer.json(), token).to.include({ error: 'invalid_client' })
        expect(answer.json()['error_description'], token).to.match(/prove who they are/)
      }
      expect((await introspect(access_token, {})).status).to.be.oneOf([400, 401])
      expect((await introspect(access_token, basic(app.clientId, 'wrong'))).status).to.equal(401)
    })

    it('answers a revocation without content, and so without a type of it (RFC 7009 §2.2)', async () => {
      const { refresh_token } = await app.tokensFor(person)
      for (const token of [refresh_token, 'unknown']) {
        const { status, text, headers } = await app.revoke(token)
        expect([status, text, headers['content-type'], headers['content-length']], token).to.eql([
          200,
          '',
          undefined,
          '0',
        ])
      }
    })

    it('ends a revoked access token at once, on every process', async () => {
      const { access_token } = await app.tokensFor(person)
      expect((await app.revoke(access_token)).status).to.equal(200)
      for (let process = 0; process < 4; process += 1) {
        expect((await app.introspect(access_token)).text, `process ${process}`).to.equal(INACTIVE)
        expect((await userinfo(stage, access_token)).status, `process ${process}`).to.equal(401)
      }
    })

    it('revokes the access tokens of a refresh token that is revoked [S-1.42]', async () => {
      const { access_token, refresh_token } = await app.tokensFor(person)
      const later = (await app.refresh(refresh_token)).json() as Tokens
      expect((await app.revoke(refresh_token)).status).to.equal(200)
      for (const token of [access_token, later.access_token])
        expect((await app.introspect(token)).text, token).to.equal(INACTIVE)
      expect((await app.refresh(refresh_token)).json()).to.include({ error: 'invalid_grant' })
    })

    it('answers the revocation of an unknown token with 200, and leaves a foreign one alone [S-1.41]', async () => {
      const { access_token, refresh_token } = await app.tokensFor(person)
      expect((await app.revoke('unknown')).status).to.equal(200)
      expect((await app.revoke('')).status).to.be.oneOf([200, 400])
      for (const token of [access_token, refresh_token]) {
        const foreign = await other.revoke(token)
        expect(foreign.status, token).to.be.oneOf([200, 400])
        expect((await introspect(token, app.auth)).json(), token).to.include({ active: true })
      }
    })

    it('is refused to clients that fail to authenticate', async () => {
      const { access_token } = await app.tokensFor(person)
      const answer = await stage.send({ to: '/oauth/revoke', form: { token: access_token } })
      expect(answer.status).to.be.oneOf([400, 401])
      expect((await app.introspect(access_token)).json()).to.include({ active: true })
    })
  })

function namesOf(headers: object): string[] {
  return Object.keys(headers).sort()
}
