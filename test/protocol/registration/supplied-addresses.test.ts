import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { expect } from 'chai'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { CryptoKey } from 'jose'
import { anyAddress, openStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { startDocumentHost } from './document-host.ts'
import type { DocumentHost } from './document-host.ts'
import { createRegistrar } from './registrar.ts'

const CALLBACK = 'https://app.example.com/callback'

describe('addresses that clients supply', function () {
  const ISSUER = 'https://accounts.example.org'
  let stage: Stage
  let inside: Server
  let connections = 0

  before(async () => {
    inside = createServer((socket) => {
      connections += 1
      socket.destroy()
    })
    inside.listen(0, '127.0.0.1')
    await once(inside, 'listening')
    const env = {
      // Not on loopback: nothing of this machine's own may be asked.
      ACCOUNT_SERVER_ISSUER: ISSUER,
      ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: 'smtp://127.0.0.1:9',
      ACCOUNT_SERVER_CLIENT_REGISTRATION: 'open',
      ACCOUNT_SERVER_CLIENT_ID_DOCUMENTS: 'any',
    }
    stage = await openStage({ store: 'sqlite', env })
  })
  after(async () => {
    await stage.stop()
    inside.close()
  })

  const port = () => (inside.address() as AddressInfo).port
  const hosts = () =>
    ['127.0.0.1', 'localhost', '2130706433', '[::1]', '[::ffff:127.0.0.1]', '[64:ff9b::7f00:1]'].map(
      (host) => `${host}:${port()}`,
    )
  const headers = () => ({ host: 'accounts.example.org', 'x-forwarded-for': anyAddress() })

  async function register(metadata: object) {
    const body = JSON.stringify({ redirect_uris: [CALLBACK], ...metadata })
    const json = { ...headers(), 'content-type': 'application/json' }
    return await stage.send({ method: 'POST', to: '/oauth/register', headers: json, body })
  }

  it('reach nothing inside as sector_identifier_uri', async () => {
    for (const host of hosts()) {
      const answer = await register({ subject_type: 'pairwise', sector_identifier_uri: `https://${host}/x` })
      expect(answer.status, host).to.equal(400)
      expect(answer.json()['error'], host).to.equal('invalid_client_metadata')
      expect(answer.text, 'nothing is told of what is there').not.to.match(/ECONN|127\.0\.0\.1|certificate/)
    }
    expect(connections).to.equal(0)
  })

  it('reach nothing inside as jwks_uri, when the client authenticates or is sent something encrypted', async () => {
    for (const scheme of ['http', 'https'])
      for (const host of hosts()) {
        const metadata = {
          token_endpoint_auth_method: 'private_key_jwt',
          jwks_uri: `${scheme}://${host}/keys`,
        }
        const made = await register(metadata)
        expect(made.status, made.text).to.equal(201)
        const client_id = String(made.json()['client_id'])
        const { privateKey } = await generateKeyPair('ES256')
        const client_assertion = await new SignJWT({ jti: client_id + host })
          .setProtectedHeader({ alg: 'ES256' })
          .setIssuer(client_id)
          .setSubject(client_id)
          .setAudience(ISSUER)
          .setIssuedAt()
          .setExpirationTime('1m')
          .sign(privateKey)
        const form = {
          client_assertion,
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          token: 'x',
        }
        const answer = await stage.send({ to: '/oauth/introspect', form, headers: headers() })
        expect(answer.status, host).to.be.within(400, 401)
      }
    expect(connections).to.equal(0)
  })

  it('reach nothing inside as client_id', async () => {
    for (const host of hosts()) {
      const query = new URLSearchParams({ client_id: `https://${host}/x`, redirect_uri: CALLBACK })
      const to = `/oauth/authorize?${query}&response_type=code`
      expect((await stage.send({ to, headers: headers() })).status, host).to.be.within(400, 499)
      const form = { client_id: `https://${host}/x`, grant_type: 'authorization_code', code: 'x' }
      expect((await stage.send({ to: '/oauth/token', form, headers: headers() })).status, host).to.be.within(
        400,
        401,
      )
    }
    expect(connections).to.equal(0)
  })

  const LINKS = ['logo_uri', 'policy_uri', 'tos_uri', 'client_uri', 'initiate_login_uri', 'jwks_uri']
  const CALLED = [
    'backchannel_logout_uri',
    'frontchannel_logout_uri',
    'backchannel_client_notification_endpoint',
  ]
  for (const field of [...LINKS, ...CALLED]) {
    it(`are refused as ${field} when they are no web address [S-1.86]`, async () => {
      for (const address of [
        'javascript:alert(1)',
        'data:text/html,x',
        'file:///etc/passwd',
        '//evil.example',
        'ftp://x/',
      ]) {
        const answer = await register({ [field]: address })
        expect(answer.status, address).to.equal(400)
        expect(answer.json()['error_description'], address).to.contain(field)
      }
    })
  }
})

describe('a software statement', function () {
  let host: DocumentHost
  let stage: Stage
  let registrar: ReturnType<typeof createRegistrar>
  let key: CryptoKey
  const PUBLISHER = 'https://publisher.example.com'

  before(async () => {
    host = await startDocumentHost()
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    key = privateKey
    const jwksUri = host.publish('/keys.json', { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] })
    const env = { ...host.env, ACCOUNT_SERVER_SOFTWARE_STATEMENT_ISSUERS: `${PUBLISHER}=${jwksUri}` }
    stage = await openStage({ store: 'sqlite', env })
    registrar = createRegistrar(stage)
  })
  after(async () => {
    await stage.stop()
    await host.stop()
  })

  const claims = { client_name: 'Certified app', software_id: 'the-app', redirect_uris: [CALLBACK] }

  function sign({ by = key, issuer = PUBLISHER, expires = '1h', more = {} } = {}) {
    return new SignJWT({ ...claims, ...more })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(issuer)
      .setExpirationTime(expires)
      .sign(by)
  }

  async function register(metadata: object) {
    return await registrar.register(metadata, (await registrar.token()).token)
  }

  it('counts more than the rest of the request, and is answered as it was sent', async () => {
    const software_statement = await sign()
    const evil = { client_name: 'Another', redirect_uris: ['https://evil.example/'], software_statement }
    const { status, body } = await register(evil)
    expect(status, JSON.stringify(body)).to.equal(201)
    expect(body).to.deep.include({ ...claims, software_statement })
  })

  it('decides nothing that only an operator does, and stays within the policy', async () => {
    const greedy = { first_party: true, allowed_resources: ['https://api.example.com/'] }
    const made = await register({ software_statement: await sign({ more: greedy }) })
    expect(made.body).to.deep.include({ first_party: false, allowed_resources: [] })
    const more = { grant_types: ['client_credentials'], response_types: [] }
    const refused = await register({ software_statement: await sign({ more }) })
    expect(refused.body.error).to.equal('invalid_client_metadata')
  })

  it('is refused when it is forged, expired, of another issuer, or no JWT', async () => {
    const { privateKey: other } = await generateKeyPair('ES256')
    const cases: [string, Promise<string>][] = [
      ['invalid_software_statement', sign({ by: other })],
      ['invalid_software_statement', sign({ expires: '-1h' })],
      ['unapproved_software_statement', sign({ issuer: 'https://somebody.example.com' })],
      ['invalid_software_statement', Promise.resolve('not a token')],
    ]
    for (const [error, software_statement] of cases) {
      const { status, body } = await register({ software_statement: await software_statement })
      expect([status, body.error], error).to.eql([400, error])
    }
  })
})
