import { hash } from 'node:crypto'
import { createServer } from 'node:http'
import { expect } from 'chai'
import { compactVerify, createLocalJWKSet } from 'jose'
import type { JWK } from 'jose'
import Provider from 'oidc-provider'
import type { JWKS } from 'oidc-provider'
import { pino } from 'pino'
import { SIGNING_ALGS } from '../../src/platform/algorithms.ts'
import type { SigningAlg } from '../../src/platform/algorithms.ts'
import {
  SIGNING_KEYS_TOPIC,
  ensureSigningKeys,
  listSigningKeys,
  loadSigningKeys,
  purgeRetiredKeys,
  rotateDueSigningKeys,
  rotateSigningKeys,
} from '../../src/keys/signing-keys.ts'
import { createChangeFeed } from '../../src/platform/sql/change-feed.ts'
import { DAY_MS, HOUR_MS } from '../../src/platform/clock.ts'
import { createSealer, deriveKey } from '../../src/platform/tokens.ts'
import { DATABASES } from '../platform/change-feed-databases.ts'
import type { MigratedDatabase } from '../platform/change-feed-databases.ts'
import { inCase } from '../support/in-case.ts'

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

    const each = (state: string) => SIGNING_ALGS.map((alg) => `${alg} ${state}`)
    const states = async () =>
      (await listSigningKeys(database.db)).map(({ alg, state }) => `${alg} ${state}`).sort()
    const currentKid = async (alg: string) =>
      (await listSigningKeys(database.db)).find((key) => key.alg === alg && key.state === 'current')?.kid

    it('are one of each algorithm, even when many processes start together', async () => {
      const nodes = [database.db, database.openAnother(), database.openAnother()]
      await Promise.all(nodes.flatMap((db) => [ensureSigningKeys(db, needs), ensureSigningKeys(db, needs)]))
      expect(await states()).to.eql(each('current').sort())
      const before = await listSigningKeys(database.db)
      await ensureSigningKeys(database.db, needs)
      expect(await listSigningKeys(database.db)).to.eql(before)
    })

    it('are strong, and named by their thumbprint (RFC 7638)', async () => {
      await ensureSigningKeys(database.db, needs)
      const keys = await loadSigningKeys(database.db, sealer)
      for (const { kid, kty, alg, use, crv, x, y, e, n } of keys as Record<string, string>[]) {
        const required = kty === 'RSA' ? { e, kty, n } : kty === 'OKP' ? { crv, kty, x } : { crv, kty, x, y }
        expect(kid, `${alg} ${kid}`).to.equal(hash('sha256', JSON.stringify(required), 'base64url'))
        expect(use, `${alg} ${kid}`).to.equal('sig')
        if (kty === 'RSA') expect(Buffer.from(n!, 'base64url'), `${alg} ${kid}`).to.have.length(256)
        else expect(crv, `${alg} ${kid}`).to.equal(alg === 'EdDSA' ? 'Ed25519' : 'P-256')
      }
    })

    it('have no private part in the table that a thief could read [S-4.6]', async () => {
      await ensureSigningKeys(database.db, needs)
      const keys = await loadSigningKeys(database.db, sealer)
      const dump = JSON.stringify(await database.db('signingKeys').select('*'))
      for (const key of keys as Record<string, string>[]) {
        for (const member of PRIVATE.filter((each) => key[each]))
          expect(dump, member).not.to.contain(key[member])
      }
      const rows = await database.db('signingKeys').select('publicJwk')
      for (const { publicJwk } of rows) expect(JSON.parse(publicJwk), publicJwk).not.to.have.any.keys(PRIVATE)
    })

    it('cannot be used with another data key, or moved to another row, and say so', async () => {
      await ensureSigningKeys(database.db, needs)
      const stranger = createSealer([deriveKey('another secret', 'data')])
      const refused = await loadSigningKeys(database.db, stranger).catch((error: Error) => error)
      expect(refused).to.include({ code: 'signing_key_unreadable', status: 500 })

      const { privateJwk } = await database.db('signingKeys').select('privateJwk').first()
      await database.db('signingKeys').update({ privateJwk })
      const moved = await loadSigningKeys(database.db, sealer).catch((error: Error) => error)
      expect(moved).to.include({ code: 'signing_key_unreadable' })
    })

    it('are published for an hour before they sign, and published on after they did [S-5.16]', async () => {
      await ensureSigningKeys(database.db, needs)
      const first = await currentKid('ES256')
      const published = await rotateSigningKeys(database.db, needs)
      expect(published.map(({ alg, outcome }) => `${alg} ${outcome}`)).to.eql(each('published'))
      expect(published[0]!.usedFromMs).to.equal(nowMs + HOUR_MS)
      expect(await signsWith(await loadSigningKeys(database.db, sealer), 'ES256')).to.include({ kid: first })

      nowMs += HOUR_MS - 1
      const waiting = await rotateSigningKeys(database.db, needs)
      expect(waiting.map(({ outcome, kid }) => [outcome, kid])).to.eql(
        published.map(({ kid }) => ['waiting', kid]),
      )
      expect(await currentKid('ES256')).to.equal(first)

      nowMs += 1
      const activated = await rotateSigningKeys(database.db, needs)
      expect(activated.map(({ alg, outcome }) => `${alg} ${outcome}`)).to.eql(each('activated'))
      expect(await states()).to.eql([...each('current'), ...each('retired')].sort())
      const set = await loadSigningKeys(database.db, sealer)
      expect(await signsWith(set, 'ES256')).to.include({ kid: published[0]!.kid })
      expect(set.map(({ kid }) => kid)).to.include(first)
    })

    it('change at once when they must', async () => {
      await ensureSigningKeys(database.db, needs)
      const current = () => Promise.all(SIGNING_ALGS.map(currentKid))
      const before = await current()
      const rotated = await rotateSigningKeys(database.db, needs, { now: true })
      expect(rotated.map(({ alg, outcome }) => `${alg} ${outcome}`)).to.eql(each('activated'))
      expect(await current())
        .to.eql(rotated.map(({ kid }) => kid))
        .and.not.to.include.members(before)
    })

    it('stay one of each when two operators rotate at once', async () => {
      await ensureSigningKeys(database.db, needs)
      const rotate = () => rotateSigningKeys(database.db, needs, { now: true })
      const outcomes = await Promise.allSettled([rotate(), rotate()])
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected')
          expect(outcome.reason, String(outcome.reason)).to.include({ code: 'rotation_conflict' })
      }
      expect((await states()).filter((one) => one.endsWith('current'))).to.eql(each('current').sort())
    })

    it('are exchanged by schedule: published a day ahead, and once even with many workers', async () => {
      await ensureSigningKeys(database.db, needs)
      const first = await currentKid('EdDSA')
      // SQLite waits for another connection by holding the event loop, which here would hold both.
      const another = () => (name === 'SQLite' ? database.db : database.openAnother())
      const [one, two] = [another(), another()]
      const periodMs = 90 * DAY_MS
      const everyWorker = () =>
        Promise.all([database.db, one, two].map((db) => rotateDueSigningKeys(db, { ...needs, periodMs })))

      nowMs += periodMs - DAY_MS - 1
      await everyWorker()
      expect(await states()).to.eql(each('current').sort())
      nowMs += 1
      await everyWorker()
      expect(await states()).to.eql([...each('current'), ...each('next')].sort())
      expect(await currentKid('EdDSA')).to.equal(first)

      nowMs += DAY_MS
      await everyWorker()
      await everyWorker()
      expect(await states()).to.eql([...each('current'), ...each('retired')].sort())
      expect(await currentKid('EdDSA')).not.to.equal(first)
    })

    it('do not sign before clients could fetch them, even after the worker was down', async () => {
      await ensureSigningKeys(database.db, needs)
      const rotate = () => rotateDueSigningKeys(database.db, { ...needs, periodMs: DAY_MS })
      nowMs += 10 * DAY_MS
      await rotate()
      expect(await states()).to.eql([...each('current'), ...each('next')].sort())
      nowMs += HOUR_MS
      await rotate()
      expect(await states()).to.eql([...each('current'), ...each('retired')].sort())
    })

    it('lose their private part at retirement, and are purged when no token can need them', async () => {
      await ensureSigningKeys(database.db, needs)
      await rotateSigningKeys(database.db, needs, { now: true })
      const retired = await database.db('signingKeys').select('privateJwk').where({ state: 'retired' })
      expect(retired).to.eql(SIGNING_ALGS.map(() => ({ privateJwk: null })))

      nowMs += HOUR_MS - 1
      expect(await purgeRetiredKeys(database.db, { clock, keptForMs: HOUR_MS })).to.equal(0)
      nowMs += 1
      expect(await purgeRetiredKeys(database.db, { clock, keptForMs: HOUR_MS })).to.equal(SIGNING_ALGS.length)
      expect(await states()).to.eql(each('current').sort())
    })

    it('tell every process of each change', async () => {
      const feed = createChangeFeed({ db: database.openAnother(), clock, log: pino({ level: 'silent' }) })
      let heard = 0
      feed.on(SIGNING_KEYS_TOPIC, () => void (heard += 1))
      const steps = [
        () => ensureSigningKeys(database.db, needs),
        () => rotateSigningKeys(database.db, needs),
        () => rotateSigningKeys(database.db, needs, { now: true }),
        () => purgeRetiredKeys(database.db, { clock, keptForMs: 0 }),
      ]
      await feed.check()
      for (const [index, step] of steps.entries()) {
        await step()
        await feed.check()
        expect(heard, `step ${index}`).to.equal(index + 2)
      }
    })

    it('are taken by the library: every key is published, only the current ones sign', async () => {
      await ensureSigningKeys(database.db, needs)
      await rotateSigningKeys(database.db, needs, { now: true })
      await rotateSigningKeys(database.db, needs)
      const set = await loadSigningKeys(database.db, sealer)
      expect(set).to.have.length(SIGNING_ALGS.length * 3)
      for (const alg of SIGNING_ALGS) {
        const { kid, published } = await inCase(alg, () => signsWith(set, alg))
        expect(kid, alg).to.equal(await currentKid(alg))
        expect(published, alg).to.have.members(set.map((key) => key.kid))
      }
    })
  })
}

