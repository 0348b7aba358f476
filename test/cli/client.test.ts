import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { findClientWithSecret } from '../../src/clients/clients.ts'
import { compareClientSecret, secretForLibrary } from '../../src/clients/client-secret.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { embeddedPlace, mistakeOf, PLACES } from './command-line.ts'
import type { Place } from './command-line.ts'

for (const [name, openPlace] of Object.entries(PLACES)) {
  describe(`cli client and resource on ${name}`, () => {
    let place: Place
    let server: Parts
    before(async () => {
      place = await openPlace()
      server = await place.prepared()
    })
    after(() => place.remove())

    it('disables, enables, rotates and deletes, and a running server hears of each within a second or so', async () => {
      const { client_id: id, client_secret: old } = await place.json([
        'client',
        'create',
        '--name',
        'Y',
        '--redirect-uri',
        'https://y.example.com/cb',
      ])
      let heard = 0
      server.feed.on('clients', () => void (heard += 1))
      await server.feed.check()
      const hears = async (args: string[]) => {
        const before = heard
        const answer = await place.json(args)
        await server.feed.check()
        expect(heard, args.join(' ')).to.equal(before + 1)
        return answer
      }
      expect(await hears(['client', 'disable', id])).to.include({ disabled: true })
      expect(await hears(['client', 'enable', id])).to.include({ disabled: false })
      const rotated = await hears(['client', 'rotate-secret', id])
      expect(rotated.client_secret).to.be.a('string').and.not.to.equal(old)
      expect(await opens(server, id, old)).to.equal(false)
      expect(await opens(server, id, rotated.client_secret)).to.equal(true)
      expect(await hears(['client', 'delete', id])).to.eql({ client_id: id, client_name: 'Y', deleted: true })
      expect((await mistakeOf(server, ['client', 'rotate-secret', id])).error).to.equal('client_not_found')
    })

    it('prints only its one object, even when the library has warnings', async () => {
      const env = { ACCOUNT_SERVER_CLIENT_ID_DOCUMENTS: 'any', ACCOUNT_SERVER_CLIENT_REGISTRATION: 'open' }
      const args = ['client', 'create', '--name', 'Z', '--grant-type', 'client_credentials', '--json']
      const made = await place.cli(args, { env })
      expect(made.stderr).to.equal('')
      expect(made.stdout).to.match(/^\{.*\}\n$/)
    })

    it('registers resource servers, each with the client it introspects with', async () => {
      const made = await place.json(
        ['resource', 'create', '--identifier', 'https://api.example.com/', '--name', 'Ledger'].concat([
          '--scope',
          'ledger:read ledger:transfer',
        ]),
      )
      expect(made).to.include({ scope: 'ledger:read ledger:transfer', access_token_format: 'opaque' })
      expect(await opens(server, made.client_id, made.client_secret)).to.equal(true)
      const { client_secret: _, ...known } = made
      const [shown, listed, again, format, openid, ofClient] = await Promise.all([
        place.json(['resource', 'show', 'https://api.example.com/']),
        place.json(['resource', 'list']),
        mistakeOf(server, ['resource', 'create', '--identifier', 'https://api.example.com/', '--scope', 'a']),
        mistakeOf(server, [
          'resource',
          'create',
          '--identifier',
          'https://b/',
          '--scope',
          'a',
          '--format',
          'xml',
        ]),
        mistakeOf(server, ['resource', 'create', '--identifier', 'https://b/', '--scope', 'openid']),
        mistakeOf(server, ['client', 'delete', made.client_id]),
      ])
      expect(shown).to.eql(known)
      const { warnings: _warnings, ...inList } = known
      expect(listed).to.eql({ resources: [inList] })
      expect(again.error).to.equal('resource_exists')
      expect(format.error_description).to.equal('--format takes opaque or jwt')
      expect(openid.error).to.equal('invalid_resource')
      expect(ofClient.error_description).to.contain('the resource server https://api.example.com/')

      const deleted = await place.json(['resource', 'delete', 'https://api.example.com/'])
      expect(deleted).to.eql({ identifier: 'https://api.example.com/', deleted: true })
      const gone = await mistakeOf(server, ['client', 'show', made.client_id])
      expect(gone.error).to.equal('client_not_found')
    })
  })
}

