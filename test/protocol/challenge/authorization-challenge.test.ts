import { expect } from 'chai'
import { decodeJwt } from 'jose'
import * as oidc from 'openid-client'
import type { Account } from '../../../src/accounts/account.ts'
import { discover } from '../../support/relying-party.ts'
import { challengeOf, userinfo, VERIFIER } from '../../provider/relying-party.ts'
import type { Tokens } from '../../provider/relying-party.ts'
import { basic } from '../../provider/send.ts'
import { PASSWORD, STAGES } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { registerApp } from './first-party-app.ts'
import type { Challenged, FirstPartyApp } from './first-party-app.ts'

/** Below the number of attempts after which an account is blocked. */
const PARALLEL = 10

for (const { name, stage: open } of STAGES)
  describe(`the authorization challenge endpoint, on two processes with ${name}`, function () {
    let stage: Stage
    let app: FirstPartyApp
    let person: Account

    before(async () => {
      stage = await open()
      app = await registerApp(stage)
      person = await stage.person()
    })

    it('gives a code for the password in one request, and tokens for the code', async () => {
      const answer = await app.begin({ username: person.email, password: PASSWORD, nonce: 'n-1' })
      expect(answer.status, answer.text).to.equal(200)
      expect(answer.headers['cache-control']).to.equal('no-store')
      const { authorization_code: code } = answer.json() as Challenged
      const redeemed = await app.redeem(code)
      expect(redeemed.status, redeemed.text).to.equal(200)
      const tokens = redeemed.json() as Tokens
      const claims = decodeJwt(tokens.id_token)
      expect(claims).to.include({ sub: person.id, aud: app.clientId, nonce: 'n-1' })
      expect((await userinfo(stage, tokens.access_token)).json()).to.include({ email: person.email })
      const refreshed = (await app.refresh(tokens.refresh_token)).json() as Tokens
      expect((await userinfo(stage, refreshed.access_token)).status).to.equal(200)
    })

    it('is found by discovery, and openid-client redeems its code', async () => {
      const config = await discover(stage.issuer, app.client)
      const endpoint = config.serverMetadata()['authorization_challenge_endpoint'] as string
      expect(endpoint).to.equal(`${stage.issuer}/oauth/authorize-challenge`)
      const fields = {
        client_id: app.clientId,
        username: person.email,
        password: PASSWORD,
        scope: 'openid',
        code_challenge: challengeOf(VERIFIER),
        code_challenge_method: 'S256',
      }
      const answer = await fetch(endpoint, { method: 'POST', body: new URLSearchParams(fields) })
      const { authorization_code: code } = (await answer.json()) as Challenged
      const tokens = await oidc.genericGrantRequest(config, 'authorization_code', {
        code,
        code_verifier: VERIFIER,
      })
      expect(tokens.claims()?.sub).to.equal(person.id)
    })

    it('asks step by step, and says what it wants', async () => {
      const first = (await app.begin()).json() as Challenged
      expect(first).to.include({ error: 'insufficient_authorization', step: 'password' })
      expect(first.fields).to.eql(['username', 'password'])
      const wrong = await app.challenge({
        auth_session: first.auth_session,
        username: person.email,
        password: 'x',
      })
      const second = wrong.json() as Challenged
      expect([wrong.status, second.error]).to.eql([403, 'insufficient_authorization'])
      const last = await app.challenge({
        auth_session: second.auth_session,
        username: person.email,
        password: PASSWORD,
      })
      expect(last.status, last.text).to.equal(200)
      // What was asked for in the first request still holds.
      const tokens = (await app.redeem((last.json() as Challenged).authorization_code)).json() as Tokens
      expect(tokens.scope).to.equal('openid email offline_access')
    })

    it(`takes an auth_session once, also of ${PARALLEL} requests at a time`, async () => {
      const { auth_session } = (await app.begin()).json() as Challenged
      const step = { auth_session, username: person.email, password: PASSWORD }
      const answers = await Promise.all(Array.from({ length: PARALLEL }, () => app.challenge(step)))
      const won = answers.filter(({ status }) => status === 200)
      const refused = answers.filter(({ status }) => status === 400)
      expect(won.length).to.be.at.most(1)
      for (const answer of refused)
        expect(answer.json(), answer.text).to.include({ error: 'invalid_session' })
      // On a busy machine some requests, even the first, may get 503 with Retry-After.
      for (const { status, text } of answers) expect(status, text).to.be.oneOf([200, 400, 503])
      expect(refused).to.have.length.below(PARALLEL)
    })

    it('gives codes for resource servers', async () => {
      const { resource, client } = await stage.createResource({
        identifier: `https://${name.replaceAll(' ', '-')}-${Date.now()}.example.com/`,
        scope: 'read write',
      })
      const other = await registerApp(stage, {
        allowed_resources: [resource.identifier],
        scope: 'openid offline_access read',
      })
      const tokens = await other.signIn(person, { scope: 'openid read', resource: resource.identifier })
      const seen = await stage.send({
        to: '/oauth/introspect',
        form: { token: tokens.access_token },
        headers: basic(client.client_id, client.client_secret ?? ''),
      })
      expect(seen.json()).to.include({
        active: true,
        aud: resource.identifier,
        scope: 'read',
      })
    })

    it('appears among the sign-ins of the account, and ends with them, offline access included', async () => {
      const who = await stage.person()
      const tokens = await app.signIn(who)
      const visitor = stage.visitor()
      await visitor.signIn({ email: who.email, password: PASSWORD })
      const page = await visitor.get('/account/sessions')
      await visitor.followForm(page, {}, { action: '/sessions/' })
      expect((await userinfo(stage, tokens.access_token)).status).to.equal(401)
      expect((await app.refresh(tokens.refresh_token)).json()).to.include({ error: 'invalid_grant' })
    })

    it('counts towards the sign-ins that an account may have at a time', async () => {
      const who = await stage.person()
      const first = await app.signIn(who)
      for (let index = 0; index < stage.parts.config.sessions.maxActiveSessions; index += 1)
        await app.signIn(who)
      expect((await userinfo(stage, first.access_token)).status).to.equal(401)
    })
  })
