import { createHash } from 'node:crypto'
import { expect } from 'chai'
import type { ClientInput } from '../../../src/clients/client-metadata.ts'
import { freePort } from '../../support/service-process.ts'
import type { Store } from '../../support/running-server.ts'
import { register, VERIFIER } from '../relying-party.ts'
import { openStage } from '../stage.ts'
import type { Stage } from '../stage.ts'
import { lineOf } from '../refusals/told.ts'
import { jwkOf, makeCertificate } from './certificates.ts'
import type { Certificate } from './certificates.ts'
import { fetchWith, heardInHandshake } from './mtls-request.ts'

const DAY_MS = 86_400_000
const machine = { grant_types: ['client_credentials' as const], redirect_uris: [] }
const HEADER = 'x-client-certificate'

const authority = makeCertificate({ subject: [[['CN', 'Our authority']]], authority: true })
const elsewhere = makeCertificate({ subject: [[['CN', 'Our authority']]], authority: true })
const server = makeCertificate({ subject: [[['CN', 'localhost']]], names: { dns: ['localhost'] } })
const subject: Certificate['subject'] = [[['C', 'DE']], [['O', 'Example, Inc.']], [['CN', 'app']]]
const SUBJECT_DN = 'CN=app,O=Example\\, Inc.,C=DE'
const names = {
  dns: ['app.example'],
  uri: ['spiffe://example/app'],
  ip: ['192.0.2.7'],
  email: ['app@x.example'],
}
const issued = makeCertificate({ issuer: authority, subject, names, uses: ['client'] })

const behindProxy = {
  ACCOUNT_SERVER_MTLS_CLIENT_CA: authority.cert,
  ACCOUNT_SERVER_MTLS_CERTIFICATE_HEADER: HEADER,
}
const withListener = (port: number) => ({
  ACCOUNT_SERVER_MTLS_PORT: String(port),
  ACCOUNT_SERVER_MTLS_CERT: server.cert,
  ACCOUNT_SERVER_MTLS_KEY: server.key,
})

const thumbprintOf = ({ der }: Certificate) => createHash('sha256').update(der).digest('base64url')
/** As nginx passes a certificate on. */
const escaped = ({ cert }: Certificate) => encodeURIComponent(cert)
/** As RFC 9440 has it. */
const inColons = ({ der }: Certificate) => `:${der.toString('base64')}:`

async function open(env: Record<string, string> = {}) {
  const port = await freePort()
  const settings = { ACCOUNT_SERVER_WORKERS: '2', ...behindProxy, ...withListener(port), ...env }
  const stage = await openStage({ store: 'sqlite', env: settings })
  const origin = `https://localhost:${port}`
  const post = async (to: string, form: Record<string, string>, presented?: Certificate) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = new URLSearchParams(form)
    return fetchWith(presented)(origin + to, { method: 'POST', headers, body })
  }
  return { stage, origin, post }
}

type Opened = Awaited<ReturnType<typeof open>>
type Answered = Record<string, unknown>

const grant = (clientId: string) => ({ grant_type: 'client_credentials', client_id: clientId })
const json = async (answer: Response) => (await answer.json()) as Answered

const byName: Partial<ClientInput> = {
  ...machine,
  token_endpoint_auth_method: 'tls_client_auth',
  tls_client_auth_subject_dn: SUBJECT_DN,
}

