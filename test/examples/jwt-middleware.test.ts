import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { deflateSync } from 'node:zlib'
import { expect } from 'chai'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { CryptoKey, JWK, JWTPayload } from 'jose'
import { createVerifier } from '../../examples/jwt-middleware/access-token.ts'
import type { PresentedRequest } from '../../examples/jwt-middleware/presented-request.ts'

const AUDIENCE = 'https://api.example.com/'
const URL_ASKED = 'https://api.example.com/balance?all=1'

/** An account server that the test controls: it signs any token. */
async function startIssuer() {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }
  const lists = new Map<string, { body: string; status: number }>()
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    if (path === '/jwks') return response.end(JSON.stringify({ keys: [jwk] }))
    const { body = '', status = 404 } = lists.get(path) ?? {}
    response.writeHead(status).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  const now = () => Math.floor(Date.now() / 1000)

  const sign = (claims: JWTPayload, header: { typ: string }, key: CryptoKey = privateKey) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'one', ...header }).sign(key)

  const listAt = (path: string) => `${issuer}${path}`
  return {
    issuer,
    asked,
    now,
    sign,
    token: (changes: JWTPayload = {}, typ = 'at+jwt', key?: CryptoKey) =>
      sign(
        {
          iss: issuer,
          aud: AUDIENCE,
          sub: 'ada',
          client_id: 'app',
          jti: 'x',
          iat: now(),
          exp: now() + 60,
          ...changes,
        },
        { typ },
        key,
      ),
    status: (path: string, idx: number) => ({ status: { status_list: { idx, uri: listAt(path) } } }),
    /** Publishes a list in which these places are revoked. */
    async publish(
      path: string,
      revoked: number[],
      changes: JWTPayload = {},
      given: { key?: CryptoKey; status?: number } = {},
    ) {
      const bytes = Buffer.alloc(128)
      for (const idx of revoked) bytes[idx >> 3]! |= 1 << (idx & 7)
      const lst = deflateSync(bytes).toString('base64url')
      const claims = {
        iss: issuer,
        sub: listAt(path),
        iat: now(),
        exp: now() + 60,
        ttl: 30,
        status_list: { bits: 1, lst },
        ...changes,
      }
      const body = await sign(claims, { typ: 'statuslist+jwt' }, given.key)
      lists.set(path, { body, status: given.status ?? 200 })
    },
    verifier: (statusMaxAgeSeconds?: number) =>
      createVerifier({
        issuer,
        audience: AUDIENCE,
        jwksUri: `${issuer}/jwks`,
        ...(statusMaxAgeSeconds !== undefined && { statusMaxAgeSeconds }),
      }),
    stop: () => server.close(),
  }
}

