import { expect } from 'chai'
import { auditTrailOf } from '../support/audit-trail.ts'
import { visitAdministration } from '../support/administrators.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer } from '../support/running-server.ts'
import type { Visitor } from '../support/visitor.ts'
import { givenUpMail } from '../api/given-up-mail.ts'
import { holderAt, linksOf } from './holder.ts'

const RECEIVER = 'events.kafka'

describe('an administration page', () => {
  let server: RunningServer
  let visitor: Visitor
  before(async () => {
    server = await startServer({ store: 'sqlite' })
    visitor = (await visitAdministration(server)).visitor
  })
  after(() => server.stop())

  /** The last parts of the links below this page. */
  const actsOn = async (path: string): Promise<string[]> =>
    linksOf(await visitor.get(path))
      .filter((href) => href.startsWith(`${path}/`))
      .map((href) => href.slice(path.length + 1))
  const mailIn = async (state: object): Promise<string> => {
    const id = await givenUpMail(server.parts)
    await server.parts.db('outbox_messages').where({ id }).update(state)
    return id
  }

  it('offers for a mail what its state allows', async () => {
    const nowMs = server.parts.clock()
    const later = nowMs + 3_600_000
    expect(await actsOn(`/admin/mails/${await givenUpMail(server.parts)}`)).to.eql(['replay', 'delete'])
    const waiting = await mailIn({ deadAtMs: null, nextAttemptAtMs: later })
    expect(await actsOn(`/admin/mails/${waiting}`)).to.eql(['delete'])
    const delivered = await mailIn({ deadAtMs: null, deliveredAtMs: nowMs })
    expect(await actsOn(`/admin/mails/${delivered}`)).to.eql([])
  })

  it('offers to send events again where some were given up', async () => {
    const { db, outbox, clock } = server.parts
    await db('outbox_lanes').insert({ topic: RECEIVER })
    await outbox.record(db, { topic: RECEIVER, payload: {} })
    const events = db('outbox_messages').where({ topic: RECEIVER })
    expect(await actsOn(`/admin/receivers/${RECEIVER}`)).to.eql(['resume'])
    await events.update({ nextAttemptAtMs: null, deadAtMs: clock() })
    expect(await actsOn(`/admin/receivers/${RECEIVER}`)).to.eql(['resume', 'replay'])
  })

  it('offers no change of the built-in role, and both of another', async () => {
    expect(await actsOn('/admin/roles/admin')).to.eql([])
    expect(await actsOn('/admin/roles/support')).to.eql(['update', 'delete'])
  })

  it('has no field that the person may not fill in', async () => {
    const { visitor: inviter } = await holderAt(server, ['accounts:read', 'accounts:manage', 'roles:read'])
    const [own, whole] = await Promise.all(
      [inviter, visitor].map(async (one) => (await one.get('/admin/invitations/-/create')).text),
    )
    expect(whole).to.contain('name="role"')
    expect(own).to.contain('name="email"').and.not.contain('name="role"')
  })

  it('never works with the access of another person who used the browser before', async () => {
    const first = await visitAdministration(server)
    const left = first.visitor.cookie('as_console')
    const { visitor: second, person } = await visitAdministration(server)
    expect(left).to.be.a('string')
    second.setCookie('as_console', left ?? '')
    const ann = await server.createAccount()
    const page = await second.get(`/admin/accounts/${ann.account.id}`)
    expect([page.status, page.through.length > 0], page.heading).to.eql([200, true])
    const seen = (await auditTrailOf(server.parts.db, ann.account.id)).filter(
      ({ action }) => action === 'person.viewed',
    )
    expect(new Set(seen.map(({ actor }) => actor))).to.eql(new Set([person.account.id]))
  })
})