describe('cli client', () => {
  const place = embeddedPlace()
  let server: Parts

  before(async () => {
    server = await place.prepared()
  })
  after(() => place.remove())

  it('refuses scopes with commas, and identifiers that no app can use', async () => {
    const commas = await mistakeOf(
      server,
      'client create --name App --redirect-uri https://app.example.com/callback --scope openid,profile'.split(
        ' ',
      ),
    )
    expect(commas.error).to.equal('invalid_client_metadata')
    expect(commas.error_description).to.contain('scope: separate scopes by spaces, not by commas')
    const faults: [identifier: string, words: RegExp][] = [
      ['ftp://x', /"ftp:\/\/x": must be an https address/],
      ['http://api.example.com/', /http is taken only for localhost/],
      ['https://api.example.com/#top', /must not have a fragment/],
      ['api', /is not an absolute URI/],
    ]
    for (const [identifier, words] of faults) {
      const given = ['resource', 'create', '--identifier', identifier, '--scope', 'ledger:read']
      expect((await mistakeOf(server, given)).error_description, identifier).to.match(words)
    }
    const both = ['resource', 'create', '--identifier', 'https://b.example/', '--scope', 'a,b']
    expect((await mistakeOf(server, both)).error_description).to.contain('by spaces')
  })

  it('registers an app and answers its metadata with the secret, once', async () => {
    const app = await place.json(
      [
        'client',
        'create',
        '--name',
        'My app',
        '--first-party',
        '--resource',
        'https://api.example.com/',
      ].concat([
        '--redirect-uri',
        'https://app.example.com/callback',
        '--redirect-uri',
        'https://app.example.com/other',
        '--post-logout-redirect-uri',
        'https://app.example.com/',
        '--scope',
        'openid email ledger:read',
      ]),
    )
    expect(app).to.include({
      client_name: 'My app',
      first_party: true,
      scope: 'openid email ledger:read',
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: 'RS256',
      client_secret_expires_at: 0,
    })
    expect(app.redirect_uris).to.have.length(2)
    expect(app.allowed_resources).to.eql(['https://api.example.com/'])
    expect(await opens(server, app.client_id, app.client_secret)).to.equal(true)

    const [shown, listed, text] = await Promise.all([
      place.json(['client', 'show', app.client_id]),
      place.json(['client', 'list']),
      place.text(['client', 'show', app.client_id]),
    ])
    const { client_secret, client_secret_expires_at: _, ...rest } = app
    expect(shown).to.eql({ ...rest, disabled: false })
    expect(listed.clients).to.eql([shown])
    expect(text).to.contain('https://app.example.com/other').and.not.to.contain(client_secret)
    expect(await place.text(['client', 'list'])).not.to.contain('More')
  })

  it('registers public apps, machines and apps with keys of their own', async () => {
    const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
    const file = join(place.folder, 'keys.json')
    writeFileSync(file, JSON.stringify({ keys: [jwk] }))
    const [phone, machine, signer] = await Promise.all([
      place.json([
        'client',
        'create',
        '--name',
        'Phone',
        '--public',
        '--redirect-uri',
        'com.example.app:/cb',
      ]),
      place.json(['client', 'create', '--name', 'Job', '--grant-type', 'client_credentials']),
      place.json(
        ['client', 'create', '--name', 'Signer', '--auth-method', 'private_key_jwt', '--jwks', file].concat([
          '--grant-type',
          'client_credentials',
        ]),
      ),
    ])
    expect(phone).to.include({ token_endpoint_auth_method: 'none', application_type: 'native' })
    expect(phone).not.to.have.property('client_secret')
    expect(machine.grant_types).to.eql(['client_credentials'])
    expect(signer.jwks.keys).to.eql([jwk])
    expect(signer).not.to.have.property('client_secret')
  })

  it('says where a list goes on, and reads as far as it is asked to', async () => {
    const page = (...args: string[]) => place.text(['client', 'list', '--limit', '1', ...args])
    const { clients } = await place.json(['client', 'list'])
    expect(clients.length).to.be.greaterThan(2)
    expect(await page()).to.match(/\nMore: --offset 1$/)
    const second = await page('--offset', '1')
    expect(second)
      .to.contain(clients[1]!.client_id)
      .and.match(/\nMore: --offset 2$/)
    expect(await page('--offset', String(clients.length - 1))).not.to.contain('More')
    expect(await page('--offset', '20000')).to.equal('No clients.')
  })

  it('refuses what cannot be registered and says why', async () => {
    const file = join(place.folder, 'private.json')
    writeFileSync(file, JSON.stringify({ keys: [{ kty: 'EC', crv: 'P-256', d: 'hunter2' }] }))
    const broken = join(place.folder, 'broken.json')
    writeFileSync(broken, '{"keys": hunter2')
    const create = (...more: string[]) => mistakeOf(server, ['client', 'create', '--name', 'X', ...more])
    const app = ['--redirect-uri', 'https://app.example.com/cb']
    const [http, none, method, grant, both, priv, noJson, unknown] = await Promise.all([
      create('--redirect-uri', 'http://app.example.com/cb'),
      create(),
      create('--auth-method', 'magic', ...app),
      create('--grant-type', 'password', ...app),
      create('--public', '--auth-method', 'client_secret_post', ...app),
      create('--jwks', file, '--auth-method', 'private_key_jwt', ...app),
      create('--jwks', broken, ...app),
      mistakeOf(server, ['client', 'show', 'nothing']),
    ])
    expect(http.error).to.equal('invalid_redirect_uri')
    expect(http.error_description).to.contain('use https')
    expect(none.error_description).to.contain('at least one is needed')
    expect(method.error_description).to.contain('--auth-method takes client_secret_basic')
    expect(grant.error_description).to.contain('--grant-type takes authorization_code')
    expect(both.error_description).to.contain('--public')
    expect(priv.error_description).to.contain('must be a public key')
    expect(noJson.error_description).to.match(/broken\.json is not JSON$/)
    expect(unknown.error).to.equal('client_not_found')
    expect(JSON.stringify([priv, noJson])).not.to.contain('hunter2')
  })
})

async function opens({ db, sealer }: Parts, clientId: string, secret: string): Promise<boolean> {
  const found = await findClientWithSecret(db, clientId)
  return compareClientSecret(secretForLibrary(sealer, clientId, found!.secret), secret)
}
