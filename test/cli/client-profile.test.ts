import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Parts } from '../../src/process/start/parts.ts'
import { embeddedPlace, mistakeOf } from './command-line.ts'

describe('cli client with a profile', () => {
  const place = embeddedPlace()
  place.env['ACCOUNT_SERVER_ID_TOKEN_ALGORITHM'] = 'PS256'
  let server: Parts
  before(async () => {
    server = await place.prepared()
  })
  after(() => place.remove())

  const file = (name: string, content: object) => {
    const path = join(place.folder, name)
    writeFileSync(path, JSON.stringify(content))
    return path
  }
  const keys = () => {
    const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
    return file('keys.json', { keys: [jwk] })
  }
  const bank = ['client', 'create', '--name', 'Bank app', '--redirect-uri', 'https://bank.example.com/cb']

  it('registers everything that the profile demands, also where other clients have another algorithm', async () => {
    const app = await place.json([...bank, '--profile', 'fapi2-message-signing', '--jwks', keys()])
    expect(app).to.deep.include({
      profile: 'fapi2-message-signing',
      token_endpoint_auth_method: 'private_key_jwt',
      id_token_signed_response_alg: 'ES256',
      require_pushed_authorization_requests: true,
      require_signed_request_object: true,
      dpop_bound_access_tokens: true,
      response_modes: ['jwt'],
    })
    expect(app).not.to.have.property('client_secret')
    const plain = await place.json(bank)
    expect(plain).to.include({ profile: 'default', id_token_signed_response_alg: 'PS256' })
    const named = await place.json([...bank, '--id-token-alg', 'EdDSA'])
    expect(named).to.include({ id_token_signed_response_alg: 'EdDSA' })
    expect((await mistakeOf(server, [...bank, '--id-token-alg', 'HS256'])).error_description).to.match(
      /--id-token-alg takes ES256, RS256, PS256, EdDSA/,
    )
  })

  it('refuses what the profile forbids, at a change too, naming the rule', async () => {
    const wrong = [...bank, '--profile', 'fapi2-security', '--auth-method', 'client_secret_basic']
    expect((await mistakeOf(server, wrong)).error_description).to.match(
      /FAPI 2\.0 Security Profile §5\.3\.2\.1-6/,
    )
    const { client_id: id } = await place.json([...bank, '--profile', 'fapi2-security', '--jwks', keys()])
    const loose = file('loose.json', { dpop_bound_access_tokens: false })
    expect(
      (await mistakeOf(server, ['client', 'update', id, '--metadata', loose])).error_description,
    ).to.match(/§5\.3\.2\.1-4/)
    const other = file('other.json', { profile: 'default', require_pushed_authorization_requests: false })
    const changed = await place.json(['client', 'update', id, '--metadata', other])
    expect(changed).to.include({ profile: 'default', require_pushed_authorization_requests: false })
  })

  it('refuses certificates where nothing can bring one', async () => {
    const asked = [...bank, '--profile', 'fapi2-security', '--auth-method', 'tls_client_auth']
    const named = file('named.json', { tls_client_auth_subject_dn: 'CN=bank' })
    expect((await mistakeOf(server, [...asked, '--metadata', named])).error_description).to.match(
      /token_endpoint_auth_method/,
    )
  })
})
