import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import {
  CompactEncrypt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  SignJWT,
  UnsecuredJWT,
} from 'jose'
import type { JWK } from 'jose'
import type { Account } from '../../src/accounts/account.ts'
import { DECRYPTION_ALGS } from '../../src/platform/algorithms.ts'
import { listEncryptionKeys, rotateEncryptionKeys } from '../../src/keys/encryption-keys.ts'
import { createAppKey } from './protected-responses.ts'
import { callbackOf, challengeOf, register, signIn, VERIFIER } from './relying-party.ts'
import type { Party } from './relying-party.ts'
import { STAGES, until } from './stage.ts'
import type { Stage } from './stage.ts'

const pair = await generateKeyPair('ES256', { extractable: true })
const jwks = {
  keys: [{ ...(await exportJWK(pair.publicKey)), kty: 'EC' as const, kid: 'app', alg: 'ES256' }],
}

for (const { name, stage: open } of STAGES)
  describe(`encrypted requests, on two processes with ${name}`, function () {
    let stage: Stage
    let person: Account
    let app: Party

    before(async () => {
      stage = await open()
      person = await stage.person()
      app = await register(stage, { jwks, request_object_signing_alg: 'ES256' })
    })

    const claims = () => ({
      client_id: app.clientId,
      redirect_uri: app.redirectUri,
      response_type: 'code',
      scope: 'openid email',
      state: 'from the request object',
      code_challenge: challengeOf(VERIFIER),
      code_challenge_method: 'S256',
      jti: randomUUID(),
    })

    const sign = () =>
      new SignJWT(claims())
        .setProtectedHeader({ alg: 'ES256', kid: 'app' })
        .setIssuer(app.clientId)
        .setAudience(stage.issuer)
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(pair.privateKey)

    const published = async () => {
      const { keys } = (await stage.send({ to: '/oauth/jwks' })).json() as { keys: (JWK & { kid: string })[] }
      return keys.filter(({ use }) => use === 'enc')
    }

    const encryptTo = async (jwk: JWK, jwt: string, header: { alg?: string } = {}) =>
      new CompactEncrypt(new TextEncoder().encode(jwt))
        .setProtectedHeader({ alg: jwk.alg ?? '', enc: 'A256GCM', cty: 'JWT', kid: jwk.kid, ...header })
        .encrypt(await importJWK(jwk, header.alg ?? jwk.alg))

    const pathOf = (request: string) =>
      `/oauth/authorize?${new URLSearchParams({ client_id: app.clientId, request })}`

    /** Sent to every process: each of them must be able to open it. */
    async function expectOpened(request: string): Promise<void> {
      const { alg } = decodeProtectedHeader(request)
      for (const process of [1, 2]) {
        const answer = await stage.send({ to: pathOf(request), headers: { accept: 'text/html' } })
        const named = `${alg}, process ${process}: ${answer.text}`
        expect(answer.status, named).to.equal(303)
        expect(answer.headers.location, named).not.to.contain('error')
      }
    }

    for (const alg of DECRYPTION_ALGS)
      it(`are opened with ${alg}, and lead to a code`, async () => {
        const key = (await published()).find((each) => each.alg === alg)!
        const url = await signIn(stage.visitor(), pathOf(await encryptTo(key, await sign())), person)
        expect(url.searchParams.get('state')).to.equal('from the request object')
        expect(url.searchParams.get('code')).to.be.a('string')
      })

    it('are refused when they are for another key, altered, or made with what is not advertised', async () => {
      const [key] = await published()
      const rsa = (await published()).find(({ kty }) => kty === 'RSA')!
      const good = await encryptTo(key!, await sign())
      const stranger = createAppKey('RSA-OAEP-256', rsa.kid).publicJwk as JWK
      const secret = Buffer.alloc(32, app.secret)
      const refused = {
        'another key under our kid': await encryptTo(stranger, await sign()),
        'an altered tag': good.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A')),
        'RSA-OAEP with SHA-1': await encryptTo({ ...rsa, alg: 'RSA-OAEP' }, await sign()),
        'the client secret': await new CompactEncrypt(new TextEncoder().encode(await sign()))
          .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
          .encrypt(secret),
      }
      for (const [what, request] of Object.entries(refused)) {
        const answer = await stage.send({ to: pathOf(request), headers: { accept: 'application/json' } })
        expect(answer.status, what).to.equal(400)
        expect(answer.json(), what).to.include({ error: 'invalid_request_object' })
      }
    })

    it('must be signed within: encryption alone does not prove who asks', async () => {
      const [key] = await published()
      const unsigned = new UnsecuredJWT(claims()).setIssuer(app.clientId).setAudience(stage.issuer).encode()
      const answer = await stage.send({ to: pathOf(await encryptTo(key!, unsigned)) })
      const error = answer.status === 400 ? answer.json() : callbackOf(answer)
      expect(error).to.include({ error: 'invalid_request_object' })
    })

    it('stay readable on every process while the keys are exchanged, and the next key is not shown early', async () => {
      const { db } = stage.parts
      const before = await published()
      const underWay = await Promise.all(before.map(async (key) => encryptTo(key, await sign())))
      await rotateEncryptionKeys(db, stage.parts)
      const next = (await listEncryptionKeys(db)).filter(({ state }) => state === 'next')
      expect(next.map(({ alg }) => alg)).to.have.members([...DECRYPTION_ALGS])
      expect((await published()).map(({ kid }) => kid)).to.eql(before.map(({ kid }) => kid))

      await rotateEncryptionKeys(db, stage.parts, { now: true })
      const kids = new Set(next.map(({ kid }) => kid))
      const showsNext = async () => (await published()).every(({ kid }) => kids.has(kid))
      await until(async () => (await showsNext()) && (await showsNext()), 'every process shows the next keys')
      for (const request of underWay) await expectOpened(request)
      for (const key of await published()) await expectOpened(await encryptTo(key, await sign()))
    })

    it('are advertised with the keys and algorithms that open them', async () => {
      const metadata = (await stage.send({ to: '/.well-known/openid-configuration' })).json()
      expect(metadata['request_object_encryption_alg_values_supported']).to.have.members([...DECRYPTION_ALGS])
      expect((await published()).map(({ alg }) => alg)).to.have.members([...DECRYPTION_ALGS])
    })
  })
