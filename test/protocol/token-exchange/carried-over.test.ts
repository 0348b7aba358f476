import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { Account } from '../../../src/accounts/account.ts'
import { LEVELS } from '../../../src/accounts/levels.ts'
import { TOKEN_EXCHANGE_GRANT } from '../../../src/clients/client-choices.ts'
import { allowExchange } from '../../../src/protocol/token-exchange/exchange-rules.ts'
import { TOKEN_TYPES } from '../../../src/protocol/token-exchange/presented-token.ts'
import { isMounted } from '../../support/mounted.ts'
import { createProver } from '../../provider/binding/prover.ts'
import type { Prover } from '../../provider/binding/prover.ts'
import { register, userinfo } from '../../provider/relying-party.ts'
import type { Tokens } from '../../provider/relying-party.ts'
import { basic } from '../../provider/send.ts'
import { STAGES, until } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { openExchange } from './exchange-stage.ts'
import type { ExchangeStage } from './exchange-stage.ts'

const [PASSWORD_LEVEL] = LEVELS

for (const { name, stage: open } of STAGES)
  describe(`what an exchanged token takes over, on two processes with ${name}`, function () {
    let stage: Stage
    let world: ExchangeStage
    let person: Account

    before(async () => {
      stage = await open()
      world = await openExchange(stage)
      person = await stage.person()
      await world.allow()
      await world.allow({ resource: world.signed.resource.identifier })
      await world.allow({ clientId: world.app.clientId })
      await world.allow({ clientId: world.app.clientId, resource: world.signed.resource.identifier })
    })

    const exchanged: ExchangeStage['exchanged'] = (...given) => world.exchanged(...given)
    const refresh = (tokens: Tokens) => ({
      subject_token: tokens.refresh_token,
      subject_token_type: TOKEN_TYPES.refreshToken,
    })
    const idToken = (tokens: Tokens) => ({
      subject_token: tokens.id_token,
      subject_token_type: TOKEN_TYPES.idToken,
    })

    it('when and how strongly the person signed in, from every kind of token and through every exchange', async () => {
      const tokens = await world.tokensFor(person, { max_age: '3600', acr_values: PASSWORD_LEVEL })
      const { auth_time } = decodeJwt(tokens.id_token)
      const signIn = { acr: PASSWORD_LEVEL, auth_time }
      expect(auth_time).to.be.a('number')
      const resource = world.signed.resource.identifier
      const first = await exchanged({ subject_token: tokens.access_token, resource })
      expect(decodeJwt(first.access_token)).to.include(signIn)
      const second = await exchanged({ subject_token: first.access_token })
      expect(await world.introspect(second.access_token)).to.include({ active: true, ...signIn })
      for (const subject of [refresh(tokens), idToken(tokens)]) {
        const { access_token } = await exchanged(subject, world.app.auth)
        expect(await world.introspect(access_token), JSON.stringify(subject)).to.include({
          active: true,
          ...signIn,
        })
        const signed = await exchanged({ ...subject, resource }, world.app.auth)
        expect(decodeJwt(signed.access_token), JSON.stringify(subject)).to.include(signIn)
      }
    })

    it('the scopes of a refresh token, for its own client alone and while it lives', async () => {
      const tokens = await world.tokensFor(person)
      const issued = await exchanged(refresh(tokens), world.app.auth)
      expect(issued.scope).to.equal('read write')
      expect(await world.introspect(issued.access_token)).to.include({ active: true, sub: person.id })
      const narrower = await exchanged({ ...refresh(tokens), scope: 'read' }, world.app.auth)
      expect(narrower.scope).to.equal('read')
      const foreign = await world.exchange(refresh(tokens))
      const mistaken = await world.exchange(
        { ...refresh(tokens), subject_token_type: TOKEN_TYPES.accessToken },
        world.app.auth,
      )
      await world.app.revoke(tokens.refresh_token)
      expect(await world.introspect(issued.access_token)).to.eql({ active: false })
      for (const answer of [foreign, mistaken, await world.exchange(refresh(tokens), world.app.auth)])
        expect(answer.json(), answer.text).to.include({ error: 'invalid_request' })
    })

    // The status lists know which JWTs were revoked.
    if (isMounted('status-list'))
      it('nothing of a JWT that was revoked [S-6.26]', async () => {
        const resource = world.signed.resource.identifier
        const { access_token: subject_token } = await world.tokensFor(person, { resource })
        const issued = await exchanged({ subject_token }, world.app.auth)
        await world.app.revoke(subject_token)
        const answer = await world.exchange({ subject_token }, world.app.auth)
        expect(answer.json()).to.include({ error: 'invalid_request' })
        expect(stage.log()).to.contain('subject_token: it was revoked')
        // What it was exchanged for before has a place of its own.
        expect(await world.introspect(issued.access_token)).to.include({ active: true })
      })

    describe('of authorization_details', () => {
      const type = `transfer:${name.length}`
      const small = { type, to: 'Sample Shop', amount: 5 }
      const large = { type, to: 'Sample Shop', amount: 500 }
      const bank = `https://bank-${name.length}.exchange.example/`
      let client: Record<string, string>
      let party: Awaited<ReturnType<typeof register>>
      let tokens: Tokens

      before(async () => {
        const fields = { to: { label: 'To' }, amount: { label: 'Amount', kind: 'number' as const } }
        const made = await stage.createResource({
          identifier: bank,
          scope: 'read',
          authorization_details_types: [{ type, title: 'Transfer', fields }],
        })
        client = basic(made.client.client_id, made.client.client_secret ?? '')
        party = await register(stage, {
          allowed_resources: [bank, world.front.resource.identifier],
          authorization_details_types: [type],
          grant_types: ['authorization_code', 'refresh_token', TOKEN_EXCHANGE_GRANT],
        })
        const rule = { clientId: party.clientId, impersonation: true, delegation: false, scopes: 'read' }
        await allowExchange(stage.parts, { ...rule, resource: bank })
        await allowExchange(stage.parts, { ...rule, resource: world.back.resource.identifier })
        await until(async () => {
          const metadata = await Promise.all(
            [1, 2].map(() => stage.send({ to: '/.well-known/openid-configuration' })),
          )
          return metadata.every(({ text }) => text.includes(type))
        }, 'every process knows the type')
        tokens = await party.tokensFor(person, {
          scope: 'openid offline_access read',
          resource: bank,
          authorization_details: JSON.stringify([small, large]),
        })
      })

      const details = (token: string) =>
        stage
          .send({ to: '/oauth/introspect', form: { token }, headers: client })
          .then((answer) => answer.json()['authorization_details'])

      it('those that the subject token has for this resource server, or fewer of them', async () => {
        for (const subject of [{ subject_token: tokens.access_token }, refresh(tokens)]) {
          const all = await exchanged({ ...subject, resource: bank }, party.auth)
          expect(all, JSON.stringify(subject)).to.deep.include({ authorization_details: [small, large] })
          expect(await details(all.access_token), JSON.stringify(subject)).to.eql([small, large])
          const fewer = { resource: bank, authorization_details: JSON.stringify([small]) }
          const some = await exchanged({ ...subject, ...fewer }, party.auth)
          expect(some, JSON.stringify(subject)).to.deep.include({ authorization_details: [small] })
          expect(await details(some.access_token), JSON.stringify(subject)).to.eql([small])
          const again = await exchanged({ subject_token: some.access_token, resource: bank }, party.auth)
          expect(await details(again.access_token), 'they do not grow back').to.eql([small])
        }
      })

      it('none for another resource server', async () => {
        const issued = await exchanged(refresh(tokens), party.auth)
        expect(issued).not.to.have.property('authorization_details')
        expect(await world.introspect(issued.access_token)).not.to.have.property('authorization_details')
      })

      it('none that were not allowed, or that mean nothing', async () => {
        const wrong = [[{ ...small, amount: 6 }], [{ type: 'unknown' }], [{ ...small, more: 1 }], 'text']
        for (const one of wrong) {
          const authorization_details = typeof one === 'string' ? one : JSON.stringify(one)
          const fields = { ...refresh(tokens), resource: bank, authorization_details }
          const answer = await world.exchange(fields, party.auth)
          expect(answer.json(), answer.text).to.include({ error: 'invalid_authorization_details' })
          expect(answer.json()['error_description'], authorization_details).to.be.a('string')
        }
      })
    })

    describe('of a name that is different for each sector', () => {
      const pairwise = () =>
        register(stage, {
          subject_type: 'pairwise',
          redirect_uris: [`https://sector-${name.length}.example.com/cb`],
          grant_types: ['authorization_code', 'refresh_token', TOKEN_EXCHANGE_GRANT],
          allowed_resources: [world.front.resource.identifier],
          scope: 'openid offline_access read',
        })

      it('the person that it names, when an ID token is exchanged', async () => {
        const party = await pairwise()
        await world.allow({ clientId: party.clientId })
        const tokens = await party.tokensFor(person, { scope: 'openid offline_access read' })
        const { sub } = decodeJwt(tokens.id_token)
        expect((await userinfo(stage, tokens.access_token)).json()['sub']).to.equal(sub)
        const granted = { resource: world.front.resource.identifier, scope: 'openid read' }
        const withScope = await party.tokensFor(person, granted)
        const issued = await exchanged(idToken(withScope), party.auth)
        expect(await world.introspect(issued.access_token)).to.include({ active: true, sub })
        // And the resource server's own exchange is one between clients that know the account by its id.
        const front = await exchanged({ subject_token: withScope.access_token })
        expect(await world.introspect(front.access_token)).to.include({ active: true, sub: person.id })
      })

      it('no more than that name, when somebody acts', async () => {
        const party = await pairwise()
        await world.allow({ clientId: party.clientId })
        const [helper, given] = [
          await stage.person(),
          { resource: world.front.resource.identifier, scope: 'openid read' },
        ]
        const acting = await party.tokensFor(helper, given)
        const subject = await party.tokensFor(person, given)
        const { access_token } = await exchanged(
          {
            subject_token: subject.access_token,
            actor_token: acting.access_token,
            actor_token_type: TOKEN_TYPES.accessToken,
          },
          party.auth,
        )
        const { sub } = decodeJwt(acting.id_token)
        expect((await world.introspect(access_token))['act']).to.eql({ sub })
        expect(sub).not.to.equal(helper.id)
      })
    })

    describe('of a key', () => {
      let key: Prover
      const proofOf = async (prover: Prover) => ({
        ...world.app.auth,
        DPoP: await prover.prove({ url: `${stage.issuer}/oauth/token` }),
      })

      before(async () => {
        key = await createProver()
      })

      it('the need of showing the same, for the client that the token is bound for [S-1.62]', async () => {
        const code = await world.app.codeFor(person, { scope: 'openid offline_access' })
        const bound = (await world.app.redeem(code, {}, await proofOf(key))).json() as Tokens
        const fields = { subject_token: bound.access_token }
        for (const headers of [world.app.auth, await proofOf(await createProver())]) {
          const answer = await world.exchange(fields, headers)
          expect(answer.json(), answer.text).to.include({ error: 'invalid_request' })
          expect(answer.json()['error_description'], JSON.stringify(headers)).to.contain('bound to a key')
        }
        const granted = { resource: world.front.resource.identifier, scope: 'openid read' }
        const resourceCode = await world.app.codeFor(person, granted)
        const forApi = (
          await world.app.redeem(resourceCode, { resource: granted.resource }, await proofOf(key))
        ).json() as Tokens
        const own = await exchanged({ subject_token: forApi.access_token }, await proofOf(key))
        const confirmed = { cnf: { jkt: key.thumbprint } }
        expect(await world.introspect(own.access_token)).to.deep.include(confirmed)
        // Every token of that sign-in needs the key: the ID token, also of a refresh, and a JWT access token.
        const refreshed = (
          await world.app.call(
            '/oauth/token',
            { grant_type: 'refresh_token', refresh_token: bound.refresh_token },
            await proofOf(key),
          )
        ).json() as Tokens
        for (const subject of [idToken(forApi), idToken(refreshed)]) {
          for (const headers of [world.app.auth, await proofOf(await createProver())]) {
            const answer = await world.exchange(subject, headers)
            expect(answer.json(), answer.text).to.include({ error: 'invalid_request' })
            expect(answer.json()['error_description'], JSON.stringify(headers)).to.contain(
              'subject_token is bound to a key',
            )
          }
          const again = await exchanged(subject, await proofOf(key))
          expect(await world.introspect(again.access_token), JSON.stringify(subject)).to.deep.include(
            confirmed,
          )
        }
        const unbound = await exchanged(idToken(await world.tokensFor(person)), world.app.auth)
        expect(await world.introspect(unbound.access_token)).not.to.have.property('cnf')
        // The API that was called with it has checked the proof, and has no key of its caller's.
        const passedOn = await exchanged({ subject_token: forApi.access_token })
        expect(await world.introspect(passedOn.access_token)).not.to.have.property('cnf')
      })
    })
  })
