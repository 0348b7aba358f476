import { expect } from 'chai'
import { SIGN_OUT_PATH } from '../../src/interaction/member.ts'
import { openEventWorld } from '../events/event-world.ts'
import type { EventWorld } from '../events/event-world.ts'
import { register } from '../provider/relying-party.ts'

type Entry = { action: string; actor: string; ip: string; clientId: string | null; requestId: string }

describe('an entry of the audit trail', () => {
  let world: EventWorld

  before(async () => {
    world = await openEventWorld()
  })
  after(async () => world.stop())

  it('names who did it, from where, by which app and in which request', async () => {
    const { account } = await world.createAccount()
    const app = await register(world)
    const visitor = world.visitor()
    await app.tokensFor(account, {}, visitor)
    const page = await visitor.get(SIGN_OUT_PATH)
    const end = await visitor.followForm(page, { logout: 'yes' })
    expect(end.status).to.equal(200)
    const rows: Entry[] = await world.parts
      .db('audit_events')
      .where({ accountId: account.id })
      .whereIn('action', ['sign_in.succeeded', 'consent.given', 'session.ended'])
      .orderBy('id')
      .select('action', 'actor', 'ip', 'clientId', 'requestId')
    const clientId = app.client.client_id
    const ip = rows[0]?.ip
    // Each visitor of the tests has an address.
    expect(ip).to.match(/^10\./)
    expect(
      rows.map((row) => `${row.action} by ${row.actor} at ${row.ip} with ${row.clientId}`),
    ).to.deep.equal([
      `sign_in.succeeded by ${account.id} at ${ip} with ${clientId}`,
      `consent.given by ${account.id} at ${ip} with ${clientId}`,
      `session.ended by ${account.id} at ${ip} with null`,
    ])
    for (const { requestId } of rows) expect(requestId).to.match(/^[0-9a-f-]{36}$/)
    expect(new Set(rows.map(({ requestId }) => requestId)).size).to.equal(3)
  })

  it('names the command line, which has no request', async () => {
    await world.command('resource', 'create', '--identifier', 'https://ledger.example/', '--scope', 'read')
    const row: Entry = await world.parts
      .db('audit_events')
      .where({ action: 'resource.created' })
      .first('actor', 'ip', 'requestId')
    expect(row).to.deep.equal({ actor: 'cli', ip: null, requestId: null })
  })
})
