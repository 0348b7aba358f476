import { expect } from 'chai'
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createVerifier } from '../../../examples/jwt-middleware/access-token.ts'
import type { Account } from '../../../src/accounts/account.ts'
import { deleteAccount, disableAccount } from '../../../src/accounts/account-state.ts'
import { deleteClient, disableClient } from '../../../src/clients/clients.ts'
import { createProver } from '../../provider/binding/prover.ts'
import { register, userinfo } from '../../provider/relying-party.ts'
import type { Fields, Party, Tokens } from '../../provider/relying-party.ts'
import { basic } from '../../provider/send.ts'
import { STAGES, until } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import type { Visitor } from '../../support/visitor.ts'

const INACTIVE = '{"active":false}'

for (const { name, stage: open } of STAGES)
  describe(`a JWT access token that is introspected or revoked, on two processes with ${name}`, function () {
    const api = `https://jwt-api.example.com/${name.length}`
    let stage: Stage
    let app: Party
    let other: Party
    let person: Account
    let resourceServer: Record<string, string>

    before(async () => {
      stage = await open()
      const { client } = await stage.createResource({ identifier: api, scope: 'read write', format: 'jwt' })
      resourceServer = basic(client.client_id, client.client_secret ?? '')
      app = await register(stage, { allowed_resources: [api], first_party: true })
      other = await register(stage, { allowed_resources: [api], first_party: true })
      person = await stage.person()
    })

    const asked = { resource: api, scope: 'openid offline_access read', prompt: undefined }
    const tokensOf = (party = app, who = person): Promise<Tokens> => party.tokensFor(who, asked)
    const introspect = (token: string, headers = resourceServer, fields: Fields = {}) =>
      stage.send({ to: '/oauth/introspect', form: { token, ...fields }, headers })

    /** Both processes have cached it. */
    async function expectKnown(token: string): Promise<void> {
      for (let turn = 0; turn < 4; turn += 1)
        expect((await introspect(token)).json(), `turn ${turn}`).to.include({ active: true })
    }

    it('is introspected like an opaque one, with the claims that it carries', async () => {
      const { access_token } = await tokensOf()
      const claims = decodeJwt(access_token)
      for (const headers of [app.auth, resourceServer])
        for (const token_type_hint of [undefined, 'access_token', 'refresh_token']) {
          const told = (await introspect(access_token, headers, { token_type_hint })).json()
          const { status: _, ...expected } = claims
          expect(told, String(token_type_hint)).to.deep.include({
            ...expected,
            active: true,
            token_type: 'Bearer',
          })
          expect(told, String(token_type_hint)).not.to.have.any.keys('status', 'sid', 'cnf')
        }
      expect((await introspect(access_token, other.auth)).text, 'another client').to.equal(INACTIVE)
    })

    it('names the key that it is bound to', async () => {
      const prover = await createProver()
      const code = await app.codeFor(person, asked)
      const proof = { DPoP: await prover.prove({ url: `${stage.issuer}/oauth/token` }) }
      const answer = await app.redeem(code, { resource: api }, { ...app.auth, ...proof })
      const told = (await introspect(String(answer.json()['access_token']))).json()
      expect(told).to.deep.include({ active: true, cnf: { jkt: prover.thumbprint }, token_type: 'DPoP' })
    })

    it('of a machine is introspected and revoked alike', async () => {
      const machine = await register(stage, {
        grant_types: ['client_credentials'],
        redirect_uris: [],
        scope: 'read',
        allowed_resources: [api],
      })
      const issue = async () => {
        const answer = await machine.call('/oauth/token', { grant_type: 'client_credentials', scope: 'read' })
        return String(answer.json()['access_token'])
      }
      const [token, untouched] = [await issue(), await issue()]
      const told = (await introspect(token)).json()
      expect(told).to.include({ active: true, sub: machine.clientId, client_id: machine.clientId })
      expect((await machine.revoke(token)).status).to.equal(200)
      expect((await introspect(token)).text).to.equal(INACTIVE)
      expect((await introspect(untouched)).json()).to.include({ active: true })
    })

    it('ends alone when it is revoked, on every process, in the status list and for the middleware', async () => {
      const { access_token, refresh_token } = await tokensOf()
      const sibling = (await app.refresh(refresh_token, { resource: api })).json() as Tokens
      const verify = createVerifier({
        issuer: stage.issuer,
        audience: api,
        jwksUri: `${stage.issuer}/oauth/jwks`,
        statusMaxAgeSeconds: 1,
      })
      const shown = (token: string) => verify({ method: 'GET', url: api, authorization: `Bearer ${token}` })
      expect((await shown(access_token)).ok).to.equal(true)
      await expectKnown(access_token)
      const answer = await app.revoke(access_token)
      expect([answer.status, answer.text]).to.eql([200, ''])
      for (let process = 0; process < 4; process += 1)
        expect((await introspect(access_token)).text, `process ${process}`).to.equal(INACTIVE)
      await until(async () => !(await shown(access_token)).ok, 'the middleware refused')
      expect(await shown(access_token)).to.include({ status: 401, reason: 'the token was revoked' })
      expect((await shown(sibling.access_token)).ok, 'a sibling').to.equal(true)
      expect((await introspect(sibling.access_token)).json()).to.include({ active: true })
      const later = await app.refresh(sibling.refresh_token ?? refresh_token, { resource: api })
      expect(later.status, 'the grant goes on').to.equal(200)
      expect((await app.revoke(access_token)).status, 'a second time').to.equal(200)
    })

    it('stays as it is when somebody else revokes it, its resource server included', async () => {
      const { access_token } = await tokensOf()
      for (const headers of [other.auth, resourceServer]) {
        const answer = await stage.send({ to: '/oauth/revoke', form: { token: access_token }, headers })
        expect([answer.status, answer.text], JSON.stringify(headers)).to.eql([200, ''])
      }
      expect((await introspect(access_token)).json()).to.include({ active: true })
      const nobody = await stage.send({ to: '/oauth/revoke', form: { token: access_token } })
      expect(nobody.status).to.be.oneOf([400, 401])
      expect((await introspect(access_token)).json()).to.include({ active: true })
    })

    it('is inactive when it is forged, altered, unsigned, of another kind, or no token', async () => {
      const { access_token, id_token } = await tokensOf()
      const { privateKey, publicKey } = await generateKeyPair('ES256')
      const header = { ...decodeProtectedHeader(access_token), jwk: await exportJWK(publicKey), alg: 'ES256' }
      const forged = await new SignJWT(decodeJwt(access_token)).setProtectedHeader(header).sign(privateKey)
      const [head, , signature] = access_token.split('.')
      const claims = Buffer.from(JSON.stringify({ ...decodeJwt(access_token), scope: 'write' }))
      const bent = [head, claims.toString('base64url'), signature].join('.')
      const none = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${access_token.split('.')[1]}.`
      for (const token of [forged, bent, none, id_token, 'e30.e30.e30', 'a.b.c', '..']) {
        expect((await app.revoke(token)).status, token).to.equal(200)
        expect((await introspect(token, app.auth)).text, token).to.equal(INACTIVE)
      }
      expect((await introspect(access_token)).json()).to.include({ active: true })
    })

    it('is inactive once it has expired', async () => {
      const brief = `${api}/brief`
      const input = { identifier: brief, scope: 'read', format: 'jwt', access_token_ttl_seconds: 10 } as const
      await stage.createResource(input)
      const party = await register(stage, { allowed_resources: [brief], first_party: true })
      const { access_token } = await party.tokensFor(person, { ...asked, resource: brief })
      expect((await introspect(access_token, party.auth)).json()).to.include({ active: true })
      await until(async () => (await introspect(access_token, party.auth)).text === INACTIVE, 'it expired')
      expect((await party.revoke(access_token)).status).to.equal(200)
    })

    type Ended = { party: Party; tokens: Tokens; who: Account; visitor: Visitor }
    const ENDINGS: Record<string, (ended: Ended) => Promise<unknown>> = {
      'its refresh token is revoked': ({ party, tokens }) => party.revoke(tokens.refresh_token),
      'its session ends': async ({ visitor }) =>
        visitor.followForm(await visitor.get('/oauth/logout'), { logout: 'yes' }),
      'its account is disabled': ({ who }) => disableAccount(stage.accounts, who.id, { actor: 'cli' }),
      'its account is deleted': ({ who }) => deleteAccount(stage.accounts, who.id, { actor: 'cli' }),
      'its client is disabled': ({ party }) =>
        disableClient(stage.parts.db, party.clientId, stage.parts.clock),
      'its client is deleted': ({ party }) => deleteClient(stage.accounts, party.clientId),
    }
    for (const [what, end] of Object.entries(ENDINGS))
      it(`is inactive on every process as soon as ${what} [S-1.94]`, async () => {
        const party = await register(stage, { allowed_resources: [api], first_party: true })
        const [who, visitor] = [await stage.person(), stage.visitor()]
        const scope = what.includes('session') ? 'openid read' : asked.scope
        const tokens = await party.tokensFor(who, { ...asked, scope }, visitor)
        await expectKnown(tokens.access_token)
        await end({ party, tokens, who, visitor })
        for (let process = 0; process < 4; process += 1)
          expect((await introspect(tokens.access_token)).text, `process ${process}`).to.equal(INACTIVE)
      })

    it('does not open userinfo for any client', async () => {
      const { access_token } = await tokensOf()
      expect((await userinfo(stage, access_token)).status).to.equal(401)
    })
  })
