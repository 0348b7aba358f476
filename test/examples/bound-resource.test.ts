import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createBoundResource } from '../../examples/bound-resource/server.ts'
import { makeCertificate } from '../provider/binding/certificates.ts'
import { fetchWith } from '../provider/binding/mtls-request.ts'
import { createProver, nowSeconds } from '../provider/binding/prover.ts'

describe('the resource server for bound tokens', () => {
  const servers: Server[] = []
  const mine = makeCertificate()
  // Its address as clients write it.
  const identifier = 'https://resource.example/'
  let address: string
  let tokenFor: (claims: object) => Promise<string>

  async function listen(server: Server): Promise<number> {
    servers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }

  before(async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }]
    const port = await listen(createServer((_request, response) => response.end(JSON.stringify({ keys }))))
    const issuer = `http://127.0.0.1:${port}`
    const settings = { issuer, jwksUri: `${issuer}/jwks`, identifier, ...makeCertificate() }
    const resourcePort = await listen(createBoundResource(settings))
    address = `https://127.0.0.1:${resourcePort}/`
    tokenFor = (claims) =>
      new SignJWT({ client_id: 'app', ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: 'at+jwt' })
        .setIssuer(issuer)
        .setAudience(identifier)
        .setSubject('somebody')
        .setJti('one')
        .setIssuedAt()
        .setExpirationTime(nowSeconds() + 60)
        .sign(privateKey)
  })
  after(() => {
    for (const server of servers) {
      server.closeAllConnections()
      server.close()
    }
  })
  const show = (headers: Record<string, string>, certificate?: typeof mine) =>
    fetchWith(certificate)(address, { headers })

  it('answers a client that proves the key, and returns the interaction id', async () => {
    const prover = await createProver()
    const accessToken = await tokenFor({ cnf: { jkt: prover.thumbprint } })
    const dpop = await prover.prove({ url: identifier, method: 'GET', accessToken })
    const interaction = { 'x-fapi-interaction-id': '93bac548-d2de-4546-b106-880a5018460d' }
    const answer = await show({ authorization: `DPoP ${accessToken}`, dpop, ...interaction })
    expect([answer.status, await answer.json()]).to.eql([200, { sub: 'somebody', client: 'app' }])
    expect(answer.headers.get('x-fapi-interaction-id')).to.equal(interaction['x-fapi-interaction-id'])
    expect((await show({ authorization: `DPoP ${accessToken}`, dpop })).status, 'the same proof').to.equal(
      401,
    )
  })

  it('answers a client that shows the certificate', async () => {
    const thumbprint = createHash('sha256').update(mine.der).digest('base64url')
    const authorization = `Bearer ${await tokenFor({ cnf: { 'x5t#S256': thumbprint } })}`
    expect((await show({ authorization }, mine)).status).to.equal(200)
    expect((await show({ authorization }, makeCertificate())).status).to.equal(401)
    expect((await show({ authorization })).status).to.equal(401)
  })

  it('refuses a token that is not bound, and a request without a token', async () => {
    const refused = await show({ authorization: `Bearer ${await tokenFor({})}` })
    expect([refused.status, refused.headers.get('www-authenticate')]).to.eql([
      401,
      'DPoP error="invalid_token"',
    ])
    expect((await show({})).status).to.equal(401)
  })

  it('says what its command takes', async () => {
    const file = join(import.meta.dirname, '../../examples/bound-resource/run.ts')
    const run = (...args: string[]) => promisify(execFile)(process.execPath, [file, ...args])
    const words = (failure: { stderr: string }) => failure.stderr
    expect(await run('http://localhost:1').catch(words)).to.match(/^resource: takes the resource_url/)
    expect(await run('https://localhost:1').catch(words)).to.match(/^resource: needs files of a certificate/)
  })
})
