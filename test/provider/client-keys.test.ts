import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { CryptoKey, JWK } from 'jose'
import Provider from 'oidc-provider'
import type { Adapter } from 'oidc-provider'
import { installClientKeys } from '../../src/provider/clients/client-keys.ts'

const ISSUER = 'https://accounts.example.org'
const JWKS_URI = 'https://app.example.com/keys'
const MINUTE_MS = 60_000
const nothing = () => Promise.resolve(undefined)
/** Keeps nothing: no token is used here. */
const FORGETFUL = { find: nothing, upsert: nothing, destroy: nothing, consume: nothing }

describe('keys that a client publishes', () => {
  let nowMs = 1_800_000_000_000
  let published: JWK[] | number
  let asked = 0
  let listener: Server
  let notes: { clientId?: string; err?: { cause?: { message?: string } } }[] = []
  let signingKey: JWK
  const keys: { privateKey: CryptoKey; jwk: JWK }[] = []

  before(async () => {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true })
    signingKey = await exportJWK(privateKey)
    for (const kid of ['first', 'second']) {
      const { privateKey, publicKey } = await generateKeyPair('ES256')
      keys.push({ privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' } })
    }
  })
  beforeEach(async () => {
    published = [keys[0]!.jwk]
    asked = 0
    notes = []
    const provider = new Provider(ISSUER, {
      adapter: () => FORGETFUL as unknown as Adapter,
      jwks: { keys: [signingKey] },
      ttl: { ClientCredentials: 600 },
      clients: [
        {
          client_id: 'app',
          redirect_uris: [],
          response_types: [],
          grant_types: ['client_credentials'],
          token_endpoint_auth_method: 'private_key_jwt',
          jwks_uri: JWKS_URI,
        },
      ],
      clientAuthMethods: ['private_key_jwt'],
      features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
      fetch: () => {
        asked += 1
        const headers = { 'cache-control': 'max-age=31536000' }
        return Promise.resolve(
          typeof published === 'number'
            ? new Response('', { status: published, headers })
            : Response.json({ keys: published }, { headers }),
        )
      },
    })
    const log = { warn: (facts: (typeof notes)[number]) => void notes.push(facts) }
    installClientKeys(provider, () => nowMs, log)
    listener = createServer(provider.callback()).listen(0, '127.0.0.1')
    await once(listener, 'listening')
  })
  afterEach(() => {
    listener.closeAllConnections()
    listener.close()
  })

  /** The status of a token request that is signed with the first or second key. */
  async function statusWith(index: 0 | 1): Promise<number> {
    const { privateKey, jwk } = keys[index]!
    const client_assertion = await new SignJWT({ jti: `${asked} ${nowMs} ${Math.random()}` })
      .setProtectedHeader({ alg: 'ES256', kid: jwk.kid })
      .setIssuer('app')
      .setSubject('app')
      .setAudience(ISSUER)
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(privateKey)
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    const { port } = listener.address() as AddressInfo
    return (await fetch(`http://127.0.0.1:${port}/token`, { method: 'POST', body })).status
  }

  it('are taken at once when they are exchanged, even if the client said to cache the old ones', async () => {
    expect(await statusWith(0)).to.equal(200)
    published = [keys[1]!.jwk]
    expect(await statusWith(1)).to.equal(200)
    expect(await statusWith(0), 'the old one is gone').to.equal(401)
    expect(asked).to.equal(2)
  })

  it('are looked for every ten seconds at most, however many unknown ones are used', async () => {
    expect(await statusWith(0)).to.equal(200)
    for (let turn = 0; turn < 3; turn += 1) {
      await Promise.all(Array.from({ length: 10 }, () => statusWith(1)))
      expect(asked, `turn ${turn}`).to.equal(2 + turn)
      nowMs += 10_000
    }
    expect(await statusWith(0), 'the known one goes on').to.equal(200)
  })

  it('are no longer good a minute after they were taken back, though nobody used another', async () => {
    expect(await statusWith(0)).to.equal(200)
    published = [keys[1]!.jwk]
    nowMs += MINUTE_MS
    await statusWith(0)
    await until(() => asked === 2)
    expect(await statusWith(0)).to.equal(401)
  })

  it('are used for an hour while their address does not answer, and then no more', async () => {
    expect(await statusWith(0)).to.equal(200)
    published = 503
    for (let minutes = 5; minutes < 60; minutes += 5) {
      nowMs += 5 * MINUTE_MS
      for (let turn = 0; turn < 3; turn += 1)
        expect(await statusWith(0), `after ${minutes} minutes`).to.equal(200)
    }
    expect(asked, 'once in each five minutes').to.equal(12)
    expect(notes[0]).to.include({ clientId: 'app' })
    expect(notes[0]?.err?.cause?.message).to.match(/JSON/)
    nowMs += 5 * MINUTE_MS
    await statusWith(0)
    await until(() => asked === 13)
    expect(await statusWith(0)).to.equal(401)
  })

  it('that were never fetched are asked for again after ten seconds, and taken then', async () => {
    published = 404
    for (let turn = 0; turn < 5; turn += 1) expect(await statusWith(0), `turn ${turn}`).to.equal(401)
    expect(asked).to.equal(1)
    published = [keys[0]!.jwk]
    nowMs += 10_000
    expect(await statusWith(0)).to.equal(200)
  })
})

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200 && !condition(); turn += 1) await new Promise((done) => setImmediate(done))
  expect(condition()).to.equal(true)
}
