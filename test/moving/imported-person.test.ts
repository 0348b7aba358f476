import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { totpCode, totpStep } from '../../src/factors/totp-code.ts'
import type { TotpSettings } from '../../src/factors/totp-code.ts'
import { openEventWorld } from '../events/event-world.ts'
import type { EventWorld } from '../events/event-world.ts'
import type { Visitor } from '../support/visitor.ts'
import { AUTH0, KEYCLOAK } from './samples.ts'

const PASSWORD = 'violet kettle 41'

/** The apps of the samples: the keys of RFC 6238, appendix B. */
const APPS: Record<string, TotpSettings & { email: string; format: string; file: string; key: string }> = {
  'an app of Keycloak with SHA256 and 8 digits': {
    email: 'key@example.com',
    format: 'keycloak',
    file: KEYCLOAK,
    key: '12345678901234567890123456789012',
    algorithm: 'SHA256',
    digits: 8,
    periodSeconds: 30,
  },
  'an app of Auth0': {
    email: 'auth@example.com',
    format: 'auth0',
    file: AUTH0,
    key: '12345678901234567890',
    algorithm: 'SHA1',
    digits: 6,
    periodSeconds: 30,
  },
}

describe('A person who comes from another system', () => {
  let world: EventWorld

  before(async () => {
    world = await openEventWorld()
  })
  after(async () => world.stop())

  async function imported(name: string, content: string, format: string) {
    const file = join(world.dataDir, name)
    writeFileSync(file, content)
    return await world.command('import', file, '--format', format)
  }

  const isSignedIn = async (visitor: Visitor) => (await visitor.get('/account')).heading === 'Your account'

  for (const [what, { email, format, file, key, ...settings }] of Object.entries(APPS))
    it(`signs in with the password and a code of ${what}, which works once`, async () => {
      await imported(`people.${format}`, file, format)
      const atCode = async (visitor: Visitor) =>
        await visitor.followForm(await visitor.get('/sign-in'), { email, password: PASSWORD })
      const visitor = world.visitor()
      const page = await atCode(visitor)
      expect(page.heading).to.equal('Enter your code')
      expect(await isSignedIn(visitor), 'by the password alone').to.equal(false)
      const { clock } = world.parts
      const code = totpCode(Buffer.from(key), settings, totpStep(settings, clock()))
      await visitor.followForm(page, { code }, { action: '/code' })
      expect(await isSignedIn(visitor)).to.equal(true)
      const other = world.visitor()
      await other.followForm(await atCode(other), { code }, { action: '/code' })
      expect(await isSignedIn(other), 'the same code again').to.equal(false)
    })

  it('is in the event as a whole: with roles and the second factor', async () => {
    await world.taken()
    const line = { type: 'account', id: 'whole', email: 'whole@example.com', roles: ['admin'] }
    const withApp = { ...line, totp_secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }
    await imported('whole.ndjson', JSON.stringify(withApp), 'ndjson')
    const [event] = await world.taken()
    expect(event).to.include({ type: 'account.created', subject: 'whole' })
    expect(event?.data['account']).to.deep.include({ roles: ['admin'], second_factor: true })
  })
})
