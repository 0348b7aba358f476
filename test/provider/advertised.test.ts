import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { CryptoKey } from 'jose'
import type { ClientInput } from '../../src/clients/client-metadata.ts'
import { jwkOf, makeCertificate } from './binding/certificates.ts'
import { isMountedFile, isWholeTree } from '../support/mounted.ts'
import { register } from './relying-party.ts'
import type { Party } from './relying-party.ts'
import type { Answer } from './send.ts'
import { openStage } from './stage.ts'
import type { Stage } from './stage.ts'

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const HEADER = 'x-client-certificate'
const authority = makeCertificate({ subject: [[['CN', 'Our authority']]], authority: true })
const issued = makeCertificate({ issuer: authority, subject: [[['CN', 'app']]], uses: ['client'] })
const single = makeCertificate({ subject: [[['CN', 'alone']]] })
const ENDPOINTS = [
  ['introspection', '/oauth/introspect'],
  ['revocation', '/oauth/revoke'],
  ['token', '/oauth/token'],
] as const

/** Each field of the metadata, and the test that uses what it says. A new field needs a test of its own. */
const PROVEN: Record<string, string> = {
  acr_values_supported: 'provider/requests/authentication-levels.test.ts',
  authorization_challenge_endpoint: 'protocol/challenge/authorization-challenge.test.ts',
  authorization_encryption_alg_values_supported: 'provider/encrypted-responses.test.ts',
  authorization_encryption_enc_values_supported: 'provider/encrypted-responses.test.ts',
  authorization_endpoint: 'provider/authorization-code.test.ts',
  authorization_response_iss_parameter_supported: 'provider/refusals/told.ts',
  authorization_signing_alg_values_supported: 'conformance/advertised.test.ts',
  backchannel_authentication_endpoint: 'protocol/ciba/ciba.test.ts',
  backchannel_authentication_request_signing_alg_values_supported: 'protocol/ciba/ciba-signed.test.ts',
  backchannel_logout_session_supported: 'protocol/logout/backchannel-logout.test.ts',
  backchannel_logout_supported: 'protocol/logout/backchannel-logout.test.ts',
  backchannel_token_delivery_modes_supported: 'protocol/ciba/ciba-ping.test.ts',
  backchannel_user_code_parameter_supported: 'protocol/ciba/ciba.test.ts',
  claim_types_supported: 'conformance/advertised.test.ts',
  claims_parameter_supported: 'provider/requests/claims-parameter.test.ts',
  claims_supported: 'conformance/advertised.test.ts',
  code_challenge_methods_supported: 'conformance/advertised.test.ts',
  device_authorization_endpoint: 'protocol/device/device.test.ts',
  dpop_signing_alg_values_supported: 'conformance/advertised.test.ts',
  end_session_endpoint: 'conformance/logout.test.ts',
  frontchannel_logout_session_supported: 'protocol/logout/frontchannel-logout.test.ts',
  frontchannel_logout_supported: 'protocol/logout/frontchannel-logout.test.ts',
  grant_types_supported: 'conformance/advertised.test.ts',
  id_token_encryption_alg_values_supported: 'provider/encrypted-responses.test.ts',
  id_token_encryption_enc_values_supported: 'provider/encrypted-responses.test.ts',
  id_token_signing_alg_values_supported: 'conformance/advertised.test.ts',
  introspection_encryption_alg_values_supported: 'provider/encrypted-responses.test.ts',
  introspection_encryption_enc_values_supported: 'provider/encrypted-responses.test.ts',
  introspection_endpoint: 'provider/introspection.test.ts',
  introspection_endpoint_auth_methods_supported: 'provider/advertised.test.ts',
  introspection_endpoint_auth_signing_alg_values_supported: 'provider/advertised.test.ts',
  introspection_signing_alg_values_supported: 'provider/signed-responses.test.ts',
  issuer: 'provider/discovery.test.ts',
  jwks_uri: 'provider/discovery.test.ts',
  prompt_values_supported: 'conformance/advertised.test.ts',
  pushed_authorization_request_endpoint: 'provider/requests/pushed-requests.test.ts',
  registration_endpoint: 'protocol/registration/registration.test.ts',
  request_object_encryption_alg_values_supported: 'provider/encrypted-requests.test.ts',
  request_object_encryption_enc_values_supported: 'provider/encrypted-requests.test.ts',
  request_object_signing_alg_values_supported: 'conformance/advertised.test.ts',
  request_parameter_supported: 'provider/requests/request-objects.test.ts',
  request_uri_parameter_supported: 'provider/requests/pushed-requests.test.ts',
  response_modes_supported: 'conformance/advertised.test.ts',
  response_types_supported: 'conformance/advertised.test.ts',
  revocation_endpoint: 'provider/introspection.test.ts',
  revocation_endpoint_auth_methods_supported: 'provider/advertised.test.ts',
  revocation_endpoint_auth_signing_alg_values_supported: 'provider/advertised.test.ts',
  scopes_supported: 'conformance/advertised.test.ts',
  status_list_aggregation_endpoint: 'protocol/status-list/status-list.test.ts',
  subject_types_supported: 'conformance/advertised.test.ts',
  tls_client_certificate_bound_access_tokens: 'provider/binding/mtls.test.ts',
  token_endpoint: 'provider/authorization-code.test.ts',
  token_endpoint_auth_methods_supported: 'provider/advertised.test.ts',
  token_endpoint_auth_signing_alg_values_supported: 'provider/advertised.test.ts',
  ui_locales_supported: 'provider/requests/response-modes.test.ts',
  userinfo_encryption_alg_values_supported: 'provider/encrypted-responses.test.ts',
  userinfo_encryption_enc_values_supported: 'provider/encrypted-responses.test.ts',
  userinfo_endpoint: 'conformance/basic.test.ts',
  userinfo_signing_alg_values_supported: 'conformance/advertised.test.ts',
}

