import { expect } from 'chai'
import { grantRole, revokeRole, rolesOf } from '../../src/accounts/roles.ts'
import type { AdminScope } from '../../src/accounts/roles/admin-scopes.ts'
import { HOUR_MS } from '../../src/platform/clock.ts'
import { randomToken } from '../../src/platform/tokens.ts'
import { recordSession } from '../../src/sessions/account-sessions.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer } from '../support/running-server.ts'
import type { Visitor } from '../support/visitor.ts'
import { holderAt, linksOf, plain } from './holder.ts'

describe('the administration pages, for somebody with a role that allows less', () => {
  let server: RunningServer
  before(async () => {
    server = await startServer({ store: 'sqlite' })
  })
  after(() => server.stop())

  const holder = (scopes: readonly AdminScope[] | string) => holderAt(server, scopes)
  const refused = async (visitor: Visitor, path: string) => {
    const page = await visitor.get(path)
    expect([page.status, page.through], path).to.eql([403, []])
    return plain(page)
  }

  it('show the sections that the role allows, and no others', async () => {
    const { start } = await holder('support')
    expect(start.heading).to.equal('Administration')
    const sections = [...new Set(linksOf(start))].filter((href) => href !== '/admin')
    expect(sections.toSorted()).to.eql(
      ['accounts', 'audit-entries', 'groups', 'invitations', 'limits', 'waiting-accounts'].map(
        (one) => `/admin/${one}`,
      ),
    )
  })

  it('offer on an account what the role allows: no delete, no roles, no factors', async () => {
    const { visitor } = await holder('support')
    const ann = await server.createAccount()
    const path = `/admin/accounts/${ann.account.id}`
    const page = await visitor.get(path)
    const acts = linksOf(page).filter((href) => href.startsWith(`${path}/`))
    expect(acts).to.eql(['send-reset', 'unlock', 'end-sessions'].map((verb) => `${path}/${verb}`))
    expect(plain(await visitor.get('/admin/accounts'))).not.to.contain('Add an account')
    const done = await visitor.followForm(await visitor.get(`${path}/send-reset`), {})
    expect(plain(done)).to.contain('The link was sent.')
    expect((await server.waitForMail(ann.email)).subject).to.be.a('string')
  })

  it('answer a typed address of something else in words, and do nothing [S-3.67]', async () => {
    const { visitor } = await holder('support')
    const ann = await server.createAccount()
    const path = `/admin/accounts/${ann.account.id}`
    for (const one of [
      '/admin/clients',
      '/admin/roles',
      '/admin/upstreams',
      `${path}/delete`,
      `${path}/set-roles`,
    ])
      expect(await refused(visitor, one), one).to.contain('Your role does not allow this.')
    const form = await visitor.get(`${path}/unlock`)
    const sent = await visitor.followForm({ ...form, text: form.text.replaceAll('/unlock', '/delete') }, {})
    expect([sent.status, plain(sent).includes('Your role does not allow this.')]).to.eql([403, true])
    expect((await visitor.get(path)).status).to.equal(200)
  })

  it('only show an account that may do more [S-3.65]', async () => {
    const { visitor } = await holder('support')
    const admin = await server.createAccount()
    await grantRole(server.parts.db, admin.account.id, 'admin')
    const path = `/admin/accounts/${admin.account.id}`
    const uid = randomToken()
    const session = { uid, accountId: admin.account.id, ip: '192.0.2.41', expiresAtMs: Date.now() + HOUR_MS }
    await recordSession(server.parts.db, session, 10, Date.now())
    const page = await visitor.get(path)
    expect(plain(page), 'there is a session that others may end').to.contain('192.0.2.41')
    expect(plain(page)).to.contain('allow more than yours').and.contain(admin.email)
    expect(linksOf(page).filter((href) => href.startsWith(`${path}/`))).to.eql([])
    expect(await refused(visitor, `${path}/end-sessions`)).to.contain('allow more than yours')
  })

  it('close at the next page for somebody who loses the role', async () => {
    const { visitor, person, role } = await holder(['groups:read'])
    expect((await visitor.get('/admin/groups')).status).to.equal(200)
    await revokeRole(server.parts.db, person.account.id, role)
    expect(await refused(visitor, '/admin/groups')).to.contain('a role of the administration')
  })

  it('offer the roles that there are, and refuse in words to give more than one has', async () => {
    const { visitor } = await holder([
      'accounts:read',
      'accounts:roles',
      'accounts:support',
      'audit:read',
      'groups:read',
    ])
    const ann = await server.createAccount()
    const path = `/admin/accounts/${ann.account.id}/set-roles`
    const form = await visitor.get(path)
    expect(plain(form)).to.contain('support Helps people').and.contain('admin Everything.')
    const beyond = await visitor.followForm(form, { 'roles.admin': 'on' })
    expect(plain(beyond)).to.contain('That is more than your roles allow.')
    const done = await visitor.followForm(await visitor.get(path), { 'roles.support': 'on' })
    expect(plain(done)).to.contain('The roles were set.')
    expect(await rolesOf(server.parts.db, ann.account.id)).to.eql(['support'])
  })

  it('create, change and delete a role, and offer it in an invitation', async () => {
    const { visitor } = await holder('admin')
    const made = await visitor.followForm(await visitor.get('/admin/roles/-/create'), {
      name: 'auditors',
      description: 'Read the trail',
      'scopes.audit:read': 'on',
    })
    expect(plain(made)).to.contain('The role was created.').and.contain('audit:read')
    const form = await visitor.get('/admin/roles/auditors/update')
    expect(form.text).to.match(/name="scopes.audit:read" value="on" checked/)
    const changed = await visitor.followForm(form, {
      description: 'Read',
      'scopes.groups:read': 'on',
      'scopes.audit:read': 'on',
    })
    expect(plain(changed)).to.match(/The role was changed\..* groups:read .* audit:read /)
    expect((await visitor.get('/admin/invitations/-/create')).text).to.contain('<option value="auditors">')
    const gone = await visitor.followForm(await visitor.get('/admin/roles/auditors/delete'), {})
    expect(plain(gone)).to.contain('The role was deleted.').and.not.contain('auditors')
    expect(
      linksOf(await visitor.get('/admin/roles/admin')).some((href) => href.endsWith('/delete')),
    ).to.equal(false)
  })
})