/** Signs an ID token with a real provider; answers the key that signed and the ids of the published ones. */
async function signsWith(keys: JWKS['keys'], alg: SigningAlg): Promise<{ kid: string; published: string[] }> {
  const client = {
    client_id: 'app',
    client_secret: 'x'.repeat(32),
    redirect_uris: ['https://app.example.com/cb'],
    id_token_signed_response_alg: alg,
  }
  const provider = new Provider('https://op.example.com', {
    jwks: { keys },
    enabledJWA: { idTokenSigningAlgValues: [...SIGNING_ALGS] },
    clients: [client],
    cookies: { keys: ['a cookie key of the test'] },
    features: { devInteractions: { enabled: false } },
  })
  const published = await publishedKeys(provider)
  for (const key of published) expect(key, String(key.kid)).not.to.have.any.keys(PRIVATE)

  const found = await provider.Client.find('app')
  const token = await new provider.IdToken({ sub: 'someone' }, {
    client: found,
    ctx: undefined,
  } as never).issue({
    use: 'idtoken',
  })
  const { protectedHeader } = await compactVerify(token, createLocalJWKSet({ keys: published }), {
    algorithms: [alg],
  })
  const kid = protectedHeader.kid ?? ''
  return { kid, published: published.map((each) => String(each.kid)) }
}

async function publishedKeys(provider: Provider): Promise<JWK[]> {
  const server = createServer((request, response) => void provider.callback()(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address() as { port: number }
  const response = await fetch(`http://127.0.0.1:${address.port}/jwks`, { headers: { connection: 'close' } })
  const { keys } = (await response.json()) as { keys: JWK[] }
  await new Promise((resolve) => server.close(resolve))
  return keys
}
