import { expect } from 'chai'
import { decodeProtectedHeader, generateKeyPair, jwtVerify, SignJWT, UnsecuredJWT } from 'jose'
import * as oidc from 'openid-client'
import type { Account } from '../../src/accounts/account.ts'
import { SIGNING_ALGS } from '../../src/platform/algorithms.ts'
import { configure, introspectAsJwt, JWT_INTROSPECTION, publishedKeys } from './protected-responses.ts'
import { callbackOf, register, userinfo } from './relying-party.ts'
import { basic } from './send.ts'
import { ONE_STAGE } from './stage.ts'
import type { Stage } from './stage.ts'

for (const { name, stage: open } of ONE_STAGE)
  describe(`signed responses, on two processes with ${name}`, function () {
    let stage: Stage
    let person: Account

    before(async () => {
      stage = await open()
      person = await stage.person()
    })

    for (const alg of SIGNING_ALGS)
      it(`are signed with ${alg} for an app that registered it, and hold with openid-client`, async () => {
        const app = await register(stage, {
          id_token_signed_response_alg: alg,
          userinfo_signed_response_alg: alg,
          introspection_signed_response_alg: alg,
        })
        const { id_token, access_token, refresh_token } = await app.tokensFor(person)
        const keys = await publishedKeys(stage)
        const { issuer } = stage
        const checks = { issuer, audience: app.clientId, algorithms: [alg] }
        const verified = await jwtVerify(id_token, keys, { ...checks, subject: person.id })
        expect(verified.protectedHeader).to.include({ alg })

        const told = await userinfo(stage, access_token)
        expect(told.headers['content-type']).to.equal('application/jwt; charset=utf-8')
        const { payload } = await jwtVerify(told.text, keys, checks)
        expect(payload).to.include({ sub: person.id, email: person.email })

        const config = await configure(stage, app.client)
        const refreshed = await oidc.refreshTokenGrant(config, refresh_token)
        expect(refreshed.claims()).to.include({ sub: person.id })
        const asked = refreshed.access_token
        expect(await oidc.fetchUserInfo(config, asked, person.id)).to.include({ email: person.email })
        expect(await oidc.tokenIntrospection(config, asked)).to.include({ active: true, sub: person.id })
      })

    it('sign JWT access tokens with what their resource server asked for', async () => {
      for (const alg of SIGNING_ALGS) {
        const identifier = `https://${alg.toLowerCase()}.example.com/${name.length}`
        const given = { identifier, scope: 'read', format: 'jwt' as const, access_token_alg: alg }
        await stage.createResource(given)
        const input = { grant_types: ['client_credentials' as const], redirect_uris: [] }
        const machine = await register(stage, { ...input, allowed_resources: [identifier] })
        const answer = await machine.call('/oauth/token', { grant_type: 'client_credentials', scope: 'read' })
        const { access_token } = answer.json() as { access_token: string }
        const checks = { issuer: stage.issuer, audience: identifier, typ: 'at+jwt', algorithms: [alg] }
        await jwtVerify(access_token, await publishedKeys(stage), checks)
      }
    })

    it('of introspection are typed, meant for who asked, and made only on request (RFC 9701) [S-1.56]', async () => {
      const identifier = `https://introspected.example.com/${name.length}`
      const { client } = await stage.createResource({ identifier, scope: 'read' })
      const auth = basic(client.client_id, client.client_secret ?? '')
      const app = await register(stage, { allowed_resources: [identifier] })
      const { access_token } = await app.tokensFor(person, { resource: identifier, scope: 'openid read' })

      const answer = await introspectAsJwt(stage, access_token, auth)
      expect(answer.headers['content-type']).to.equal(`${JWT_INTROSPECTION}; charset=utf-8`)
      const checks = { issuer: stage.issuer, audience: client.client_id, typ: 'token-introspection+jwt' }
      const { payload } = await jwtVerify(answer.text, await publishedKeys(stage), checks)
      expect(payload).to.not.have.any.keys('sub', 'exp')
      expect(payload['token_introspection']).to.include({ active: true, aud: identifier, sub: person.id })

      const unknown = await introspectAsJwt(stage, 'no-such-token', auth)
      const refused = await jwtVerify(unknown.text, await publishedKeys(stage), checks)
      expect(refused.payload['token_introspection']).to.eql({ active: false })

      const plain = await stage.send({
        to: '/oauth/introspect',
        form: { token: access_token },
        headers: auth,
      })
      expect(plain.json()).to.include({ active: true })
      // What is signed for a resource server opens nothing here.
      expect((await userinfo(stage, answer.text)).status).to.equal(401)
    })

    it('are the only ones that come back as a hint: unsigned, MACed and foreign ones are refused', async () => {
      const app = await register(stage)
      const { id_token } = await app.tokensFor(person)
      const claims = { sub: person.id, aud: app.clientId, iss: stage.issuer }
      const { kid } = decodeProtectedHeader(id_token)
      const foreign = await generateKeyPair('ES256')
      const rsa = await generateKeyPair('RS256')
      const sign = (alg: string) =>
        new SignJWT(claims).setProtectedHeader({ alg, kid: kid ?? '' }).setIssuedAt()
      const published = JSON.stringify((await stage.send({ to: '/oauth/jwks' })).json())
      const forged = {
        unsigned: new UnsecuredJWT(claims).setIssuedAt().encode(),
        'MAC of the client secret': await sign('HS256').sign(Buffer.from(app.secret)),
        'MAC of the published keys': await sign('HS256').sign(Buffer.from(published)),
        'foreign key under our kid': await sign('ES256').sign(foreign.privateKey),
        'foreign algorithm': await sign('RS256').sign(rsa.privateKey),
        'altered payload': id_token.replace(
          /\.[^.]+\./,
          `.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`,
        ),
      }
      for (const [what, hint] of Object.entries(forged)) {
        const asked = await stage.send({ to: app.authorizePath({ prompt: 'none', id_token_hint: hint }) })
        expect(callbackOf(asked), what).to.include({ error: 'invalid_request' })
        const headers = { accept: 'text/html' }
        const left = await stage.send({ to: `/oauth/logout?id_token_hint=${hint}`, headers })
        expect(left.status, what).to.equal(400)
      }
      const genuine = await stage.send({ to: app.authorizePath({ prompt: 'none', id_token_hint: id_token }) })
      expect(callbackOf(genuine)).to.include({ error: 'login_required' })
    })

    it('cannot be had with a MAC or without a signature, and registration says what can', async () => {
      for (const field of ['id_token', 'userinfo', 'introspection', 'authorization'])
        for (const alg of ['HS256', 'none', 'RS1']) {
          const refusal = await register(stage, { [`${field}_signed_response_alg`]: alg }).catch(
            (e: Error) => e,
          )
          expect(refusal, alg).to.include({ code: 'invalid_client_metadata' })
          expect((refusal as Error).message, alg).to.contain(`takes ${SIGNING_ALGS.join(', ')}`)
        }
    })

    it('are advertised as they are made, with a key published for each', async () => {
      const metadata = (await stage.send({ to: '/.well-known/openid-configuration' })).json()
      for (const field of ['id_token', 'userinfo', 'introspection', 'authorization'])
        expect(metadata[`${field}_signing_alg_values_supported`], field).to.have.members([...SIGNING_ALGS])
      const keys = await stage.send({ to: '/oauth/jwks' })
      const set = keys.json() as { keys: { alg: string; use: string; kid: string }[] }
      const signing = set.keys.filter(({ use }) => use === 'sig').map(({ alg }) => alg)
      expect(new Set(signing)).to.eql(new Set(SIGNING_ALGS))
    })
  })
