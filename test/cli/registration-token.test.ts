import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { compareClientSecret, secretForLibrary } from '../../src/clients/client-secret.ts'
import { findClientWithSecret } from '../../src/clients/clients.ts'
import { findUsableToken } from '../../src/protocol/registration/initial-access-tokens.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { embeddedPlace, mistakeOf } from './command-line.ts'

describe('cli registration-token and client metadata', () => {
  const place = embeddedPlace()
  let server: Parts

  before(async () => {
    server = await place.prepared()
  })
  after(() => place.remove())

  const file = (name: string, content: unknown) => {
    const path = join(place.folder, name)
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
    return path
  }

  it('makes a token with its policy, lists it without the token, and revokes it once', async () => {
    const options = ['--profile', 'mcp', '--resource', 'https://tools.example.com/', '--uses', '3']
    const made = await place.json(['registration-token', 'create', '--name', 'Tools', ...options])
    expect(made).to.deep.include({
      name: 'Tools',
      used: 0,
      uses: 3,
      policy: {
        grant_types: ['authorization_code', 'refresh_token'],
        profiles: ['mcp'],
        resources: ['https://tools.example.com/'],
      },
    })
    const token = String(made['initial_access_token'])
    expect(await findUsableToken(server.db, token, server.clock())).to.include({ id: made.id })
    const listed = await place.text(['registration-token', 'list'])
    expect(listed).to.contain('0 of 3').and.contain('usable').and.not.contain(token)

    expect(await place.json(['registration-token', 'revoke', made.id])).to.eql({ id: made.id, revoked: true })
    expect(await findUsableToken(server.db, token, server.clock())).to.equal(undefined)
    const again = await mistakeOf(server, ['registration-token', 'revoke', made.id])
    expect(again.error).to.equal('registration_token_not_found')
  })

  it('takes a policy from a file and names every mistake in it', async () => {
    const policy = file('policy.json', { scopes: ['openid'], redirect_hosts: ['app.example.com'] })
    const create = ['registration-token', 'create', '--name', 'X']
    const made = await place.json([...create, '--policy', policy, '--reusable'])
    expect(made).to.deep.include({ uses: 'any' })
    expect(made['policy']).to.deep.include({ scopes: ['openid'], redirect_hosts: ['app.example.com'] })
    const wrong = file('wrong.json', { scope: 'openid', profiles: ['none'] })
    const mistake = await mistakeOf(server, [...create, '--policy', wrong])
    expect(mistake.error).to.equal('invalid_policy')
    expect(mistake.error_description).to.contain('scope').and.contain('profiles.0')
  })

  const create = ['client', 'create', '--name', 'App', '--redirect-uri', 'https://app.example.com/cb']

  it('registers metadata that has no option, and changes it', async () => {
    const metadata = file('app.json', {
      subject_type: 'pairwise',
      logo_uri: 'https://app.example.com/logo.png',
    })
    const made = await place.json([...create, '--metadata', metadata])
    expect(made).to.include({ subject_type: 'pairwise', client_name: 'App' })
    const changes = file('changes.json', { client_name: 'New name', subject_type: 'public' })
    const changed = await place.json(['client', 'update', made.client_id, '--metadata', changes])
    expect(changed).to.include({ subject_type: 'public', client_name: 'New name' })
    expect(changed['logo_uri']).to.equal('https://app.example.com/logo.png')
    for (const content of ['not JSON', '[]'])
      expect(
        (await mistakeOf(server, [...create, '--metadata', file('bad.json', content)])).error,
        content,
      ).to.equal('usage')
  })

  it('refuses in the words of the protocol library what only that would refuse', async () => {
    const two = [...create, '--redirect-uri', 'https://other.example.com/cb']
    const mistake = await mistakeOf(server, [
      ...two,
      '--metadata',
      file('two.json', { subject_type: 'pairwise' }),
    ])
    expect(mistake.error).to.equal('invalid_client_metadata')
    expect(mistake.error_description).to.contain('sector_identifier_uri')
  })

  it('asks for the sector document of a client before it is registered', async () => {
    const sector = { subject_type: 'pairwise', sector_identifier_uri: 'https://127.0.0.1:9/sector.json' }
    const mistake = await mistakeOf(server, [...create, '--metadata', file('sector.json', sector)])
    expect(mistake.error).to.equal('invalid_client_metadata')
    expect(mistake.error_description).to.contain('could not load sector_identifier_uri')
  })

  it('lets two secrets work for the given time', async () => {
    const { client_id: id, client_secret: first } = await place.json(create)
    const { client_secret: second } = await place.json([
      'client',
      'rotate-secret',
      id,
      '--overlap-hours',
      '48',
    ])
    const { secret } = (await findClientWithSecret(server.db, id))!
    const stored = secretForLibrary(server.sealer, id, secret)
    const [now, dayMs] = [Date.now(), 86_400_000]
    expect([first, second].map((one) => compareClientSecret(stored, one, now))).to.eql([true, true])
    expect(compareClientSecret(stored, first, now + 2 * dayMs + 60_000), 'two days later').to.equal(false)
    expect(compareClientSecret(stored, second, now + 2 * dayMs + 60_000)).to.equal(true)
  })
})
