import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { findClientWithSecret } from '../../src/clients/clients.ts'
import { compareClientSecret, secretForLibrary } from '../../src/clients/client-secret.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { embeddedPlace } from '../cli/command-line.ts'

const SECRET = 'Zx81kQ0mN4bV7cX2aS9dF6gH3jK5lP0o'

const REALM = {
  realm: 'example',
  groups: [{ name: 'staff' }],
  clients: [
    { clientId: 'account', protocol: 'openid-connect' },
    {
      clientId: 'shop',
      name: 'The shop',
      rootUrl: 'https://shop.example',
      baseUrl: '/home',
      secret: SECRET,
      redirectUris: ['/back', 'https://shop.example/*'],
      webOrigins: ['+', 'https://*.shop.example'],
      directAccessGrantsEnabled: true,
      serviceAccountsEnabled: true,
      attributes: {
        'post.logout.redirect.uris': '+##https://shop.example/bye##/bye/*',
        'backchannel.logout.url': 'https://shop.example/ended',
        'pkce.code.challenge.method': 'S256',
      },
      protocolMappers: [{ name: 'department' }],
    },
    {
      clientId: 'spa',
      publicClient: true,
      redirectUris: ['https://spa.example/'],
      consentRequired: true,
      enabled: false,
    },
    {
      clientId: 'masked',
      secret: '**********',
      redirectUris: ['https://masked.example/'],
      consentRequired: true,
    },
    { clientId: 'weak', secret: 'secret', redirectUris: ['https://weak.example/'], consentRequired: true },
    { clientId: 'wild', secret: SECRET, redirectUris: ['*'] },
    { clientId: 'old', protocol: 'saml' },
    { clientId: 'api', bearerOnly: true },
    {
      clientId: 'signed',
      clientAuthenticatorType: 'client-jwt',
      redirectUris: ['https://signed.example/'],
      consentRequired: true,
      attributes: { 'use.jwks.url': 'true', 'jwks.url': 'https://signed.example/jwks' },
    },
  ],
  users: [{ id: 'u1', username: 'ada', email: 'ada@example.com' }],
}

const AUTH0 = [
  {
    client_id: 'AUTH0client00000000000000000000a',
    name: 'Auth0 app',
    client_secret: SECRET,
    callbacks: ['https://a.example/back', 'https://*.a.example/back'],
    allowed_logout_urls: ['https://a.example/', 'https://*.a.example/'],
    web_origins: ['https://*.a.example'],
    grant_types: [
      'authorization_code',
      'refresh_token',
      'implicit',
      'http://auth0.com/oauth/grant-type/mfa-otp',
    ],
    token_endpoint_auth_method: 'client_secret_post',
    is_first_party: true,
    jwt_configuration: { alg: 'HS256' },
  },
  { client_id: 'all', name: 'All Applications', global: true },
]

const LOGTO = [
  {
    id: 'logtoapp000000000001',
    name: 'Logto app',
    secret: SECRET,
    type: 'Traditional',
    oidc_client_metadata: { redirectUris: ['https://l.example/back'], postLogoutRedirectUris: [] },
    custom_client_metadata: { corsAllowedOrigins: [] },
    is_third_party: true,
  },
  {
    id: 'logtospa000000000001',
    name: 'Logto page',
    secret: SECRET,
    type: 'SPA',
    oidcClientMetadata: { redirectUris: ['https://p.example/'] },
    customClientMetadata: { corsAllowedOrigins: ['https://p.example', '*'] },
    isThirdParty: false,
  },
  { id: 'person000001', primary_email: 'logto@example.com', username: 'logto' },
]