describe('a client certificate on the TLS listener', function () {
  let opened: Opened
  let stage: Stage
  before(async () => {
    opened = await open()
    ;({ stage } = opened)
  })
  after(() => stage?.stop())

  const ask = async (clientId: string, presented?: Certificate) =>
    opened.post('/oauth/token', grant(clientId), presented)

  const LETTING_IN: [string, Partial<ClientInput>][] = [
    ['subject', { tls_client_auth_subject_dn: SUBJECT_DN }],
    ['DNS name', { tls_client_auth_san_dns: 'app.example' }],
    ['URI', { tls_client_auth_san_uri: 'spiffe://example/app' }],
    ['IP address', { tls_client_auth_san_ip: '192.0.2.7' }],
    ['e-mail address', { tls_client_auth_san_email: 'app@x.example' }],
  ]
  for (const [what, name] of LETTING_IN)
    it(`lets in the client registered for its ${what}, and no other certificate does`, async () => {
      const method = { token_endpoint_auth_method: 'tls_client_auth' as const }
      const { clientId } = await register(stage, { ...machine, ...method, ...name })
      expect((await ask(clientId, issued)).status).to.equal(200)
      const others = [
        undefined,
        makeCertificate({ issuer: authority }),
        makeCertificate({ issuer: elsewhere, subject, names }),
        makeCertificate({ subject, names }),
        makeCertificate({ issuer: authority, subject, names, validTo: Date.now() - DAY_MS / 2 }),
        makeCertificate({ issuer: authority, subject, names, uses: ['server'] }),
      ]
      for (const [at, other] of others.entries()) {
        const answer = await ask(clientId, other)
        expect(answer.status, String(at)).to.equal(401)
        expect(await json(answer), String(at)).to.include({ error: 'invalid_client' })
      }
    })

  it('lets in the client that registered it with its keys, self-signed', async () => {
    const own = makeCertificate()
    const { clientId } = await register(stage, {
      ...machine,
      token_endpoint_auth_method: 'self_signed_tls_client_auth',
      jwks: { keys: [jwkOf(own)] },
    })
    expect((await ask(clientId, own)).status).to.equal(200)
    for (const [index, other] of [undefined, makeCertificate(), issued].entries())
      expect((await ask(clientId, other)).status, `certificate ${index}`).to.equal(401)
  })

  // Given a list of issuers, Java and Go offer only a certificate of one of these.
  it('is asked for without a list of accepted issuers', async () => {
    const heard = await heardInHandshake(Number(new URL(opened.origin).port), issued)
    expect(heard.includes('localhost')).to.equal(true)
    expect(heard.includes('Our authority')).to.equal(false)
  })

  it('binds the tokens of a client that asks for it, at userinfo and in refreshes too [S-1.52]', async () => {
    const person = await stage.person()
    const app = await register(stage, {
      ...byName,
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['https://app.example.com/callback'],
      tls_client_certificate_bound_access_tokens: true,
    })
    const answer = await opened.post(
      '/oauth/token',
      {
        client_id: app.clientId,
        grant_type: 'authorization_code',
        code: await app.codeFor(person),
        redirect_uri: app.redirectUri,
        code_verifier: VERIFIER,
      },
      issued,
    )
    const tokens = await json(answer)
    expect(answer.status, JSON.stringify(tokens)).to.equal(200)
    const authorization = `Bearer ${String(tokens['access_token'])}`
    const userinfo = (presented?: Certificate) =>
      fetchWith(presented)(`${opened.origin}/oauth/userinfo`, { headers: { authorization } })
    expect((await userinfo(issued)).status).to.equal(200)
    expect((await userinfo(makeCertificate({ issuer: authority, subject }))).status).to.equal(401)
    expect((await userinfo()).status).to.equal(401)
    const plain = await stage.send({ to: '/oauth/userinfo', headers: { authorization } })
    expect(plain.status).to.equal(401)
    const shown = { client_id: app.clientId, token: String(tokens['access_token']) }
    expect(await json(await opened.post('/oauth/introspect', shown, issued))).to.deep.include({
      active: true,
      cnf: { 'x5t#S256': thumbprintOf(issued) },
    })
  })

  it('is named in the error when the token must be bound and there is none', async () => {
    const app = await register(stage, { ...machine, tls_client_certificate_bound_access_tokens: true })
    const answer = (await app.call('/oauth/token', { grant_type: 'client_credentials' })).json()
    expect(answer).to.include({ error: 'invalid_grant' })
    expect(answer['error_description']).to.match(/client certificate/)
  })

  it('is asked for at the aliases that the metadata names, and only there', async () => {
    const metadata = (await stage.send({ to: '/.well-known/openid-configuration' })).json()
    const aliases = metadata['mtls_endpoint_aliases'] as Record<string, string>
    expect(aliases['token_endpoint']).to.equal(`${opened.origin}/oauth/token`)
    for (const [name, address] of Object.entries(aliases)) {
      expect(address.slice(opened.origin.length), name).to.equal(
        String(metadata[name]).slice(stage.issuer.length),
      )
      expect((await fetchWith(issued)(address, { method: 'POST' })).status, name).to.be.oneOf([400, 401])
    }
    expect(metadata['tls_client_certificate_bound_access_tokens']).to.equal(true)
    expect(metadata['token_endpoint_auth_methods_supported']).to.include.members([
      'tls_client_auth',
      'self_signed_tls_client_auth',
    ])
    const throughTls = await fetchWith(issued)(`${opened.origin}/.well-known/openid-configuration`)
    expect(await json(throughTls)).to.deep.equal(metadata)
  })
})

