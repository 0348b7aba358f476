import { createPublicKey, hash, verify } from 'node:crypto'
import { createServer } from 'node:http'
import { expect } from 'chai'
import Provider from 'oidc-provider'
import type { JWKS } from 'oidc-provider'
import { pino } from 'pino'
import {
  SIGNING_KEYS_TOPIC,
  ensureSigningKeys,
  listSigningKeys,
  loadKeySet,
  purgeRetiredKeys,
  rotateSigningKeys,
} from '../../src/oidc/keys/signing-keys.ts'
import { createChangeFeed } from '../../src/platform/change-feed.ts'
import { HOUR_MS } from '../../src/platform/clock.ts'
import { createSealer, deriveKey } from '../../src/platform/tokens.ts'
import { DATABASES } from '../platform/change-feed-databases.ts'
import type { MigratedDatabase } from '../platform/change-feed-databases.ts'

const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi']

for (const { name, open } of DATABASES) {
  describe(`signing keys on ${name}`, () => {
    let database: MigratedDatabase
    let nowMs = 1_700_000_000_000
    const clock = () => nowMs
    const sealer = createSealer([deriveKey('a secret', 'data')])
    const needs = { clock, sealer }

    before(async () => (database = await open()))
    after(() => database.drop())
    beforeEach(() => database.db('signingKeys').delete())

    const states = async () =>
      (await listSigningKeys(database.db)).map(({ alg, state }) => `${alg} ${state}`).sort()
    const currentKid = async (alg: string) =>
      (await listSigningKeys(database.db)).find((key) => key.alg === alg && key.state === 'current')?.kid

    it('are one of each algorithm, however many processes start together', async () => {
      const nodes = [database.db, database.openAnother(), database.openAnother()]
      await Promise.all(nodes.flatMap((db) => [ensureSigningKeys(db, needs), ensureSigningKeys(db, needs)]))
      expect(await states()).to.eql(['ES256 current', 'RS256 current'])
      const before = await listSigningKeys(database.db)
      await ensureSigningKeys(database.db, needs)
      expect(await listSigningKeys(database.db)).to.eql(before)
    })

    it('are strong, and named by their thumbprint (RFC 7638)', async () => {
      await ensureSigningKeys(database.db, needs)
      const { keys } = await loadKeySet(database.db, sealer)
      for (const { kid, kty, alg, use, crv, x, y, e, n } of keys as Record<string, string>[]) {
        const required = kty === 'RSA' ? { e, kty, n } : { crv, kty, x, y }
        expect(kid).to.equal(hash('sha256', JSON.stringify(required), 'base64url'))
        expect(use).to.equal('sig')
        if (alg === 'RS256') expect(Buffer.from(n!, 'base64url')).to.have.length(256)
        else expect({ alg, crv }).to.eql({ alg: 'ES256', crv: 'P-256' })
      }
    })

    it('have no private part in the table that a thief could read', async () => {
      await ensureSigningKeys(database.db, needs)
      const { keys } = await loadKeySet(database.db, sealer)
      const dump = JSON.stringify(await database.db('signingKeys').select('*'))
      for (const key of keys as Record<string, string>[]) {
        for (const member of PRIVATE.filter((each) => key[each])) expect(dump).not.to.contain(key[member])
      }
      const rows = await database.db('signingKeys').select('publicJwk')
      for (const { publicJwk } of rows) expect(JSON.parse(publicJwk)).not.to.have.any.keys(PRIVATE)
    })

    it('cannot be used with another data key, or moved to another row, and say so', async () => {
      await ensureSigningKeys(database.db, needs)
      const stranger = createSealer([deriveKey('another secret', 'data')])
      const refused = await loadKeySet(database.db, stranger).catch((error: Error) => error)
      expect(refused).to.include({ code: 'signing_key_unreadable', status: 500 })

      const { privateJwk } = await database.db('signingKeys').select('privateJwk').first()
      await database.db('signingKeys').update({ privateJwk })
      const moved = await loadKeySet(database.db, sealer).catch((error: Error) => error)
      expect(moved).to.include({ code: 'signing_key_unreadable' })
    })

    it('are published for an hour before they sign, and published on after they did', async () => {
      await ensureSigningKeys(database.db, needs)
      const first = await currentKid('ES256')
      const published = await rotateSigningKeys(database.db, needs)
      expect(published.map(({ outcome }) => outcome)).to.eql(['published', 'published'])
      expect(published[0]!.signsFromMs).to.equal(nowMs + HOUR_MS)
      expect(await signsWith(await loadKeySet(database.db, sealer), 'ES256')).to.include({ kid: first })

      nowMs += HOUR_MS - 1
      const waiting = await rotateSigningKeys(database.db, needs)
      expect(waiting.map(({ outcome, kid }) => [outcome, kid])).to.eql(
        published.map(({ kid }) => ['waiting', kid]),
      )
      expect(await currentKid('ES256')).to.equal(first)

      nowMs += 1
      const activated = await rotateSigningKeys(database.db, needs)
      expect(activated.map(({ outcome }) => outcome)).to.eql(['activated', 'activated'])
      expect(await states()).to.eql(['ES256 current', 'ES256 retired', 'RS256 current', 'RS256 retired'])
      const set = await loadKeySet(database.db, sealer)
      expect(await signsWith(set, 'ES256')).to.include({ kid: published[0]!.kid })
      expect(set.keys.map(({ kid }) => kid)).to.include(first)
    })

    it('change at once when they must', async () => {
      await ensureSigningKeys(database.db, needs)
      const before = [await currentKid('ES256'), await currentKid('RS256')]
      const rotated = await rotateSigningKeys(database.db, needs, { now: true })
      expect(rotated.map(({ outcome, alg }) => [outcome, alg])).to.eql([
        ['activated', 'ES256'],
        ['activated', 'RS256'],
      ])
      const after = [await currentKid('ES256'), await currentKid('RS256')]
      expect(after)
        .to.eql(rotated.map(({ kid }) => kid))
        .and.not.to.include.members(before)
    })

    it('stay one of each when two operators rotate at once', async () => {
      await ensureSigningKeys(database.db, needs)
      const rotate = () => rotateSigningKeys(database.db, needs, { now: true })
      const outcomes = await Promise.allSettled([rotate(), rotate()])
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).to.include({ code: 'rotation_conflict' })
      }
      expect((await states()).filter((each) => each.endsWith('current'))).to.eql([
        'ES256 current',
        'RS256 current',
      ])
    })

    it('lose their private part at retirement, and are purged when no token can need them', async () => {
      await ensureSigningKeys(database.db, needs)
      await rotateSigningKeys(database.db, needs, { now: true })
      const retired = await database.db('signingKeys').select('privateJwk').where({ state: 'retired' })
      expect(retired).to.eql([{ privateJwk: null }, { privateJwk: null }])

      nowMs += HOUR_MS - 1
      expect(await purgeRetiredKeys(database.db, clock, HOUR_MS)).to.equal(0)
      nowMs += 1
      expect(await purgeRetiredKeys(database.db, clock, HOUR_MS)).to.equal(2)
      expect(await states()).to.eql(['ES256 current', 'RS256 current'])
    })

    it('tell every process of each change', async () => {
      const feed = createChangeFeed({ db: database.openAnother(), clock, log: pino({ level: 'silent' }) })
      let heard = 0
      feed.on(SIGNING_KEYS_TOPIC, () => void (heard += 1))
      const steps = [
        () => ensureSigningKeys(database.db, needs),
        () => rotateSigningKeys(database.db, needs),
        () => rotateSigningKeys(database.db, needs, { now: true }),
        () => purgeRetiredKeys(database.db, clock, 0),
      ]
      await feed.check()
      for (const [index, step] of steps.entries()) {
        await step()
        await feed.check()
        expect(heard).to.equal(index + 2)
      }
    })

    it('are taken by the library: every key is published, only the current ones sign', async () => {
      await ensureSigningKeys(database.db, needs)
      await rotateSigningKeys(database.db, needs, { now: true })
      await rotateSigningKeys(database.db, needs)
      const set = await loadKeySet(database.db, sealer)
      expect(set.keys).to.have.length(6)
      for (const alg of ['ES256', 'RS256'] as const) {
        const { kid, published } = await signsWith(set, alg)
        expect(kid).to.equal(await currentKid(alg))
        expect(published).to.have.members(set.keys.map((key) => key.kid))
      }
    })
  })
}

