import { expect } from 'chai'
import { HOUR_MS } from '../../src/platform/clock.ts'
import { disableAccount } from '../../src/accounts/account-state.ts'
import { findClient } from '../../src/clients/clients.ts'
import { grantRole, revokeRole } from '../../src/accounts/roles.ts'
import { randomToken } from '../../src/platform/tokens.ts'
import { recordSession } from '../../src/sessions/account-sessions.ts'
import { signInAgain, visitAdministration } from '../support/administrators.ts'
import { movableTime } from '../support/movable-time.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer } from '../support/running-server.ts'
import { createVisitor } from '../support/visitor.ts'
import type { Visited } from '../support/visitor.ts'

describe('the administration pages', () => {
  const time = movableTime()
  let server: RunningServer
  before(async () => {
    server = await startServer({ store: 'sqlite' })
  })
  after(() => server.stop())

  const opened = (path: string, role?: string) => visitAdministration(server, { path, ...(role && { role }) })

  const plain = ({ text }: Visited) => text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')

  it('ask for a sign-in with a second factor, and lead to the page that was asked for', async () => {
    const { page, visitor } = await opened('/admin/accounts?search=nobody-at-all')
    expect([page.status, page.heading]).to.eql([200, 'Accounts'])
    expect(page.url.pathname + page.url.search).to.equal('/admin/accounts?search=nobody-at-all')
    expect(plain(page)).to.contain('Nothing was found.')
    const start = await visitor.get('/admin')
    expect([start.heading, start.through]).to.eql(['Administration', []])
  })

  it('ask somebody without a second factor to set one up first', async () => {
    const person = await server.createAccount()
    await grantRole(server.parts.db, person.account.id, 'admin')
    const visitor = createVisitor(server.issuer)
    const { email, password } = person
    const page = await visitor.followForm(
      await visitor.get('/admin'),
      { email, password },
      { action: '/sign-in' },
    )
    expect(page.heading).to.match(/^Set up/)
  })

  it('give the audit trail as a file, with the filters in use', async () => {
    const { visitor, person } = await opened('/admin/audit-entries')
    const narrowed = await visitor.get(`/admin/audit-entries?actor=${person.account.id}`)
    const href = /href="([^"]*export\/csv[^"]*)"/.exec(narrowed.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const csv = await visitor.get(href)
    const lines = csv.text.trim().split('\r\n')
    expect(lines[0]).to.match(/^id,at,action,actor,/)
    expect(lines.length).to.be.greaterThan(1)
    for (const line of lines.slice(1)) expect(line).to.contain(person.account.id)
    const ndjson = await visitor.get('/admin/audit-entries/export/ndjson?action=audit.exported')
    const entries = ndjson.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { actor: string })
    expect(entries.map(({ actor }) => actor)).to.include(person.account.id)
    expect((await visitor.get('/admin/audit-entries/export/exe')).status).to.equal(404)
  })

  it('show nothing to somebody without the role, and say so', async () => {
    const { page, visitor } = await opened('/admin/accounts', 'none')
    expect([page.status, plain(page)]).to.satisfy(([status, text]: [number, string]) => {
      return (
        status === 403 && text.includes('Only people with a role of the administration can open this page.')
      )
    })
    for (const path of ['/admin/groups', '/admin/accounts/-/create', '/admin/clients'])
      expect((await visitor.get(path)).text, path).not.to.contain('example.org/')
  })

  it('close for somebody who loses the role, is disabled, or signs out', async () => {
    const loses = await opened('/admin/accounts')
    await revokeRole(server.parts.db, loses.person.account.id, 'admin')
    expect((await loses.visitor.get('/admin/accounts')).status).to.equal(403)
    const disabled = await opened('/admin/accounts')
    await disableAccount(server.parts, disabled.person.account.id, { actor: 'test' })
    expect((await disabled.visitor.get('/admin/accounts')).heading).to.equal('Sign in')
    const leaves = await opened('/admin/accounts')
    await leaves.visitor.followForm(
      await leaves.visitor.get('/oauth/logout'),
      { logout: 'yes' },
      { action: 'logout' },
    )
    expect((await leaves.visitor.get('/admin/accounts')).heading).to.equal('Sign in')
  })

  it('ask for a new sign-in after an hour, and keep what was typed', async () => {
    const { visitor, person } = await opened('/admin/groups')
    const form = await visitor.get('/admin/groups/-/create')
    time.advance(HOUR_MS + 60_000)
    const again = await visitor.followForm(form, { name: 'Night shift', description: 'Late people' })
    expect(again.heading).to.equal('Sign in')
    const back = await signInAgain(visitor, again, person)
    expect(back.heading).to.equal('Create a group')
    expect(plain(back)).to.contain('You had to sign in again.')
    expect(back.text).to.contain('value="Night shift"').and.contain('value="Late people"')
    const done = await visitor.followForm(back, { name: 'Night shift', description: 'Late people' })
    expect(plain(done)).to.contain('The group was created.').and.contain('Late people')
  })

  it('add an account and mail the person; a wrong address is said at its field', async () => {
    const { visitor } = await opened('/admin/accounts')
    const form = await visitor.get('/admin/accounts/-/create')
    const wrong = await visitor.followForm(form, { email: 'no address', name: 'Ann' })
    expect(wrong.heading).to.equal('Add an account')
    expect(wrong.text).to.contain('value="Ann"')
    expect(plain(wrong)).to.match(/address is not valid|e-mail/i)
    const done = await visitor.followForm(wrong, { email: 'ann.new@example.org', name: 'Ann' })
    expect(plain(done)).to.contain('The account was added.').and.contain('ann.new@example.org')
    expect((await server.waitForMail('ann.new@example.org')).subject).to.be.a('string')
  })

  it('refuse a change that somebody else overtook, and say it', async () => {
    const { visitor } = await opened('/admin/accounts')
    const ann = await server.createAccount()
    const path = `/admin/accounts/${ann.account.id}`
    const old = await visitor.get(`${path}/update`)
    await visitor.followForm(await visitor.get(`${path}/update`), { name: 'First', username: '' })
    time.advance(1000)
    const late = await visitor.followForm(old, { name: 'Second', username: '' })
    expect(plain(late)).to.contain('Somebody changed this meanwhile.')
    expect(plain(await visitor.get(path))).to.contain('First')
  })

  it('remove a field that was emptied, and refuse to empty one that is needed', async () => {
    const { visitor } = await opened('/admin/clients')
    const { client_id: id } = await server.createClient({
      client_name: 'Emptied',
      redirect_uris: ['https://app.example.org/callback'],
      client_uri: 'https://app.example.org/',
      initiate_login_uri: 'https://app.example.org/sign-in',
      logo_uri: 'https://app.example.org/logo.png',
    })
    const path = `/admin/clients/${id}`
    expect((await visitor.get(path)).text).to.contain(`src="/client-logo/${id}"`)
    const start = `https://app.example.org/sign-in?iss=${encodeURIComponent(server.issuer)}`
    expect((await visitor.get(`${path}/settings`)).text).to.contain(`href="${start}"`)
    const kept = {
      client_name: 'Emptied',
      redirect_uris: 'https://app.example.org/callback',
      initiate_login_uri: 'https://app.example.org/sign-in',
    }
    const form = await visitor.get(`${path}/update`)
    const nameless = await visitor.followForm(form, { ...kept, client_name: '' })
    expect(nameless.heading).to.equal('Change a client')
    expect(nameless.text).to.match(/id="field-client_name-error"/)
    const done = await visitor.followForm(nameless, { ...kept, client_uri: '', logo_uri: '' })
    expect(plain(done)).to.contain('The client was changed.')
    const { metadata } = (await findClient(server.parts.db, id))!
    expect(metadata).to.not.have.any.keys('client_uri', 'logo_uri')
    expect(metadata).to.include({ client_name: 'Emptied', initiate_login_uri: kept.initiate_login_uri })
    expect((await visitor.get(path)).text).to.not.contain('/client-logo/')
  })

  it('put a person into a group by the address, and take them out again', async () => {
    const { visitor } = await opened('/admin/groups')
    const ann = await server.createAccount()
    const made = await visitor.followForm(await visitor.get('/admin/groups/-/create'), { name: 'Editors' })
    const path = made.url.pathname
    const added = await visitor.followForm(await visitor.get(`${path}/add-member`), { account_id: ann.email })
    expect(plain(added)).to.contain('The person is in the group.').and.contain(ann.email)
    const [, remove = ''] = /href="([^"]*remove-member[^"]*)"/.exec(added.text) ?? []
    const asked = await visitor.get(remove.replaceAll('&amp;', '&'))
    expect(plain(asked), 'the question names the person').to.contain(ann.email)
    const removed = await visitor.followForm(asked, {})
    expect(plain(removed)).to.contain('no longer in the group').and.not.contain(ann.email)
  })

  it('name what is asked about: a session of a person, an invitation of a list', async () => {
    const { visitor } = await opened('/admin/invitations')
    const email = 'named.guest@example.org'
    const invited = await visitor.followForm(await visitor.get('/admin/invitations/-/create'), { email })
    const [, revoke = ''] = /href="([^"]*\/revoke)"/.exec(invited.text) ?? []
    expect(plain(await visitor.get(revoke))).to.contain(email)
    const person = await server.createAccount()
    const uid = randomToken()
    const session = { uid, accountId: person.account.id, ip: '192.0.2.41', expiresAtMs: Date.now() + HOUR_MS }
    await recordSession(server.parts.db, session, 10, Date.now())
    const page = await visitor.get(`/admin/accounts/${person.account.id}`)
    const [, end = ''] = /href="([^"]*end-session\?[^"]*)"/.exec(page.text) ?? []
    expect(plain(await visitor.get(end.replaceAll('&amp;', '&')))).to.contain('192.0.2.41')
  })

  it('say that nobody is invited to an account that is there', async () => {
    const { visitor, person } = await opened('/admin/invitations')
    const form = await visitor.get('/admin/invitations/-/create')
    const refused = await visitor.followForm(form, { email: person.email })
    expect(plain(refused)).to.contain('There is already an account with this email address.')
  })

  it('show a new secret once, and an invitation’s link once', async () => {
    const { visitor } = await opened('/admin/clients')
    const made = await visitor.followForm(await visitor.get('/admin/clients/-/create'), {
      client_name: 'My app',
      redirect_uris: 'https://app.example.org/callback',
    })
    const secret = /<code class="breakable">([\w-]{30,})<\/code>/
    expect(made.text, plain(made)).to.match(secret)
    expect((await visitor.get(made.url)).text).not.to.match(secret)
    const invited = await visitor.followForm(await visitor.get('/admin/invitations/-/create'), { days: '3' })
    const link = /<code class="breakable">(http[^<]*)<\/code>/
    expect(invited.text, plain(invited)).to.match(link)
    expect((await visitor.get('/admin/invitations')).text).not.to.match(link)
  })

  it('have a page for each thing and each act, and nothing elsewhere', async () => {
    const { visitor } = await opened('/admin')
    for (const path of ['/admin/nothing', '/admin/accounts/nobody/nothing', '/admin/invitations/x'])
      expect((await visitor.get(path)).status, path).to.equal(404)
    expect((await visitor.get('/admin/accounts/nobody')).status).to.equal(404)
    for (const section of [
      'accounts',
      'invitations',
      'waiting-accounts',
      'groups',
      'clients',
      'resources',
      'upstreams',
    ])
      expect((await visitor.get(`/admin/${section}`)).status, section).to.equal(200)
  })
})