describe('Apps of other systems', () => {
  const place = embeddedPlace()
  let parts: Parts

  before(async () => {
    parts = await place.prepared()
  })
  after(place.remove)

  async function imported(format: string, content: unknown, more: string[] = []) {
    const file = join(place.folder, format)
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
    return await place.json(['import', file, '--format', format, ...more])
  }

  async function secretFits(clientId: string): Promise<boolean> {
    const { secret } = (await findClientWithSecret(parts.db, clientId))!
    return compareClientSecret(secretForLibrary(parts.sealer, clientId, secret), SECRET)
  }
  const metadataOf = async (id: string) => (await findClientWithSecret(parts.db, id))?.client.metadata

  it('come with a Keycloak realm, and what cannot come is listed [A15]', async () => {
    const dry = await imported('keycloak', REALM, ['--dry-run'])
    expect(await parts.db('clients').pluck('clientId')).to.eql([])
    const report = await imported('keycloak', REALM)
    expect({ ...report, dry_run: true }).to.eql(dry)
    expect(report).to.include({ imported: 1, refused: 4 })
    expect(report['others']).to.eql({
      clients: { imported: 5, already_here: 0, refused: 4 },
      groups: { imported: 1, already_here: 0, refused: 0 },
    })
    expect(report['refused_by']).to.eql({
      client_built_in: 1,
      invalid_redirect_uri: 1,
      client_protocol: 1,
      client_bearer_only: 1,
    })
    expect(report['left_out']).to.eql({
      'redirect https://shop.example/*': 1,
      'logout redirect https://shop.example/bye/*': 1,
      'origin https://*.shop.example': 1,
      'grant password': 1,
      'no consent page': 1,
      'mapper department': 1,
      client_secret: 2,
    })
    const shop = await metadataOf('shop')
    expect(shop).to.deep.include({
      client_name: 'The shop',
      client_uri: 'https://shop.example/home',
      redirect_uris: ['https://shop.example/back'],
      post_logout_redirect_uris: ['https://shop.example/back', 'https://shop.example/bye'],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: 'RS256',
      backchannel_logout_uri: 'https://shop.example/ended',
      cors_origins: ['https://shop.example'],
      require_pkce: true,
      first_party: false,
    })
    expect(await secretFits('shop')).to.equal(true)
    expect(await secretFits('weak')).to.equal(false)
    expect(await metadataOf('signed')).to.include({ jwks_uri: 'https://signed.example/jwks' })
    const spa = (await findClientWithSecret(parts.db, 'spa'))?.client
    expect(spa?.metadata.token_endpoint_auth_method).to.equal('none')
    expect(spa?.disabledAtMs).to.be.a('number')
    const kept = readFileSync(`${join(place.folder, 'keycloak')}.refused.ndjson`, 'utf8')
    expect(kept).to.contain('"code":"mapper department"')
  })

  it('are not touched by a second run', async () => {
    const before = await parts.db('clients').orderBy('clientId')
    const report = await imported('keycloak', REALM)
    expect(report['others']).to.eql({
      clients: { imported: 0, already_here: 5, refused: 4 },
      groups: { imported: 0, already_here: 1, refused: 0 },
    })
    expect(await parts.db('clients').orderBy('clientId')).to.eql(before)
  })

  it('come from the list of Auth0', async () => {
    const report = await imported('auth0', AUTH0)
    expect(report['others']).to.eql({ clients: { imported: 1, already_here: 0, refused: 1 } })
    expect(report['left_out']).to.eql({
      'redirect https://*.a.example/back': 1,
      'logout redirect https://*.a.example/': 1,
      'origin https://*.a.example': 1,
      'grant implicit': 1,
      'grant http://auth0.com/oauth/grant-type/mfa-otp': 1,
      'alg HS256': 1,
      'no consent page': 1,
    })
    const id = AUTH0[0]!.client_id
    expect(await metadataOf(id)).to.deep.include({
      redirect_uris: ['https://a.example/back'],
      token_endpoint_auth_method: 'client_secret_post',
    })
    expect(await secretFits(id)).to.equal(true)
  })

  it('come from the tables of Logto, beside people', async () => {
    const report = await imported('logto', LOGTO)
    expect(report).to.include({ imported: 1, refused: 0 })
    expect(report['others']).to.eql({ clients: { imported: 2, already_here: 0, refused: 0 } })
    expect(report['left_out']).to.eql({ 'origin *': 1, 'no consent page': 1 })
    expect(await secretFits('logtoapp000000000001')).to.equal(true)
    expect(await metadataOf('logtospa000000000001')).to.deep.include({
      token_endpoint_auth_method: 'none',
      cors_origins: ['https://p.example'],
    })
  })

  it('are refused where an app with the id was registered meanwhile, and the import goes on', async () => {
    const columns = Object.keys(await parts.db('clients').columnInfo()).map(snake)
    const row = `insert into clients (${columns.join()}) values (${columns.map((name) => `new.${name}`).join()})`
    const trigger = `before insert on clients when new.client_id = 'late' begin ${row}; end`
    await parts.db.raw(`create trigger registered_meanwhile ${trigger}`)
    try {
      const apps = ['late', 'next'].map((id) => ({
        client_id: id,
        name: id,
        callbacks: ['https://n.example/'],
      }))
      const report = await imported('auth0', apps)
      expect(report['others']).to.eql({ clients: { imported: 1, already_here: 0, refused: 1 } })
      expect(report['refused_by']).to.eql({ taken_here: 1 })
    } finally {
      await parts.db.raw('drop trigger registered_meanwhile')
    }
  })
})

function snake(column: string): string {
  return column.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
