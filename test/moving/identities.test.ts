import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { createAccount, findAccountByEmail } from '../../src/accounts/account.ts'
import { connect, listLinks } from '../../src/upstreams/links.ts'
import { addUpstream } from '../../src/upstreams/upstream-changes.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { embeddedPlace, PLACES } from '../cli/command-line.ts'
import type { Place } from '../cli/command-line.ts'
import { serverAt } from '../cli/server-at.ts'
import { startOAuth2StandIn } from '../support/oauth2-stand-in.ts'
import type { OAuth2StandIn } from '../support/oauth2-stand-in.ts'
import { createVisitor } from '../support/visitor.ts'
import { press } from '../upstreams/two-servers.ts'

const BY = { actor: 'cli' }
const github = (userId: string, userName = 'octo') => ({ identityProvider: 'GitHub', userId, userName })
const user = (name: string, federatedIdentities: unknown[], more: Record<string, unknown> = {}) => ({
  id: `id-of-${name}`,
  username: name,
  email: `${name}@example.com`,
  emailVerified: true,
  federatedIdentities,
  ...more,
})
const REALM = {
  realm: 'example',
  users: [
    user('ada', [github('42'), { identityProvider: 'corp', userId: 'ada@corp' }]),
    user('bob', [github('42'), { identityProvider: 'ldap', userId: '7', userName: 'bob' }]),
    user('eve', [github('13')], { emailVerified: false }),
    user('two', [github('14'), github('15')]),
    user('nil', [{ identityProvider: 'corp' }]),
  ],
}

for (const [name, openPlace] of Object.entries(PLACES))
  describe(`sign-ins by other providers in an imported realm, on ${name}`, () => {
    let place: Place
    let server: Parts

    before(async () => {
      place = await openPlace()
      server = await place.prepared()
      const issuer = 'https://id.example.com'
      await addUpstream(server, { id: 'github', template: 'github', client_id: 'x', client_secret: 'y' }, BY)
      await addUpstream(server, { id: 'corp', issuer, client_id: 'x' }, BY)
    })
    after(() => place.remove())

    it('become connections, and what has no place is named with its reason [S-2.235]', async () => {
      const file = join(place.folder, 'realm.json')
      writeFileSync(file, JSON.stringify(REALM))
      const command = ['import', file, '--format', 'keycloak']
      const leftOut = { 'identity GitHub': 3, 'identity ldap': 1, 'identity corp': 1 }
      expect(await place.json([...command, '--dry-run'])).to.deep.include({ imported: 5, left_out: leftOut })
      const report = await place.json(command)
      expect(report).to.deep.include({ imported: 5, left_out: leftOut })
      const why = readFileSync(String(report['refused_file']), 'utf8')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { why: string }).why)
      expect(why).to.have.members([
        'another account here is connected with it',
        'no provider here has this id: add it before the import',
        'the address of the account is not confirmed',
        'an account has one connection with each provider',
        'it names no subject',
      ])
      const linksOf = async (who: string) => {
        const account = await findAccountByEmail(server.db, `${who}@example.com`)
        const links = await listLinks(server.db, account!.id)
        return links.map(({ upstreamId, subject, shownAs }) => `${upstreamId} ${subject} ${shownAs}`)
      }
      expect(await linksOf('ada')).to.have.members(['github 42 octo', 'corp ada@corp ada@corp'])
      expect(await linksOf('two')).to.eql(['github 14 octo'])
      for (const nobody of ['bob', 'eve', 'nil']) expect(await linksOf(nobody), nobody).to.eql([])
      expect(await place.json(command), 'again').to.include({ imported: 0, already_here: 5 })
    })
  })

describe('connections with other providers, moved to another instance', () => {
  const [from, to] = [embeddedPlace(), embeddedPlace()]
  let provider: OAuth2StandIn

  before(async () => {
    provider = await startOAuth2StandIn()
  })
  after(async () => {
    await Promise.all([from.remove(), to.remove(), provider.stop()])
  })

  it('sign the same people in there', async () => {
    const [file, passphraseFile] = [join(from.folder, 'moving.ndjson'), join(from.folder, 'passphrase.txt')]
    writeFileSync(passphraseFile, 'seven grey kettles\n')
    const parts = await from.prepared()
    const email = 'ada@example.com'
    const ada = await createAccount(parts.db, { email, passwordHash: null, verified: true }, parts.clock())
    const upstream = await addUpstream(parts, { id: 'other', ...provider.definition }, BY)
    const identity = { subject: '42', emailVerified: false, shownAs: 'ada', amr: [] }
    expect(await connect(parts, { accountId: ada.id, upstream, identity }, BY)).to.eql({ ok: true })
    await from.json(['export', file, '--passphrase-file', passphraseFile])
    const moved = await to.json(['import', file, '--passphrase-file', passphraseFile])
    expect(moved['others']).to.deep.include({
      upstreams: { imported: 1, already_here: 0, refused: 0 },
      'connections with upstreams': { imported: 1, already_here: 0, refused: 0 },
    })
    const server = await serverAt(to)
    try {
      const visitor = createVisitor(server.origin)
      const address = await press(visitor, await visitor.get('/sign-in'), 'other')
      const page = await visitor.get(provider.signIn(address, { id: 42, login: 'ada' }))
      expect(page.url.pathname).to.equal('/account')
      expect(page.text).to.contain('ada@example.com')
    } finally {
      await server.stop()
    }
  })
})
