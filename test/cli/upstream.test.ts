import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { embeddedPlace } from './command-line.ts'

describe('cli upstream', () => {
  const place = embeddedPlace()
  let secret: string

  before(async () => {
    await place.prepared()
    secret = join(place.folder, 'github.secret')
    writeFileSync(secret, 'the secret of the provider\n')
  })
  after(place.remove)

  const show = (id: string) => place.json(['upstream', 'show', id])

  it('adds a provider by a ready description, and never shows its secret', async () => {
    const options = ['--template', 'github', '--client-id', 'Iv1.0', '--client-secret-file', secret]
    const text = await place.text(['upstream', 'add', 'github', ...options])
    expect(text).to.match(/redirect_uri +http\S+\/upstream\/github\/callback/)
    expect(text).not.to.contain('the secret of the provider')
    expect(await show('github')).to.include({ kind: 'oauth2', label: 'GitHub', client_id: 'Iv1.0' })
    expect(JSON.stringify(await place.json(['upstream', 'list']))).not.to.contain('the secret')
  })

  it('changes what is named, turns it off, and removes it', async () => {
    const options = ['--template', 'google', '--client-id', 'x', '--client-secret-file', secret]
    await place.json(['upstream', 'add', 'work', ...options])
    const changed = await place.json([
      'upstream',
      'update',
      'work',
      '--email-domain',
      'Example.COM',
      '--disable',
    ])
    expect(changed).to.deep.include({ enabled: false, email_domains: ['example.com'], label: 'Google' })
    const open = await place.json(['upstream', 'update', 'work', '--all-domains', '--enable'])
    expect(open).to.deep.include({ enabled: true, email_domains: [] })
    expect(await place.json(['upstream', 'remove', 'work'])).to.include({ deleted: true })
    expect(await place.refused(['upstream', 'show', 'work'])).to.include({ error: 'upstream_not_found' })
  })

  it('names every mistake', async () => {
    const refused = async (...args: string[]) =>
      (await place.refused(['upstream', 'add', ...args, '--client-id', 'x'])).error_description
    expect(await refused('one')).to.contain('issuer is required for oidc')
    expect(await refused('One', '--issuer', 'https://id.example.com')).to.contain('id: takes small letters')
    expect(await refused('one', '--issuer', 'http://id.example.com')).to.contain('use https')
    expect(await refused('one', '--template', 'github')).to.contain('client_secret is required')
    expect(await refused('github', '--issuer', 'https://id.example.com')).to.contain('already')
  })
})