describe('the example JWT middleware', () => {
  let issuer: Awaited<ReturnType<typeof startIssuer>>
  let stranger: CryptoKey

  before(async () => {
    issuer = await startIssuer()
    stranger = (await generateKeyPair('ES256')).privateKey
  })
  after(() => issuer.stop())

  const request = (token: string, given: Partial<PresentedRequest> = {}): PresentedRequest => ({
    method: 'GET',
    url: URL_ASKED,
    authorization: `Bearer ${token}`,
    ...given,
  })
  const verdictOn = async (token: string, given?: Partial<PresentedRequest>) => {
    const verdict = await issuer.verifier()(request(token, given))
    return verdict.ok ? 'ok' : `${verdict.status} ${verdict.challenge}`.trim()
  }

  it('takes a token that is good, and says who it is for', async () => {
    const verdict = await issuer.verifier()(request(await issuer.token({ scope: 'read' })))
    expect(verdict).to.deep.include({ ok: true })
    expect(verdict.ok && verdict.claims).to.include({ sub: 'ada', client_id: 'app', scope: 'read' })
  })

  it('refuses one of another kind, issuer, audience or time, and one that is forged', async () => {
    const wrong = [
      issuer.token({}, 'JWT'),
      issuer.token({ iss: 'https://other.example.com' }),
      issuer.token({ aud: 'https://other.example.com/' }),
      issuer.token({ exp: issuer.now() - 1 }),
      issuer.token({ jti: undefined }),
      issuer.token({}, 'at+jwt', stranger),
      Promise.resolve('a.b.c'),
    ]
    for (const token of await Promise.all(wrong))
      expect(await verdictOn(token), token).to.equal('401 Bearer error="invalid_token"')
    expect(await verdictOn('', { authorization: undefined })).to.equal('401 Bearer')
  })

  it('refuses a revoked token, and asks for a list once while it is fresh', async () => {
    await issuer.publish('/list', [3, 1000])
    const verify = issuer.verifier()
    const tokens = await Promise.all([2, 3, 4, 1000].map((idx) => issuer.token(issuer.status('/list', idx))))
    const verdicts = await Promise.all(tokens.map((token) => verify(request(token))))
    expect(verdicts.map(({ ok }) => ok)).to.eql([true, false, true, false])
    expect(issuer.asked.filter((path) => path === '/list')).to.have.length(1)
    const outside = await verify(request(await issuer.token(issuer.status('/list', 100_000))))
    expect(outside).to.deep.include({ ok: false, status: 401 })
  })

  it('learns of a revocation within the time that the list, or the API, allows', async () => {
    await issuer.publish('/short', [], { ttl: 1 })
    await issuer.publish('/long', [], { ttl: 3600 })
    const verify = issuer.verifier(1)
    for (const path of ['/short', '/long']) {
      const asking = request(await issuer.token(issuer.status(path, 5)))
      expect((await verify(asking)).ok, path).to.equal(true)
      await issuer.publish(path, [5])
      const deadline = Date.now() + 60_000
      while ((await verify(asking)).ok && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 50))
      expect((await verify(asking)).ok, path).to.equal(false)
    }
  })

  it('lets nothing pass on a list that is forged, expired, of another address, or not there', async () => {
    await issuer.publish('/forged', [], {}, { key: stranger })
    await issuer.publish('/expired', [], { exp: issuer.now() - 1 })
    await issuer.publish('/moved', [], { sub: `${issuer.issuer}/elsewhere` })
    await issuer.publish('/gone', [], {}, { status: 503 })
    await issuer.publish('/bomb', [], {
      status_list: { bits: 1, lst: deflateSync(Buffer.alloc(2 ** 22)).toString('base64url') },
    })
    for (const path of ['/forged', '/expired', '/moved', '/gone', '/bomb', '/unknown'])
      expect(await verdictOn(await issuer.token(issuer.status(path, 1))), path).to.equal('503')
    const elsewhere = { status: { status_list: { idx: 1, uri: 'http://127.0.0.1:1/list' } } }
    expect(await verdictOn(await issuer.token(elsewhere))).to.equal('401 Bearer error="invalid_token"')
  })

  it('takes a certificate-bound token with its certificate alone', async () => {
    const certificate = Buffer.from('a certificate')
    const x5t = createHash('sha256').update(certificate).digest('base64url')
    const token = await issuer.token({ cnf: { 'x5t#S256': x5t } })
    expect(await verdictOn(token, { certificate })).to.equal('ok')
    for (const other of [undefined, Buffer.from('another')])
      expect(await verdictOn(token, { certificate: other }), String(other)).to.equal(
        '401 Bearer error="invalid_token"',
      )
  })

  describe('with DPoP', () => {
    let key: CryptoKey
    let jwk: JWK
    let token: string

    before(async () => {
      const pair = await generateKeyPair('ES256')
      key = pair.privateKey
      jwk = await exportJWK(pair.publicKey)
      token = await issuer.token({ cnf: { jkt: await calculateJwkThumbprint(jwk) } })
    })

    const proof = (changes: JWTPayload = {}, header: object = {}, signer = key) =>
      new SignJWT({
        jti: Math.random().toString(36),
        htm: 'GET',
        htu: 'https://api.example.com/balance',
        iat: issuer.now(),
        ath: createHash('sha256').update(token).digest('base64url'),
        ...changes,
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })
        .sign(signer)
    const bound = (proofs: string[]) => ({ authorization: `DPoP ${token}`, proofs })

    it('takes a bound token with a proof of its key', async () => {
      expect(await verdictOn(token, bound([await proof()]))).to.equal('ok')
    })

    it('refuses a bound token without, or with a proof of anything else', async () => {
      const good = await proof()
      const others: string[][] = [
        [],
        [good, good],
        [await proof({ htm: 'POST' })],
        [await proof({ htu: 'https://api.example.com/other' })],
        [await proof({ ath: 'x' })],
        [await proof({ iat: issuer.now() - 120 })],
        [await proof({ iat: issuer.now() + 120 })],
        [await proof({}, { typ: 'JWT' })],
        [await proof({}, {}, stranger)],
      ]
      for (const proofs of others)
        expect(await verdictOn(token, bound(proofs)), JSON.stringify(proofs)).to.equal(
          '401 DPoP error="invalid_token"',
        )
      expect(await verdictOn(token, { proofs: [good] }), 'sent as Bearer').to.match(/^401/)
      const unbound = await issuer.token()
      expect(await verdictOn(unbound, { authorization: `DPoP ${unbound}`, proofs: [good] })).to.match(/^401/)
    })

    it('takes a proof once', async () => {
      const verify = issuer.verifier()
      const proofs = [await proof()]
      const verdicts = await Promise.all([1, 2, 3].map(() => verify(request(token, bound(proofs)))))
      expect(verdicts.filter(({ ok }) => ok)).to.have.length(1)
    })
  })
})
