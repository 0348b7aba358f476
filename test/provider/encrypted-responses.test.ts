import { hash, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { compactDecrypt, decodeProtectedHeader, importJWK, jwtVerify, SignJWT } from 'jose'
import * as oidc from 'openid-client'
import type { Account } from '../../src/accounts/account.ts'
import { CONTENT_ENCRYPTIONS, DECRYPTION_ALGS, ENCRYPTION_ALGS } from '../../src/platform/algorithms.ts'
import {
  configure,
  createAppKey,
  introspectAsJwt,
  JWT_INTROSPECTION,
  publicSet,
  publishedKeys,
} from './protected-responses.ts'
import type { AppKey } from './protected-responses.ts'
import { register, signIn, userinfo } from './relying-party.ts'
import type { Party } from './relying-party.ts'
import { ONE_STAGE } from './stage.ts'
import type { Stage } from './stage.ts'

const REDIRECTS = { redirect_uris: ['https://app.example.com/callback'] }

/** Metadata of an app that wants everything encrypted. */
function everything(alg: (typeof ENCRYPTION_ALGS)[number], enc: (typeof CONTENT_ENCRYPTIONS)[number]) {
  return {
    id_token_encrypted_response_alg: alg,
    id_token_encrypted_response_enc: enc,
    userinfo_signed_response_alg: 'ES256' as const,
    userinfo_encrypted_response_alg: alg,
    userinfo_encrypted_response_enc: enc,
    introspection_signed_response_alg: 'ES256' as const,
    introspection_encrypted_response_alg: alg,
    introspection_encrypted_response_enc: enc,
  }
}

for (const { name, stage: open } of ONE_STAGE)
  describe(`encrypted responses, on two processes with ${name}`, function () {
    let stage: Stage
    let person: Account

    before(async () => {
      stage = await open()
      person = await stage.person()
    })

    const inner = async (jwe: string, { privateJwk, alg }: AppKey) => {
      const { plaintext } = await compactDecrypt(jwe, await importJWK(privateJwk, alg))
      return new TextDecoder().decode(plaintext)
    }

    /** What is left of a response when the key opens it and the signature holds. */
    const claimsOf = async (jwe: string, key: AppKey, audience: string) =>
      (await jwtVerify(await inner(jwe, key), await publishedKeys(stage), { issuer: stage.issuer, audience }))
        .payload

    for (const alg of DECRYPTION_ALGS)
      it(`reach the app alone with ${alg}, signed within, and hold with openid-client`, async () => {
        const key = createAppKey(alg)
        const jwks = publicSet(createAppKey('RSA-OAEP-256', 'not-this'), key)
        if (alg === 'RSA-OAEP-256') jwks.keys.shift()
        const app = await register(stage, { ...everything(alg, 'A256GCM'), jwks })
        const { id_token, access_token, refresh_token } = await app.tokensFor(person)
        expect(decodeProtectedHeader(id_token)).to.include({ alg, enc: 'A256GCM', cty: 'JWT', kid: key.kid })
        expect(await claimsOf(id_token, key, app.clientId)).to.include({ sub: person.id })

        const told = await userinfo(stage, access_token)
        expect(told.headers['content-type']).to.equal('application/jwt; charset=utf-8')
        expect(await claimsOf(told.text, key, app.clientId)).to.include({ email: person.email })

        const introspected = await introspectAsJwt(stage, access_token, app.auth)
        expect(introspected.headers['content-type']).to.contain(JWT_INTROSPECTION)
        const { token_introspection } = await claimsOf(introspected.text, key, app.clientId)
        expect(token_introspection).to.include({ active: true, sub: person.id })

        const config = await configure(stage, app.client, key)
        const refreshed = await oidc.refreshTokenGrant(config, refresh_token)
        expect(refreshed.claims()).to.include({ sub: person.id })
        const info = await oidc.fetchUserInfo(config, refreshed.access_token, person.id)
        expect(info).to.include({ email: person.email })
        expect(await oidc.tokenIntrospection(config, refreshed.access_token)).to.include({ active: true })
      })

    it('are opened by no other key, and by none that another algorithm asks for', async () => {
      const [key, other] = [createAppKey('RSA-OAEP-256'), createAppKey('RSA-OAEP-256')]
      const app = await register(stage, { ...everything('RSA-OAEP-256', 'A128GCM'), jwks: publicSet(key) })
      const { id_token } = await app.tokensFor(person)
      expect(await inner(id_token, other).catch((error: Error) => error)).to.include({
        code: 'ERR_JWE_DECRYPTION_FAILED',
      })
      const altered = id_token.replace(/\.([^.]+)$/, (tag) =>
        tag[1] === 'A' ? tag.replace('A', 'B') : `.A${tag.slice(2)}`,
      )
      expect(await inner(altered, key).catch((error: Error) => error)).to.be.instanceOf(Error)
    })

    it('are made with a content encryption of OpenID Connect where the app names none', async () => {
      const key = createAppKey('ECDH-ES')
      const input = { id_token_encrypted_response_alg: 'ECDH-ES' as const, jwks: publicSet(key) }
      const app = await register(stage, input)
      const { id_token } = await app.tokensFor(person)
      expect(decodeProtectedHeader(id_token)).to.include({ alg: 'ECDH-ES', enc: 'A128CBC-HS256' })
      expect(await claimsOf(id_token, key, app.clientId)).to.include({ sub: person.id })
    })

    it('are never sent unencrypted to an app that asked for encrypted ones', async () => {
      const key = createAppKey('ECDH-ES')
      const app = await register(stage, { ...everything('ECDH-ES', 'A256GCM'), jwks: publicSet(key) })
      const { access_token } = await app.tokensFor(person)
      const plain = await app.introspect(access_token)
      expect(plain.status).to.equal(400)
      expect(plain.json()['error_description']).to.contain(`Accept: ${JWT_INTROSPECTION}`)
      expect(plain.text).not.to.contain(person.id)
    })

    it('are authorization responses too (JARM), which the browser cannot read', async () => {
      const key = createAppKey('ECDH-ES+A256KW')
      const app = await register(stage, {
        authorization_signed_response_alg: 'PS256',
        authorization_encrypted_response_alg: 'ECDH-ES+A256KW',
        authorization_encrypted_response_enc: 'A256GCM',
        jwks: publicSet(key),
      })
      const path = app.authorizePath({ response_mode: 'query.jwt' })
      const returned = await signIn(stage.visitor(), path, person)
      expect([...returned.searchParams.keys()]).to.eql(['response'])
      const response = returned.searchParams.get('response') ?? ''
      expect(decodeProtectedHeader(await inner(response, key))).to.include({ alg: 'PS256' })
      const claims = await claimsOf(response, key, app.clientId)
      expect(claims).to.include({ iss: stage.issuer, state: 'a-state' })
      expect((await app.redeem(String(claims['code']))).status).to.equal(200)
    })

    for (const alg of ['A256KW', 'dir'] as const)
      it(`are made with ${alg} from the secret only where that secret is kept sealed`, async () => {
        const input = {
          ...everything(alg, 'A256GCM'),
          token_endpoint_auth_method: 'client_secret_jwt' as const,
        }
        const app = await register(stage, input)
        const id_token = await idTokenByAssertion(stage, app, person)
        expect(decodeProtectedHeader(id_token)).to.include({ alg, enc: 'A256GCM' })
        // OpenID Connect Core §10.2: the first bits of the secret's SHA-256.
        const secret = hash('sha256', app.secret, 'buffer')
        const { plaintext } = await compactDecrypt(id_token, secret)
        const checks = { issuer: stage.issuer, audience: app.clientId }
        const signed = new TextDecoder().decode(plaintext)
        expect((await jwtVerify(signed, await publishedKeys(stage), checks)).payload).to.include({
          sub: person.id,
        })

        for (const method of ['client_secret_basic', 'client_secret_post', 'none'] as const) {
          const refusal = await stage
            .createClient({ ...REDIRECTS, ...everything(alg, 'A256GCM'), token_endpoint_auth_method: method })
            .catch((error: Error) => error)
          expect((refusal as Error).message, method).to.contain(
            `id_token_encrypted_response_alg: ${alg} takes its key from the client secret, which only client_secret_jwt keeps`,
          )
        }
      })

    it('are advertised as they are made', async () => {
      const metadata = (await stage.send({ to: '/.well-known/openid-configuration' })).json()
      for (const field of ['id_token', 'userinfo', 'introspection', 'authorization']) {
        const [algs, encs] = [
          `${field}_encryption_alg_values_supported`,
          `${field}_encryption_enc_values_supported`,
        ]
        expect(metadata[algs], field).to.have.members([...ENCRYPTION_ALGS])
        expect(metadata[encs], field).to.have.members([...CONTENT_ENCRYPTIONS])
      }
      expect(JSON.stringify(metadata)).not.to.match(/RSA1_5|"RSA-OAEP"|A128KW|GCMKW/)
    })
  })

/** An ID token for an app that authenticates by a MAC of its secret. */
async function idTokenByAssertion(stage: Stage, app: Party, person: Account): Promise<string> {
  const code = await app.codeFor(person)
  const claims = { iss: app.clientId, sub: app.clientId, aud: stage.issuer, jti: randomUUID() }
  const signed = new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime('1m')
  const form = {
    client_id: app.clientId,
    client_assertion: await signed.sign(Buffer.from(app.secret)),
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  }
  const answer = await app.redeem(code, form, {})
  expect(answer.status, answer.text).to.equal(200)
  return String(answer.json()['id_token'])
}