/** Signs an ID token with a real provider; answers the key that signed and the ids of the published ones. */
async function signsWith(jwks: JWKS, alg: 'ES256' | 'RS256'): Promise<{ kid: string; published: string[] }> {
  const client = {
    client_id: 'app',
    client_secret: 'x'.repeat(32),
    redirect_uris: ['https://app.example.com/cb'],
    id_token_signed_response_alg: alg,
  }
  const provider = new Provider('https://op.example.com', {
    jwks,
    clients: [client],
    cookies: { keys: ['a cookie key of the test'] },
    features: { devInteractions: { enabled: false } },
  })
  const published = await publishedKeys(provider)
  for (const key of published) expect(key).not.to.have.any.keys(PRIVATE)

  const found = await provider.Client.find('app')
  const token = await new provider.IdToken({ sub: 'someone' }, {
    client: found,
    ctx: undefined,
  } as never).issue({
    use: 'idtoken',
  })
  const [header = '', payload = '', signature = ''] = token.split('.')
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
  const key = createPublicKey({ format: 'jwk', key: published.find((each) => each.kid === kid)! })
  const form = { key, dsaEncoding: 'ieee-p1363' as const }
  expect(
    verify('sha256', Buffer.from(`${header}.${payload}`), form, Buffer.from(signature, 'base64url')),
  ).to.equal(true)
  return { kid, published: published.map((each) => String(each.kid)) }
}

async function publishedKeys(provider: Provider): Promise<Record<string, unknown>[]> {
  const server = createServer((request, response) => void provider.callback()(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address() as { port: number }
  const response = await fetch(`http://127.0.0.1:${address.port}/jwks`, { headers: { connection: 'close' } })
  const { keys } = (await response.json()) as { keys: Record<string, unknown>[] }
  await new Promise((resolve) => server.close(resolve))
  return keys
}
