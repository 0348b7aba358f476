import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { RESOURCES_TOPIC } from '../../src/resources/resources.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { embeddedPlace, mistakeOf } from './command-line.ts'

const API = 'https://api.example.com/'

describe('cli resource update', () => {
  const place = embeddedPlace()
  let server: Parts

  before(async () => {
    server = await place.prepared()
  })
  after(() => place.remove())

  const update = (...args: string[]) => ['resource', 'update', API, ...args]
  const mistake = async (...args: string[]) => (await mistakeOf(server, args)).error_description

  it('adds scopes, words and types while the server runs, which hears of it; the secret stays', async () => {
    const text = ['--scope-text', 'ledger:read=See your balance = all of it']
    const made = await place.json([
      'resource',
      'create',
      '--identifier',
      API,
      '--scope',
      'ledger:read',
      ...text,
    ])
    expect(made['scope_texts']).to.eql({ 'ledger:read': 'See your balance = all of it' })
    await server.feed.check()
    let heard = 0
    server.feed.on(RESOURCES_TOPIC, () => void (heard += 1))
    const type = { type: 'payment', title: 'Pay once', fields: { to: { label: 'To' } } }
    const file = join(place.folder, 'payment.json')
    writeFileSync(file, JSON.stringify(type))
    const scope = 'ledger:read ledger:pay'
    const changed = await place.json(
      update('--scope', scope, '--scope-text', 'ledger:pay=Pay', '--authorization-details-type', file),
    )
    await server.feed.check()
    expect(heard).to.equal(1)
    const { client_secret: _, ...known } = made
    const words = { 'ledger:read': 'See your balance = all of it', 'ledger:pay': 'Pay' }
    expect(changed).to.eql({ ...known, scope, scope_texts: words })
    const shown = await place.text(['resource', 'show', API])
    expect(shown).to.contain('payment').and.contain('"ledger:pay":"Pay"')
  })

  it('warns of scopes without a text, also when an app is registered for them', async () => {
    const [bare, app] = ['https://bare.example.com/', ['client', 'create', '--name', 'Reader', '--resource']]
    const create = ['resource', 'create', '--identifier', bare, '--scope', 'bare:read']
    const warning = `Warning: People read the bare names of these scopes of ${bare}: bare:read. Give them texts.`
    expect(await place.text(create)).to.contain(warning)
    const redirect = ['--redirect-uri', 'https://app.example.com/callback']
    expect(await place.text([...app, bare, ...redirect])).to.contain(warning)
    expect(await place.text([...app, bare, ...redirect, '--first-party'])).not.to.contain('Warning')
    const texts = ['--scope-text', 'bare:read=Read everything']
    expect(await place.text(['resource', 'update', bare, ...texts])).not.to.contain('Warning')
    expect(await place.text([...app, bare, ...redirect])).not.to.contain('Warning')
  })

  it('says what cannot be changed, and of which resource server', async () => {
    expect(await mistake('resource', 'update', 'https://nowhere.example/')).to.contain('no resource server')
    expect(await mistake(...update('--scope', 'openid'))).to.contain('belong to the provider itself')
    expect(await mistake(...update('--scope-text', 'words'))).to.contain('takes a scope and its words')
    expect(await mistake(...update('--scope-text', 'ledger:x=X'))).to.contain('not among its scopes')
    expect(await mistake(...update('--format', 'jwt'))).to.contain('no option --format')
  })
})
