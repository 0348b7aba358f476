import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { expect } from 'chai'
import { SignJWT } from 'jose'
import type { ClientInput } from '../../src/clients/client-metadata.ts'
import { register } from './relying-party.ts'
import { STAGES, sqliteStage } from './stage.ts'
import type { Stage } from './stage.ts'

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const machine = { grant_types: ['client_credentials' as const], redirect_uris: [] }
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const jwks = { keys: [{ ...rsa.publicKey.export({ format: 'jwk' }), kty: 'RSA' as const }] }

async function ask(
  stage: Stage,
  clientId: string,
  alg: string,
  key: KeyObject | Uint8Array,
  jti = randomUUID(),
) {
  const client_assertion = await new SignJWT({ iss: clientId, sub: clientId, aud: stage.issuer, jti })
    .setProtectedHeader({ alg })
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(key)
  const form = { grant_type: 'client_credentials', client_assertion, client_assertion_type: ASSERTION }
  return stage.send({ to: '/oauth/token', form })
}

const secretOf = ({ secret }: { secret: string }) => new TextEncoder().encode(secret)

for (const { name, stage: open } of STAGES)
  describe(`client_secret_jwt on two processes with ${name}`, function () {
    let stage: Stage
    before(async () => {
      stage = await open()
    })
    const signs: Partial<ClientInput> = { ...machine, token_endpoint_auth_method: 'client_secret_jwt' }

    it('proves the secret without sending it, each assertion once', async () => {
      const app = await register(stage, signs)
      const jti = randomUUID()
      expect((await ask(stage, app.clientId, 'HS256', secretOf(app), jti)).status).to.equal(200)
      expect((await ask(stage, app.clientId, 'HS256', secretOf(app), jti)).status).to.equal(401)
    })

    it('refuses another secret, another algorithm and the secret itself', async () => {
      const app = await register(stage, signs)
      const other = await register(stage, signs)
      expect((await ask(stage, app.clientId, 'HS256', secretOf(other))).status).to.equal(401)
      expect((await ask(stage, app.clientId, 'HS512', secretOf(app))).status).to.equal(401)
      expect((await ask(stage, app.clientId, 'RS256', rsa.privateKey)).status).to.equal(401)
      const form = { grant_type: 'client_credentials', client_id: app.clientId, client_secret: app.secret }
      expect((await stage.send({ to: '/oauth/token', form })).status).to.equal(401)
    })
  })

describe('the algorithm of client assertions', function () {
  let stage: Stage
  before(async () => {
    stage = await sqliteStage()
  })

  it('is any that the key can make, unless the client registered one', async () => {
    const signs: Partial<ClientInput> = { ...machine, token_endpoint_auth_method: 'private_key_jwt', jwks }
    const free = await register(stage, signs)
    const bound = await register(stage, { ...signs, token_endpoint_auth_signing_alg: 'PS256' })
    for (const alg of ['PS256', 'RS256'])
      expect((await ask(stage, free.clientId, alg, rsa.privateKey)).status, alg).to.equal(200)
    expect((await ask(stage, bound.clientId, 'PS256', rsa.privateKey)).status).to.equal(200)
    expect((await ask(stage, bound.clientId, 'RS256', rsa.privateKey)).status).to.equal(401)
  })

  it('takes no RSA key of less than 2048 bits', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const small = { keys: [{ ...publicKey.export({ format: 'jwk' }), kty: 'RSA' as const }] }
    const method = { token_endpoint_auth_method: 'private_key_jwt' as const, jwks: small }
    const { clientId } = await register(stage, { ...machine, ...method })
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: clientId,
      sub: clientId,
      aud: stage.issuer,
      jti: randomUUID(),
      iat: now,
      exp: now + 60,
    }
    const parts = [{ alg: 'RS256' }, claims].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    )
    const signature = sign('sha256', Buffer.from(parts.join('.')), privateKey).toString('base64url')
    const client_assertion = [...parts, signature].join('.')
    const form = { grant_type: 'client_credentials', client_assertion, client_assertion_type: ASSERTION }
    expect((await stage.send({ to: '/oauth/token', form })).status).to.equal(401)
  })

  it('is never a symmetric one for a client that registered keys', async () => {
    const signs: Partial<ClientInput> = { ...machine, token_endpoint_auth_method: 'private_key_jwt', jwks }
    const { clientId } = await register(stage, signs)
    const published = new TextEncoder().encode(JSON.stringify(jwks.keys[0]))
    expect((await ask(stage, clientId, 'HS256', published)).status).to.equal(401)
  })
})
