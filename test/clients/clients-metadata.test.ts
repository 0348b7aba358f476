import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { AppError } from '../../src/platform/errors.ts'
import { parseClientMetadata } from '../../src/clients/client-rules.ts'
import type { ClientInput } from '../../src/clients/client-metadata.ts'

const app: ClientInput = { client_name: 'App', redirect_uris: ['https://app.example.com/callback'] }

const PUBLIC_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })

function refusal(input: unknown): AppError {
  try {
    parseClientMetadata(input)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('was accepted')
}

describe('client metadata', () => {
  it('is completed with safe defaults', () => {
    expect(parseClientMetadata(app)).to.deep.include({
      application_type: 'web',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scope: 'openid profile email groups roles offline_access',
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: 'RS256',
      first_party: false,
      profile: 'default',
      allowed_resources: [],
    })
  })

  it('gives a client of client_credentials alone no scopes, redirects or response types', () => {
    const client = parseClientMetadata({ client_name: 'Job', grant_types: ['client_credentials'] })
    expect(client).to.deep.include({ scope: '', redirect_uris: [], response_types: [] })
  })

  it('takes an app that uses a custom scheme or a port-less loopback address for a native one', () => {
    const typeFor = (uri: string) => parseClientMetadata({ ...app, redirect_uris: [uri] }).application_type
    expect(typeFor('com.example.app:/callback')).to.equal('native')
    expect(typeFor('http://127.0.0.1/callback')).to.equal('native')
    expect(typeFor('http://[::1]/callback')).to.equal('native')
    expect(typeFor('http://localhost:5173/callback')).to.equal('web')
  })

  it('takes a scheme without a dot only for an MCP client', () => {
    const cursor = { ...app, redirect_uris: ['cursor://anysphere.cursor-mcp/oauth/callback'] }
    expect(refusal(cursor).message).to.match(/reversed domain name/)
    expect(parseClientMetadata({ ...cursor, profile: 'mcp' }).application_type).to.equal('native')
  })

  const faults: [string, RegExp, Partial<ClientInput>?][] = [
    ['/callback', /not an absolute URI/],
    ['app.example.com/callback', /not an absolute URI/],
    ['https://app.example.com/cb#top', /fragment/],
    ['https://app.example.com/cb#', /fragment/],
    ['http://app.example.com/cb', /http is taken only for localhost/],
    ['http://127.0.0.1.example.com/cb', /http is taken only for localhost/],
    ['http://127.0.0.2:80/cb', /http is taken only for localhost/],
    ['https://*.example.com/cb', /wildcards/],
    ['https://user:pass@app.example.com/cb', /user name or password/],
    ['https://app.example.com@evil.example/cb', /user name or password/],
    ['https://app.example.com/a b', /spaces/],
    ['https://app.example.com\\@evil.example', /backslashes/],
    ['https://app.example.com/\u0000', /plain ASCII/],
    ['https://éxample.com/', /plain ASCII/],
    ['javascript:alert(1)', /scheme javascript: is not allowed/],
    ['javascript:alert(1)', /scheme javascript: is not allowed/, { application_type: 'native' }],
    ['data:text/html,x', /scheme data: is not allowed/],
    ['com.example.app:/cb', /needs application_type native/, { application_type: 'web' }],
    ['myapp:/cb', /reversed domain name/],
    ['https://localhost/cb', /native application uses http/, { application_type: 'native' }],
    [`https://app.example.com/${'x'.repeat(2000)}`, /2000 characters/],
  ]
  for (const [uri, message, more] of faults) {
    const shown = uri.length > 60 ? `${uri.slice(0, 60)}…` : JSON.stringify(uri)
    it(`refuses the redirect address ${shown}${more ? ` of a ${more.application_type} client` : ''}`, () => {
      const redirect = refusal({ ...app, ...more, redirect_uris: ['https://app.example.com/ok', uri] })
      expect(redirect).to.include({ code: 'invalid_redirect_uri', status: 400 })
      expect(redirect.message).to.match(message).and.contain('redirect_uris.1')
      // What could hold a password is masked.
      expect(redirect.message).to.contain(uri.includes('@') || uri.length > 200 ? '' : uri)
      expect(redirect.message).to.not.contain('user:pass')
      expect(redirect.message).not.to.contain('redirect_uris.0')

      const logout = refusal({
        ...app,
        application_type: 'web',
        ...more,
        ...(uri === 'myapp:/cb' && { application_type: 'native' }),
        post_logout_redirect_uris: [uri],
      })
      expect(logout.message).to.match(message)
    })
  }

  it('names every mistake at once', () => {
    const { code, message } = refusal({
      client_name: '',
      redirect_uris: ['nonsense', 'http://evil.example/'],
      colour: 'blue',
      grant_types: ['password'],
      token_endpoint_auth_method: 'tls',
      scope: 'a"b',
    })
    expect(code).to.equal('invalid_client_metadata')
    expect(message)
      .to.match(/client_name/)
      .and.match(/colour/)
      .and.match(/scope:/)
    expect(message).to.match(/grant_types.0: takes authorization_code, refresh_token, .*; got "password"/)
    expect(message).to.match(/token_endpoint_auth_method: takes client_secret_basic, .*; got "tls"/)
  })

  const contradictions: [string, Partial<ClientInput>, RegExp][] = [
    ['a code client without a redirect address', { redirect_uris: [] }, /at least one is needed/],
    ['a public client with client_credentials', publicJob(), /needs a client that authenticates/],
    ['refresh_token alone', { grant_types: ['refresh_token'] }, /only beside authorization_code/],
    ['a response type without its grant', jobWithCode(), /response_types/],
    ['private_key_jwt without keys', { token_endpoint_auth_method: 'private_key_jwt' }, /jwks or jwks_uri/],
    ['a private key', withKey({ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' }), /must be a public key/],
    ['a symmetric key', withKey({ kty: 'oct', k: 'x' }), /takes public EC, RSA and OKP keys/],
    ['half a key', withKey({ kty: 'EC', crv: 'P-256', x: 'x' }), /not a complete public key/],
    ['an http initiate_login_uri', { initiate_login_uri: 'http://app.example.com/' }, /https address/],
    ['a script as client_uri', { client_uri: 'javascript:alert(1)' }, /not allowed/],
    ['a resource with a fragment', { allowed_resources: ['https://api.example.com/#x'] }, /fragment/],
    ['an address with a path as origin', { cors_origins: ['https://app.example.com/x'] }, /origin alone/],
    ['a plain http origin', { cors_origins: ['http://app.example.com'] }, /only for loopback/],
    ['a front-channel logout script', { frontchannel_logout_uri: 'javascript:x()' }, /not allowed/],
    [
      'a front-channel logout address of another host',
      { frontchannel_logout_uri: 'https://other.example.com/out' },
      /one of the redirect_uris/,
    ],
    [
      'a logout address with a fragment',
      { backchannel_logout_uri: 'https://app.example.com/#x' },
      /fragment/,
    ],
    ['an http sector_identifier_uri', { sector_identifier_uri: 'http://app.example.com/' }, /https address/],
    ['tls_client_auth without a name', { token_endpoint_auth_method: 'tls_client_auth' }, /needs one of/],
    ['a certificate name without tls_client_auth', { tls_client_auth_san_dns: 'a.example' }, /only with/],
    [
      'an algorithm without an assertion',
      { token_endpoint_auth_signing_alg: 'ES256' },
      /only with private_key/,
    ],
    ['a MAC for a private key', withKey(PUBLIC_KEY, { token_endpoint_auth_signing_alg: 'HS256' }), /go with/],
    ['encryption without a key', { userinfo_encrypted_response_alg: 'ECDH-ES' }, /public keys/],
    ['a content encryption alone', { id_token_encrypted_response_enc: 'A128GCM' }, /needs id_token_enc/],
    ['a signed request without a key', { request_object_signing_alg: 'ES256' }, /public keys/],
    ['two bindings', bothBindings(), /DPoP or by a certificate/],
    ['CIBA without a delivery', { grant_types: ['urn:openid:params:grant-type:ciba'] }, /poll or ping/],
    [
      'a device whose people have pairwise subjects of no sector',
      {
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
        subject_type: 'pairwise',
        redirect_uris: [],
      },
      /jwks_uri: pairwise subjects of the CIBA and device grants/,
    ],
    [
      'pairwise subjects of a sector that nobody proves to be of',
      {
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
        subject_type: 'pairwise',
        redirect_uris: [],
        jwks_uri: 'https://app.example.com/jwks',
      },
      /takes private_key_jwt or self_signed_tls_client_auth/,
    ],
    [
      'pairwise subjects with redirects and behind the scenes, of no named sector',
      {
        grant_types: ['authorization_code', 'urn:openid:params:grant-type:ciba'],
        subject_type: 'pairwise',
        backchannel_token_delivery_mode: 'poll',
        jwks_uri: 'https://app.example.com/jwks',
      },
      /sector_identifier_uri: is needed/,
    ],
  ]
  for (const [title, more, message] of contradictions) {
    it(`refuses ${title}`, () => {
      expect(refusal({ ...app, ...more }).message).to.match(message)
    })
  }

  it('refuses what is not an object', () => {
    for (const input of [undefined, null, 'x', 5, []])
      expect(refusal(input).status, JSON.stringify(input)).to.equal(400)
  })
})

function publicJob(): Partial<ClientInput> {
  return { token_endpoint_auth_method: 'none', grant_types: ['client_credentials'] }
}

function jobWithCode(): Partial<ClientInput> {
  return { grant_types: ['client_credentials'], response_types: ['code'] }
}

function bothBindings(): Partial<ClientInput> {
  return { dpop_bound_access_tokens: true, tls_client_certificate_bound_access_tokens: true }
}

function withKey(key: object, more: Partial<ClientInput> = {}): Partial<ClientInput> {
  const jwks = { keys: [key] } as ClientInput['jwks']
  return { token_endpoint_auth_method: 'private_key_jwt', jwks, ...more }
}
