import { expect } from 'chai'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import * as oidc from 'openid-client'
import type { Account } from '../../../src/accounts/account.ts'
import { disableAccount, signOutEverywhere } from '../../../src/accounts/account-state.ts'
import { revokeConsent } from '../../../src/consents/consents.ts'
import { disableClient } from '../../../src/clients/clients.ts'
import { createResource, deleteResource } from '../../../src/resources/resources.ts'
import { TOKEN_EXCHANGE_GRANT } from '../../../src/clients/client-choices.ts'
import { TOKEN_TYPES } from '../../../src/protocol/token-exchange/presented-token.ts'
import { discover } from '../../support/relying-party.ts'
import { userinfo } from '../../provider/relying-party.ts'
import { STAGES } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { openExchange } from './exchange-stage.ts'
import type { Exchanged, ExchangeStage } from './exchange-stage.ts'

for (const { name, stage: open } of STAGES)
  describe(`token exchange, on two processes with ${name}`, function () {
    let stage: Stage
    let world: ExchangeStage
    let person: Account

    before(async () => {
      stage = await open()
      world = await openExchange(stage)
      person = await stage.person()
      await world.allow()
      await world.allow({ resource: world.signed.resource.identifier })
    })

    const exchanged: ExchangeStage['exchanged'] = (...given) => world.exchanged(...given)

    it('turns a token for one resource server into one for another, in the name of the person', async () => {
      const { access_token: subject } = await world.tokensFor(person)
      const answer = await world.exchange({ subject_token: subject })
      expect(answer.status, answer.text).to.equal(200)
      expect(answer.headers['cache-control']).to.equal('no-store')
      const issued = answer.json() as Exchanged
      expect(issued).to.include({
        issued_token_type: TOKEN_TYPES.accessToken,
        token_type: 'Bearer',
        scope: 'read write',
      })
      expect(issued).not.to.have.any.keys('refresh_token', 'id_token')
      const seen = await world.introspect(issued.access_token)
      expect(seen).to.include({
        active: true,
        sub: person.id,
        aud: world.back.resource.identifier,
        client_id: world.gatewayId,
        scope: 'read write',
      })
      expect(seen).not.to.have.any.keys('act', 'jti')
      expect((await userinfo(stage, issued.access_token)).status).to.be.oneOf([401, 403])
    })

    it('works as openid-client sends it', async () => {
      const { access_token: subject } = await world.tokensFor(person)
      const config = await discover(stage.issuer, world.front.client)
      expect(config.serverMetadata().grant_types_supported).to.include(TOKEN_EXCHANGE_GRANT)
      const issued = await oidc.genericGrantRequest(config, TOKEN_EXCHANGE_GRANT, {
        subject_token: subject,
        subject_token_type: TOKEN_TYPES.accessToken,
        audience: world.back.resource.identifier,
        scope: 'read',
      })
      expect(issued.scope).to.equal('read')
      expect(await world.introspect(issued.access_token)).to.include({ active: true, scope: 'read' })
    })

    it('never lets the new token outlive the old one', async () => {
      const { access_token: subject } = await world.tokensFor(person)
      const { access_token: token, expires_in: seconds } = await exchanged({ subject_token: subject })
      const [before, after] = [await world.introspect(subject, world.front), await world.introspect(token)]
      expect(Number(after['exp'])).to.be.at.most(Number(before['exp']))
      expect(seconds).to.be.within(1, 3600)
    })

    it('gives and takes JWT access tokens, and looks up their grant', async () => {
      const jwt = { resource: world.signed.resource.identifier }
      const { access_token: subject } = await world.tokensFor(person)
      const signed = await exchanged({ subject_token: subject, ...jwt })
      expect(signed.issued_token_type).to.equal(TOKEN_TYPES.accessToken)
      expect(decodeProtectedHeader(signed.access_token).typ).to.equal('at+jwt')
      expect(decodeJwt(signed.access_token)).to.include({
        sub: person.id,
        client_id: world.gatewayId,
        scope: 'read write',
      })
      for (const type of [TOKEN_TYPES.accessToken, TOKEN_TYPES.jwt]) {
        const onward = await exchanged({ subject_token: signed.access_token, subject_token_type: type })
        expect(await world.introspect(onward.access_token), type).to.include({ active: true, sub: person.id })
      }
    })

    it('gives a JWT where one is asked for', async () => {
      const { access_token: subject } = await world.tokensFor(person)
      const issued = await exchanged({ subject_token: subject, requested_token_type: TOKEN_TYPES.jwt })
      expect(issued.issued_token_type).to.equal(TOKEN_TYPES.jwt)
      expect(decodeJwt(issued.access_token)).to.include({ aud: world.back.resource.identifier })
    })

    it('takes ID tokens of the client itself', async () => {
      const { id_token } = await world.tokensFor(person)
      await world.allow({ clientId: world.app.clientId, scopes: 'read' })
      const fields = { subject_token: id_token, subject_token_type: TOKEN_TYPES.idToken }
      const answer = await world.exchange(fields, world.app.auth)
      expect(answer.status, answer.text).to.equal(200)
      const { access_token: token } = answer.json() as Exchanged
      expect(await world.introspect(token)).to.include({ active: true, sub: person.id, scope: 'read' })
      expect((await world.exchange(fields)).json()).to.include({ error: 'invalid_request' })
    })

    it('names the actor, and those before it inside', async () => {
      const actor_token = await world.ownToken()
      const delegate = { actor_token, actor_token_type: TOKEN_TYPES.accessToken }
      const { access_token: subject } = await world.tokensFor(person)
      const resource = world.signed.resource.identifier
      const first = await exchanged({ subject_token: subject, resource, ...delegate })
      expect(decodeJwt(first.access_token)['act']).to.eql({ sub: world.machine.clientId })
      const second = await exchanged({ subject_token: first.access_token, ...delegate })
      expect((await world.introspect(second.access_token))['act']).to.eql({
        sub: world.machine.clientId,
        act: { sub: world.machine.clientId },
      })
      // Impersonation keeps the actors that are in the chain already.
      const third = await exchanged({ subject_token: first.access_token })
      expect((await world.introspect(third.access_token))['act']).to.eql({ sub: world.machine.clientId })
    })

    it('names a person as actor', async () => {
      const helper = await stage.person()
      const { access_token: actor_token } = await world.tokensFor(helper)
      const { access_token: subject } = await world.tokensFor(person)
      const issued = await exchanged({
        subject_token: subject,
        actor_token,
        actor_token_type: TOKEN_TYPES.accessToken,
      })
      const seen = await world.introspect(issued.access_token)
      expect(seen).to.deep.include({ sub: person.id, act: { sub: helper.id } })
    })

    type Ending = [
      string,
      (tokens: { access_token: string; refresh_token: string }, who: Account) => Promise<unknown>,
    ]
    const ENDINGS: Ending[] = [
      ['its refresh token is revoked', ({ refresh_token }) => world.app.revoke(refresh_token)],
      ['the account is disabled', (_, { id }) => disableAccount(stage.accounts, id, { actor: 'cli' })],
      ['the account is signed out', (_, { id }) => signOutEverywhere(stage.accounts, id, { actor: id })],
      [
        'consent is taken back',
        async (_, { id }) => {
          const grantIdDigests = (await revokeConsent(stage.accounts, id, world.app.clientId)) ?? []
          await stage.accounts.revokeAccess({ sessionUids: [], grantIdDigests })
        },
      ],
    ]
    for (const [what, end] of ENDINGS)
      it(`ends with the grant, and refuses every token of it, when ${what} [S-1.58]`, async () => {
        const who = await stage.person()
        const tokens = await world.tokensFor(who)
        const opaque = await exchanged({ subject_token: tokens.access_token })
        const signed = await exchanged({
          subject_token: tokens.access_token,
          resource: world.signed.resource.identifier,
        })
        await end(tokens, who)
        expect(await world.introspect(opaque.access_token)).to.eql({ active: false })
        for (const token of [tokens.access_token, opaque.access_token, signed.access_token]) {
          const answer = await world.exchange({ subject_token: token })
          expect(answer.json(), token).to.include({ error: 'invalid_request' })
        }
        await world.allow({ clientId: world.app.clientId, scopes: 'read' })
        const id = { subject_token: tokens.id_token, subject_token_type: TOKEN_TYPES.idToken }
        expect((await world.exchange(id, world.app.auth)).json()).to.include({ error: 'invalid_request' })
      })

    it('leaves the grant alone when the exchanged token is revoked', async () => {
      const tokens = await world.tokensFor(person)
      const issued = await exchanged({ subject_token: tokens.access_token })
      const revoked = await stage.send({
        to: '/oauth/revoke',
        form: { token: issued.access_token },
        headers: world.headers,
      })
      expect(revoked.status).to.equal(200)
      expect(await world.introspect(issued.access_token)).to.eql({ active: false })
      expect((await world.app.refresh(tokens.refresh_token)).status).to.equal(200)
      expect(await world.introspect(tokens.access_token, world.front)).to.include({ active: true })
    })

    it('ends with the resource server, also when another is registered under its name', async () => {
      const other = await openExchange(stage)
      await other.allow()
      const { identifier } = other.back.resource
      await deleteResource(stage.parts.db, identifier)
      await createResource(stage.parts.db, { identifier, scope: 'read' }, stage.parts)
      const { access_token: subject } = await other.tokensFor(person)
      expect((await other.exchange({ subject_token: subject })).json()).to.include({
        error: 'invalid_target',
      })
    })

    it('refuses tokens of a client that was disabled since', async () => {
      const other = await openExchange(stage)
      await other.allow()
      const { access_token: subject } = await other.tokensFor(person)
      await disableClient(stage.parts.db, other.app.clientId, stage.parts.clock)
      // The other process learns of it from the change feed.
      const deadline = Date.now() + 60_000
      let answer = await other.exchange({ subject_token: subject })
      while (answer.status === 200 && Date.now() < deadline)
        answer = await other.exchange({ subject_token: subject })
      expect(answer.json()).to.include({ error: 'invalid_request' })
    })
  })
