import { once } from 'node:events'
import { connect } from 'node:tls'
import { expect } from 'chai'
import { createResource } from '../../src/resources/resources.ts'
import { makeCertificate } from '../provider/binding/certificates.ts'
import type { Certificate } from '../provider/binding/certificates.ts'
import { fetchWith } from '../provider/binding/mtls-request.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer } from '../support/running-server.ts'
import { HOST, MTLS_HOST, startNginx } from '../support/service-nginx.ts'
import { freePort } from '../support/service-process.ts'
import { createVisitor } from '../support/visitor.ts'
import { signsInFromOwnAddress } from './own-address.ts'

const ISSUER = `https://${HOST}`
const HEADER = 'x-client-certificate'
/** More than a visitor may send at once, and faster than 20 a second. */
const [TURNS, AT_ONCE] = [10, 20]
const API = 'https://bound.example.com/'

describe('nginx with deploy/nginx.conf, in front of two servers', function () {
  const authority = makeCertificate({ subject: [[['CN', 'Our authority']]], authority: true })
  const issue = () => makeCertificate({ issuer: authority, subject: [[['CN', 'app']]], uses: ['client'] })
  const [mine, other] = [issue(), issue()]
  let server: RunningServer
  let nginx: Awaited<ReturnType<typeof startNginx>>

  before(async () => {
    server = await startServer({
      store: 'mariadb+redis',
      env: {
        ACCOUNT_SERVER_ISSUER: ISSUER,
        ACCOUNT_SERVER_TRUSTED_PROXIES: '127.0.0.1',
        ACCOUNT_SERVER_MTLS_CLIENT_CA: authority.cert,
        ACCOUNT_SERVER_MTLS_CERTIFICATE_HEADER: HEADER,
        ACCOUNT_SERVER_MTLS_ISSUER: `https://${MTLS_HOST}`,
      },
    })
    nginx = await startNginx(server.processes.map(({ port }) => port))
  })
  after(async () => {
    await nginx?.stop()
    await server?.stop()
  })

  /** Any address of 127.0.0.0/8 is one of this machine. */
  const from = (localAddress: string, certificate?: Certificate) =>
    fetchWith(certificate, { port: nginx.port, localAddress })
  const visitorAt = (address: string, headers: Record<string, string> = {}) =>
    createVisitor(ISSUER, headers, from(address))
  const tokenAt = (
    host: string,
    fields: Record<string, string>,
    certificate?: Certificate,
    headers: Record<string, string> = {},
  ) =>
    from('127.0.0.6', certificate)(`https://${host}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: API, ...fields }),
    })

  it('signs a person in, and the audit trail has the address of the visitor, not a forged one', () =>
    signsInFromOwnAddress(server, visitorAt))

  it('keeps cookies to encrypted connections, and leads http to https', async () => {
    const page = await visitorAt('127.0.0.5').get('/sign-in', { follow: false })
    for (const cookie of page.headers.getSetCookie()) expect(cookie).to.match(/;\s*secure/i)
    expect(page.headers.get('strict-transport-security')).to.be.a('string')
    const plain = await fetch(`http://127.0.0.1:${nginx.plainPort}/sign-in?a=b`, { redirect: 'manual' })
    expect([plain.status, plain.headers.get('location')]).to.eql([301, `${ISSUER}/sign-in?a=b`])
  })

  it('answers under no other name', async () => {
    const options = { servername: 'evil.example', rejectUnauthorized: false }
    const socket = connect({ port: nginx.port, host: '127.0.0.1', ...options })
    const [error] = (await Promise.race([once(socket, 'error'), once(socket, 'secureConnect')])) as [
      (Error & { code: string }) | undefined,
    ]
    socket.destroy()
    expect(error?.code).to.match(/UNRECOGNIZED_NAME/)
  })

  it('passes the certificate of a client on, and tokens are bound to it', async () => {
    await createResource(server.parts.db, { identifier: API, scope: 'read' }, server.parts)
    const app = await server.createClient({
      redirect_uris: [],
      grant_types: ['client_credentials'],
      response_types: [],
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_subject_dn: 'CN=app',
      tls_client_certificate_bound_access_tokens: true,
      allowed_resources: [API],
    })
    const identity = { client_id: app.client_id, scope: 'read' }
    const answer = await tokenAt(MTLS_HOST, identity, mine)
    expect(answer.status, await answer.clone().text()).to.equal(200)
    const { access_token: token } = (await answer.json()) as { access_token: string }
    expect(token).to.be.a('string')
    const without = await tokenAt(MTLS_HOST, identity)
    expect(without.status, await without.text()).to.equal(401)
    const forged = { [HEADER]: encodeURIComponent(mine.cert) }
    for (const host of [HOST, MTLS_HOST]) {
      const refused = await tokenAt(host, identity, undefined, forged)
      expect(refused.status, `a header of the client itself, at ${host}`).to.equal(401)
    }
    const stranger = makeCertificate({ subject: [[['CN', 'app']]], uses: ['client'] })
    expect((await tokenAt(MTLS_HOST, identity, stranger)).status, 'of another authority').to.equal(401)
    expect((await tokenAt(MTLS_HOST, identity, other)).status, 'another of the same app').to.equal(200)
  })

  it('goes on while one server is away', async () => {
    const half = await startNginx([server.processes[0]!.port, await freePort()])
    const pages = []
    for (let turn = 0; turn < 10; turn += 1)
      pages.push(await fetchWith(undefined, { port: half.port })(`${ISSUER}/sign-in`))
    expect(pages.map(({ status }) => status)).to.eql(Array.from(pages, () => 200))
    await half.stop()
  })

  it('limits one visitor by 429 with Retry-After, and nobody else; apps are not limited', async () => {
    const many = async (address: string, path: string) => {
      const answers = []
      for (let turn = 0; turn < TURNS; turn += 1)
        answers.push(
          ...(await Promise.all(Array.from({ length: AT_ONCE }, () => from(address)(`${ISSUER}${path}`)))),
        )
      return answers
    }
    const [flood, machines] = await Promise.all([
      many('127.0.0.7', '/sign-in'),
      many('127.0.0.8', '/oauth/jwks'),
    ])
    const refused = flood.filter(({ status }) => status === 429)
    expect(refused.length).to.be.greaterThan(0)
    expect(refused.every(({ headers }) => Number(headers.get('retry-after')) > 0)).to.equal(true)
    expect(new Set(machines.map(({ status }) => status))).to.eql(new Set([200]))
    const page = await visitorAt('127.0.0.9').get('/sign-in')
    expect(page.status).to.equal(200)
  })
})
