import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { requestNewAddress } from '../../src/accounts/journeys/new-address.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { auditTrailOf } from '../support/audit-trail.ts'
import { embeddedPlace, mistakeOf } from './command-line.ts'

const PASSWORD = 'violet kettle 41'

describe('cli account, for a person who waits or asks', () => {
  const place = embeddedPlace()
  let server: Parts

  before(async () => {
    server = await place.prepared()
  })
  after(async () => {
    await server?.close()
    await place.remove()
  })

  it('shows what waits for a person, cancels it, and exports what is kept of them', async () => {
    const email = 'waiting@example.com'
    const { id } = await place.json([
      'account',
      'create',
      '--email',
      email,
      '--password',
      PASSWORD,
      '--verified',
    ])
    const accountId = String(id)
    await requestNewAddress(server, { accountId, email: 'next@example.com', ip: '192.0.2.9' })
    const shown = await place.json(['account', 'show', email])
    expect(shown).to.include({ new_email: 'next@example.com' }).and.have.property('new_email_until')
    expect(await place.json(['account', 'cancel-email', email])).to.include({ cancelled: true })
    expect(await place.json(['account', 'show', email])).not.to.have.property('new_email')
    expect(await place.text(['account', 'cancel-email', email])).to.contain('No change of address waits')
    expect(await place.json(['account', 'delete', email, '--later'])).to.have.property('delete_at')
    expect((await place.json(['account', 'show', email])).delete_at).to.be.a('string')
    expect(await place.json(['account', 'keep', email])).to.include({ kept: true })
    expect(await place.text(['account', 'remove-picture', email])).to.contain('has no picture')
    const file = join(place.folder, 'person.json')
    await place.json(['account', 'export', email, '--file', file])
    expect(statSync(file).mode & 0o777).to.equal(0o600)
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, unknown>[]>
    expect(kept['accounts']?.[0]).to.include({ id, email })
    expect(
      (await mistakeOf(server, ['account', 'export', email, '--file', file])).error_description,
    ).to.match(/there is a file/)
    const trail = await auditTrailOf(server.db, accountId)
    expect(trail.map(({ action, actor }) => `${actor} ${action}`)).to.include.members([
      'cli account.email_change_cancelled',
      'cli account.data_exported',
      'cli account.deletion_cancelled',
    ])
    await place.json(['account', 'delete', email])
  })
})