const STORES: Store[] = ['sqlite', 'mariadb+redis']
for (const store of STORES)
  describe(`a client certificate in the header of a proxy, on ${store}`, function () {
    let stage: Stage
    before(async () => {
      stage = await openStage({
        store,
        env: { ...behindProxy, ACCOUNT_SERVER_TRUSTED_PROXIES: '127.0.0.1' },
      })
    })
    after(() => stage?.stop())

    const ask = (clientId: string, value: string | string[]) =>
      stage.send({ to: '/oauth/token', form: grant(clientId), headers: { [HEADER]: value } })

    it('counts as the client’s own, URL-encoded as from nginx or as RFC 9440 has it', async () => {
      const { clientId } = await register(stage, byName)
      for (const form of [escaped, inColons])
        expect((await ask(clientId, form(issued))).status, form.name).to.equal(200)
    })

    it('is verified against the authorities here, as the proxy may let anything pass', async () => {
      const { clientId } = await register(stage, byName)
      const wrong = [
        makeCertificate({ issuer: elsewhere, subject, names }),
        makeCertificate({ subject, names }),
        makeCertificate({ issuer: authority }),
        makeCertificate({ issuer: authority, subject, validTo: Date.now() - DAY_MS / 2 }),
        makeCertificate({ issuer: authority, subject, validFrom: Date.now() + DAY_MS / 2 }),
        makeCertificate({ issuer: authority, subject, uses: ['server'] }),
        makeCertificate({ issuer: issued, subject }),
      ]
      for (const [at, certificate] of wrong.entries())
        expect((await ask(clientId, escaped(certificate))).status, String(at)).to.equal(401)
    })

    it('that matches no client gets an answer that says what to check, also for an unknown client', async () => {
      const { clientId } = await register(stage, byName)
      const stranger = escaped(makeCertificate({ issuer: authority }))
      const [known, unknown] = await Promise.all([clientId, 'nobody'].map((id) => ask(id, stranger)))
      expect(known?.json()['error_description']).to.match(/subject of this certificate/)
      expect(unknown?.text).to.equal(known?.text)
      const line = await lineOf(stage, known!)
      expect(line['got']).to.match(/^a client certificate .*until/)
      expect(line['registered']).to.equal(`tls_client_auth ${SUBJECT_DN}`)
    })

    it('that cannot be read, or is there twice, is none', async () => {
      const { clientId } = await register(stage, byName)
      const good = inColons(issued)
      for (const value of ['', 'x', '%', ':AAAA:', good.slice(1), `${good}, ${good}`, [good, good]])
        expect((await ask(clientId, value)).status, String(value)).to.equal(401)
    })

    it('binds tokens as on a listener of our own', async () => {
      const app = await register(stage, { ...byName, tls_client_certificate_bound_access_tokens: true })
      const token = String((await ask(app.clientId, escaped(issued))).json()['access_token'])
      const shown = await stage.send({
        to: '/oauth/introspect',
        form: { client_id: app.clientId, token },
        headers: { [HEADER]: inColons(issued) },
      })
      expect(shown.json()).to.deep.include({ cnf: { 'x5t#S256': thumbprintOf(issued) } })
    })
  })

describe('a certificate header from somebody who is no trusted proxy', function () {
  let opened: Opened
  before(async () => {
    opened = await open({ ACCOUNT_SERVER_WORKERS: '1', ACCOUNT_SERVER_TRUSTED_PROXIES: '192.0.2.1' })
  })
  after(() => opened?.stage.stop())

  it('is not looked at, on either listener [S-1.53]', async () => {
    const { stage, origin } = opened
    const { clientId } = await register(stage, byName)
    const header = { [HEADER]: escaped(issued), 'x-forwarded-for': '192.0.2.1' }
    const plain = await stage.send({ to: '/oauth/token', form: grant(clientId), headers: header })
    expect(plain.status).to.equal(401)
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = new URLSearchParams(grant(clientId))
    const request = { method: 'POST', headers: { ...type, ...header }, body }
    const other = makeCertificate({ issuer: authority })
    expect((await fetchWith(other)(`${origin}/oauth/token`, request)).status).to.equal(401)
    expect((await fetchWith(issued)(`${origin}/oauth/token`, request)).status).to.equal(200)
  })
})
