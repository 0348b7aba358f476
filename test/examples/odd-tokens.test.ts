import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { createBoundResource } from '../../examples/bound-resource/server.ts'
import { createVerifier } from '../../examples/jwt-middleware/access-token.ts'
import { createResourceServer } from '../../examples/resource-server/resource-server.ts'
import { makeCertificate } from '../provider/binding/certificates.ts'
import { fetchWith } from '../provider/binding/mtls-request.ts'
import { createProver } from '../provider/binding/prover.ts'
import { discover } from '../support/relying-party.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer } from '../support/running-server.ts'
import { freePort } from '../support/service-process.ts'
import * as oidc from 'openid-client'
import { listenOn } from './listening.ts'
import { ODD_AUTHORIZATIONS } from './odd-tokens.ts'

describe('the example APIs, sent anything but a good token', function () {
  let server: RunningServer
  const ends: (() => Promise<unknown>)[] = []

  before(async () => {
    server = await startServer({ store: 'sqlite', separate: true })
    ends.push(() => server.stop())
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
  })

  async function ledger(format: 'opaque' | 'jwt', scope = 'ledger:read') {
    const port = await freePort()
    const identifier = `http://localhost:${port}/`
    const { client } = await server.createResource({ identifier, scope, format })
    const api = await createResourceServer({
      issuer: server.issuer,
      identifier,
      clientId: client.client_id,
      clientSecret: client.client_secret ?? '',
    })
    ends.push(await listenOn(port, api))
    return identifier
  }

  async function machineToken(resource: string, scope: string, client = { scope }): Promise<string> {
    const machine = await server.createClient({
      grant_types: ['client_credentials'],
      allowed_resources: [resource],
      ...client,
    })
    const config = await discover(server.issuer, machine)
    const asked = { resource, ...(scope && { scope }) }
    return `Bearer ${(await oidc.clientCredentialsGrant(config, asked)).access_token}`
  }

  for (const format of ['opaque', 'jwt'] as const)
    it(`the demo resource server refuses it with 401, also where tokens are ${format}`, async () => {
      const identifier = await ledger(format)
      const call = (authorization: string, path = 'balance') =>
        fetch(identifier + path, { headers: { authorization } }).then(({ status }) => status)
      for (const [what, authorization] of Object.entries(ODD_AUTHORIZATIONS))
        expect(await call(authorization), what).to.equal(401)
      const bare = await ledger(format, '')
      const authorization = await machineToken(bare, '')
      expect((await fetch(`${bare}balance`, { headers: { authorization } })).status, 'no scope').to.equal(403)
      const good = await machineToken(identifier, 'ledger:read')
      for (const path of ['/', '%', 'balance?', '/\\']) expect(await call(good, path), path).to.equal(404)
      expect(await call(good)).to.equal(200)
    })

  it('the demo resource server answers 503 while the account server is away, and goes on after it', async () => {
    const identifier = await ledger('opaque')
    const authorization = await machineToken(identifier, 'ledger:read')
    const call = () => fetch(`${identifier}balance`, { headers: { authorization } })
    await server.signal('SIGINT')
    expect((await call()).status).to.equal(503)
    await server.start()
    expect((await call()).status).to.equal(200)
  })

  it('the resource server for bound tokens refuses it with 401, and keeps running after odd addresses', async () => {
    const api = createBoundResource({
      issuer: server.issuer,
      jwksUri: `${server.issuer}/oauth/jwks`,
      identifier: 'https://resource.example/',
      ...makeCertificate(),
    })
    ends.push(async () => void (api.closeAllConnections(), api.close()))
    api.listen(0, '127.0.0.1')
    await once(api, 'listening')
    const address = `https://127.0.0.1:${(api.address() as AddressInfo).port}/`
    const call = (authorization: string, path = '') =>
      fetchWith(undefined)(address + path, { headers: { authorization } }).then(({ status }) => status)
    for (const [what, authorization] of Object.entries(ODD_AUTHORIZATIONS)) {
      if (/[^\x20-\x7e]/.test(authorization)) continue
      expect(await call(authorization), what).to.equal(401)
    }
    expect(await call('Bearer forged', '/')).to.equal(400)
    expect(await call('Bearer forged')).to.equal(401)
  })

  it('the verifier refuses a broken proof, and never reports an outage for it', async () => {
    const identifier = 'https://bound.example/'
    await server.createResource({ identifier, scope: 'ledger:read', format: 'jwt' })
    const machine = await server.createClient({
      grant_types: ['client_credentials'],
      allowed_resources: [identifier],
      scope: 'ledger:read',
    })
    const prover = await createProver()
    const token = await boundToken(machine, prover, identifier)
    const verify = createVerifier({
      issuer: server.issuer,
      audience: identifier,
      jwksUri: `${server.issuer}/oauth/jwks`,
    })
    const statusWith = async (proof: string) => {
      const shown = { method: 'GET', url: identifier, authorization: `DPoP ${token}`, proofs: [proof] }
      const verdict = await verify(shown)
      return verdict.ok ? 200 : verdict.status
    }
    const good = await prover.prove({ url: identifier, method: 'GET', accessToken: token })
    for (const proof of oddProofs(good)) expect(await statusWith(proof), proof.slice(0, 200)).to.equal(401)
    expect(await statusWith(good)).to.equal(200)
  })

  async function boundToken(
    machine: Parameters<typeof discover>[1],
    prover: Awaited<ReturnType<typeof createProver>>,
    resource: string,
  ): Promise<string> {
    const url = `${server.issuer}/oauth/token`
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Basic ${btoa(`${machine.client_id}:${machine.client_secret}`)}`,
        dpop: await prover.prove({ url, method: 'POST' }),
      },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'ledger:read', resource }),
    })
    return String(((await answer.json()) as { access_token?: string }).access_token)
  }
})

/** The good proof, with each part of its header replaced by what does not belong there. */
function oddProofs(good: string): string[] {
  const [header = '', claims = '', signature = ''] = good.split('.')
  const parsed = JSON.parse(Buffer.from(header, 'base64url').toString()) as { jwk: object }
  const jwks = [
    null,
    'text',
    {},
    { kty: 'EC' },
    { ...parsed.jwk, x: '!!', y: '' },
    { ...parsed.jwk, crv: 'P-999' },
    { kty: 'oct', k: 'AAAA' },
    { kty: 'RSA', n: 'AQAB', e: 'AQAB' },
  ]
  const encoded = (changes: object) =>
    Buffer.from(JSON.stringify({ ...parsed, ...changes })).toString('base64url')
  const headers = [
    ...jwks.map((jwk) => encoded({ jwk })),
    ...['none', 'HS256', 'PS256', 'EdDSA', 5, null].map((alg) => encoded({ alg })),
    encoded({ typ: 'JWT' }),
    encoded({ crit: ['x'] }),
  ]
  return ['', 'x', '..', 'ÿ.ÿ.ÿ', ...headers.map((one) => [one, claims, signature].join('.'))]
}