describe('the metadata, with certificates switched on', function () {
  let stage: Stage
  let metadata: Record<string, unknown>

  before(async () => {
    const env = {
      ACCOUNT_SERVER_MTLS_CLIENT_CA: authority.cert,
      ACCOUNT_SERVER_MTLS_CERTIFICATE_HEADER: HEADER,
      ACCOUNT_SERVER_TRUSTED_PROXIES: '127.0.0.1',
    }
    stage = await openStage({ store: 'sqlite', env })
    metadata = (await stage.send({ to: '/.well-known/openid-configuration' })).json()
  })
  after(() => stage?.stop())

  const advertised = (name: string) => metadata[name] as string[]

  async function keyFor(alg: string) {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
    const jwk = { ...(await exportJWK(publicKey)), alg, use: 'sig', kid: alg }
    return { privateKey, jwks: { keys: [jwk] } as ClientInput['jwks'] }
  }

  async function asserted({ clientId }: Party, alg: string, key: CryptoKey | Uint8Array) {
    const client_assertion = await new SignJWT({ jti: randomUUID(), iss: clientId, sub: clientId })
      .setProtectedHeader({ alg })
      .setAudience(stage.issuer)
      .setIssuedAt()
      .setExpirationTime('60s')
      .sign(key)
    return { client_assertion, client_assertion_type: ASSERTION }
  }

  const machine = { grant_types: ['client_credentials' as const], redirect_uris: [] }
  const asked = { grant_type: 'client_credentials', token: 'x' }
  const send = (to: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
    stage.send({ to, form: { ...asked, ...form }, headers })

  /** A request of a client of each method; a public one asks for a code, which it may. */
  const AS: Record<string, (to: string) => Promise<Answer>> = {
    client_secret_basic: async (to) => send(to, {}, (await register(stage, machine)).auth),
    async client_secret_post(to) {
      const app = await register(stage, { ...machine, token_endpoint_auth_method: 'client_secret_post' })
      return await send(to, { client_id: app.clientId, client_secret: app.secret })
    },
    async client_secret_jwt(to) {
      const app = await register(stage, { ...machine, token_endpoint_auth_method: 'client_secret_jwt' })
      return await send(to, await asserted(app, 'HS256', Buffer.from(app.secret)))
    },
    async private_key_jwt(to) {
      const { privateKey, jwks } = await keyFor('ES256')
      const app = await register(stage, { ...machine, token_endpoint_auth_method: 'private_key_jwt', jwks })
      return await send(to, await asserted(app, 'ES256', privateKey))
    },
    async tls_client_auth(to) {
      const subject = {
        token_endpoint_auth_method: 'tls_client_auth' as const,
        tls_client_auth_subject_dn: 'CN=app',
      }
      const { clientId } = await register(stage, { ...machine, ...subject })
      return await send(to, { client_id: clientId }, { [HEADER]: encodeURIComponent(issued.cert) })
    },
    async self_signed_tls_client_auth(to) {
      const jwks = { keys: [jwkOf(single)] } as ClientInput['jwks']
      const method = 'self_signed_tls_client_auth' as const
      const { clientId } = await register(stage, { ...machine, token_endpoint_auth_method: method, jwks })
      return await send(to, { client_id: clientId }, { [HEADER]: encodeURIComponent(single.cert) })
    },
    async none(to) {
      const { clientId } = await register(stage, { token_endpoint_auth_method: 'none' })
      return await send(to, { client_id: clientId, grant_type: 'refresh_token', refresh_token: 'x' })
    },
  }
  const isLetIn = ({ status, text }: Answer) => status === 200 || text.includes('"invalid_grant"')

  for (const [name, to] of ENDPOINTS) {
    it(`names the client authentication methods of ${name} that work there, and no others do`, async () => {
      const methods = advertised(`${name}_endpoint_auth_methods_supported`)
      expect(Object.keys(AS)).to.include.members(methods)
      for (const [method, ask] of Object.entries(AS)) {
        const answer = await ask(to)
        expect(isLetIn(answer), `${method}: ${answer.status} ${answer.text}`).to.equal(
          methods.includes(method),
        )
      }
    })

    it(`names the algorithms of assertions that ${name} verifies`, async () => {
      const algs = advertised(`${name}_endpoint_auth_signing_alg_values_supported`)
      expect(algs).to.include.members(['ES256', 'PS256', 'EdDSA', 'RS256', 'HS256'])
      for (const alg of algs) {
        const shared = alg.startsWith('HS')
        const { privateKey, jwks } = await keyFor(shared ? 'ES256' : alg)
        const method = shared ? 'client_secret_jwt' : 'private_key_jwt'
        const app = await register(stage, {
          ...machine,
          token_endpoint_auth_method: method,
          ...(!shared && { jwks }),
        })
        const answer = await send(to, await asserted(app, alg, shared ? Buffer.from(app.secret) : privateKey))
        expect(answer.status, `${alg}: ${answer.text}`).to.equal(200)
      }
    })
  }

  it('names only fields that a test uses', () => {
    const proven = Object.entries(PROVEN).filter(([, file]) => isMountedFile(file))
    expect(proven.map(([field]) => field)).to.have.members(Object.keys(metadata))
    for (const [field, file] of proven) {
      const path = fileURLToPath(new URL(`../${file}`, import.meta.url))
      // It used a feature that is gone, and went with it.
      if (!isWholeTree() && !existsSync(path)) continue
      expect(
        existsSync(path) && /\bit\(|expect\(/.test(readFileSync(path, 'utf8')),
        `${field}: ${file}`,
      ).to.equal(true)
    }
  })
})
