import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { AppError } from '../../../src/platform/errors.ts'
import { parseClientMetadata } from '../../../src/clients/client-rules.ts'
import type { ClientInput } from '../../../src/clients/client-metadata.ts'

const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
const keys = (...jwks: object[]) => ({ keys: jwks }) as ClientInput['jwks']
const rsaKey = (modulusLength: number, more = {}) =>
  keys({ ...generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' }), ...more })

const app: ClientInput = {
  client_name: 'Bank app',
  redirect_uris: ['https://app.example.com/callback'],
  jwks: keys({ ...ecKey, alg: 'ES256' }),
  profile: 'fapi2-security',
}
const signing: ClientInput = { ...app, profile: 'fapi2-message-signing' }

function refusal(input: ClientInput): string {
  try {
    parseClientMetadata(input)
  } catch (error) {
    if (error instanceof AppError) return error.message
    throw error
  }
  throw new Error('was accepted')
}

describe('the profile of a client', () => {
  it('fapi2-security sets what FAPI 2.0 demands', () => {
    expect(parseClientMetadata(app)).to.deep.include({
      profile: 'fapi2-security',
      token_endpoint_auth_method: 'private_key_jwt',
      require_pushed_authorization_requests: true,
      dpop_bound_access_tokens: true,
      id_token_signed_response_alg: 'ES256',
      authorization_signed_response_alg: 'ES256',
    })
  })

  it('fapi2-security binds by a certificate instead where that is asked for', () => {
    const client = parseClientMetadata({ ...app, tls_client_certificate_bound_access_tokens: true })
    expect(client).to.include({
      dpop_bound_access_tokens: false,
      tls_client_certificate_bound_access_tokens: true,
    })
  })

  it('fapi2-message-signing adds signed requests and answers', () => {
    expect(parseClientMetadata(signing)).to.deep.include({
      token_endpoint_auth_method: 'private_key_jwt',
      require_pushed_authorization_requests: true,
      require_signed_request_object: true,
      response_modes: ['jwt'],
      introspection_signed_response_alg: 'ES256',
    })
  })

  it('default sets nothing', () => {
    const client = parseClientMetadata({ ...app, jwks: undefined, profile: 'default' })
    expect(client.token_endpoint_auth_method).to.equal('client_secret_basic')
    expect(client).not.to.have.any.keys('require_pushed_authorization_requests', 'dpop_bound_access_tokens')
  })

  const FORBIDDEN: [string, RegExp, Partial<ClientInput>][] = [
    ['a public client', /§5\.3\.2\.1-3/, { token_endpoint_auth_method: 'none' }],
    ['tokens without binding', /§5\.3\.2\.1-4/, { dpop_bound_access_tokens: false }],
    ['a client secret', /§5\.3\.2\.1-6/, { token_endpoint_auth_method: 'client_secret_basic' }],
    ['a signed client secret', /§5\.3\.2\.1-6/, { token_endpoint_auth_method: 'client_secret_jwt' }],
    ['requests in the front channel', /§5\.3\.2\.2-3/, { require_pushed_authorization_requests: false }],
    ['a redirect without TLS', /§5\.3\.2\.2-8/, { redirect_uris: ['http://localhost:5000/callback'] }],
    ['a redirect to a custom scheme', /§5\.3\.2\.2-8/, { redirect_uris: ['com.example.app:/callback'] }],
    [
      'ID tokens by RS256',
      /§5\.4\.1-1.*id_token|id_token.*§5\.4\.1-1/,
      { id_token_signed_response_alg: 'RS256' },
    ],
    ['userinfo by RS256', /§5\.4\.1-1/, { userinfo_signed_response_alg: 'RS256' }],
    [
      'assertions by RS256',
      /§5\.4\.1-1/,
      { token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'RS256' },
    ],
    ['requests by ES384', /§5\.4\.1-1/, { request_object_signing_alg: 'ES384' }],
    ['a key for RS256', /§5\.4\.1-1/, { jwks: rsaKey(2048, { alg: 'RS256' }) }],
    ['an RSA key of 1024 bits', /§5\.4\.1-2/, { jwks: rsaKey(1024) }],
    ['keys fetched without TLS', /§5\.2\.2/, { jwks: undefined, jwks_uri: 'http://app.example.com/jwks' }],
    [
      'CIBA without signed requests',
      /FAPI-CIBA/,
      {
        grant_types: ['urn:openid:params:grant-type:ciba'],
        redirect_uris: [],
        backchannel_token_delivery_mode: 'poll',
      },
    ],
  ]
  for (const [what, rule, more] of FORBIDDEN)
    it(`refuses ${what} for FAPI, naming the rule, and takes it by default [S-1.93]`, () => {
      expect(refusal({ ...app, ...more }))
        .to.match(/FAPI/)
        .and.match(rule)
      expect(refusal({ ...signing, ...more })).to.match(rule)
      parseClientMetadata({ ...app, ...more, profile: 'default' })
    })

  const UNSIGNED: [string, RegExp, Partial<ClientInput>][] = [
    ['unsigned requests', /Message Signing §5\.3\.1/, { require_signed_request_object: false }],
    ['unsigned answers', /Message Signing §5\.4\.1/, { response_modes: ['jwt', 'query'] }],
    [
      'requests without keys to verify them',
      /Message Signing §5\.3\.1/,
      { jwks: undefined, token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_subject_dn: 'CN=a' },
    ],
  ]
  for (const [what, rule, more] of UNSIGNED)
    it(`refuses ${what} for message signing, and takes them for fapi2-security`, () => {
      expect(refusal({ ...signing, ...more })).to.match(rule)
      parseClientMetadata({ ...app, ...more })
    })

  it('takes RSA keys of 2048 bits, PS256 and EdDSA', () => {
    parseClientMetadata({ ...app, jwks: rsaKey(2048, { alg: 'PS256' }) })
    parseClientMetadata({ ...app, jwks: rsaKey(3072) })
    parseClientMetadata({ ...app, id_token_signed_response_alg: 'PS256' })
    parseClientMetadata({ ...app, id_token_signed_response_alg: 'EdDSA' })
  })

  it('names every broken rule at once', () => {
    const message = refusal({
      ...app,
      token_endpoint_auth_method: 'none',
      id_token_signed_response_alg: 'RS256',
      dpop_bound_access_tokens: false,
    })
    for (const rule of ['§5.3.2.1-3', '§5.3.2.1-4', '§5.4.1-1']) expect(message, rule).to.contain(rule)
  })

  it('cannot be taken on by a client that does not keep its rules', () => {
    const before = parseClientMetadata({ ...app, profile: 'default', jwks: undefined })
    expect(refusal({ ...before, profile: 'fapi2-security' })).to.match(/§5\.3\.2\.1-6/)
  })
})
