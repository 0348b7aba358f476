import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { findAccountByEmail } from '../../src/accounts/account.ts'
import { listLinks } from '../../src/upstreams/links.ts'
import { addUpstream, updateUpstream } from '../../src/upstreams/upstream-changes.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { embeddedPlace } from '../cli/command-line.ts'
import { serverAt } from '../cli/server-at.ts'
import { startOAuth2StandIn } from '../support/oauth2-stand-in.ts'
import type { OAuth2StandIn } from '../support/oauth2-stand-in.ts'
import { createVisitor } from '../support/visitor.ts'
import { press } from '../upstreams/two-servers.ts'

const BY = { actor: 'cli' }
const OBJECT_ID = '92abccda-29aa-4e31-b0fc-f7a72909d26a'

/** As `firebase auth:export` writes them. */
const user = (name: string, providerUserInfo: unknown[], more: Record<string, unknown> = {}) => ({
  localId: `Ux${name}1kGfXwRZ0aB3c4d5e6f7g8`,
  email: `${name}@example.com`,
  emailVerified: true,
  displayName: name,
  photoUrl: `https://lh3.googleusercontent.com/a/${name}`,
  lastSignedInAt: '1718020000000',
  createdAt: '1700000000000',
  disabled: false,
  providerUserInfo,
  ...more,
})
const of = (providerId: string, rawId: string, more: Record<string, unknown> = {}) => ({
  providerId,
  rawId,
  photoUrl: 'https://lh3.googleusercontent.com/a/x',
  ...more,
})
const EXPORT = {
  users: [
    user('ada', [
      of('google.com', '104205219876543210987', { email: 'ada@gmail.example', displayName: 'Ada L' }),
      of('github.com', '42', { displayName: 'octo' }),
      of('password', 'ada@example.com', { email: 'ada@example.com' }),
    ]),
    user('bob', [of('oidc.work', 'b-7'), of('microsoft.com', OBJECT_ID, { email: 'bob@corp.example' })]),
    user('eve', [of('github.com', '13')], { emailVerified: false }),
    user('sam', [of('saml.corp', 'sam'), of('phone', '+15550100')], { phoneNumber: '+15550100' }),
  ],
}
const LEFT_OUT = { 'field photoUrl': 4, phone_number: 1, 'identity saml.corp': 1, 'identity github': 1 }

describe('sign-ins by other providers in an export of Firebase', () => {
  const place = embeddedPlace()
  let provider: OAuth2StandIn
  let parts: Parts
  let file: string

  before(async () => {
    provider = await startOAuth2StandIn()
    parts = await place.prepared()
    const issuer = 'https://id.example.com'
    const client = { client_id: 'x', client_secret: 'y' }
    await addUpstream(parts, { id: 'google', template: 'google', ...client }, BY)
    await addUpstream(parts, { id: 'github', ...provider.definition }, BY)
    await addUpstream(parts, { id: 'microsoft', template: 'microsoft', issuer, ...client }, BY)
    await addUpstream(parts, { id: 'work', issuer, client_id: 'x' }, BY)
    file = join(place.folder, 'firebase.json')
    writeFileSync(file, JSON.stringify(EXPORT))
  })
  after(async () => {
    await Promise.all([place.remove(), provider.stop()])
  })

  it('become connections, and the same people sign in with them [S-2.235]', async () => {
    const command = ['import', file, '--format', 'firebase']
    const asSub = await place.json([...command, '--dry-run'])
    expect(asSub).to.deep.include({ imported: 4, left_out: { ...LEFT_OUT, 'identity microsoft': 1 } })
    const refused = readFileSync(String(asSub['refused_file']), 'utf8')
    expect(refused).to.contain('its subjects are from oid: map subject to it before the import')
    await updateUpstream(parts, 'microsoft', { mapping: { subject: 'oid' } }, BY)
    expect(await place.json(command)).to.deep.include({ imported: 4, left_out: LEFT_OUT })
    const linksOf = async (who: string) => {
      const account = await findAccountByEmail(parts.db, `${who}@example.com`)
      const links = await listLinks(parts.db, account!.id)
      return links.map(({ upstreamId, subject, shownAs }) => `${upstreamId} ${subject} ${shownAs}`)
    }
    expect(await linksOf('ada')).to.have.members([
      'google 104205219876543210987 ada@gmail.example',
      'github 42 octo',
    ])
    expect(await linksOf('bob')).to.have.members(['work b-7 b-7', `microsoft ${OBJECT_ID} bob@corp.example`])
    for (const nobody of ['eve', 'sam']) expect(await linksOf(nobody), nobody).to.eql([])
    const server = await serverAt(place)
    try {
      const visitor = createVisitor(server.origin)
      const address = await press(visitor, await visitor.get('/sign-in'), 'github')
      const page = await visitor.get(provider.signIn(address, { id: 42, login: 'octo' }))
      expect([page.url.pathname, page.text.includes('ada@example.com')]).to.eql(['/account', true])
    } finally {
      await server.stop()
    }
  })
})
