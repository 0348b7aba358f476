import { expect } from 'chai'
import { disableAccount } from '../../src/accounts/account-state.ts'
import type { Account } from '../../src/accounts/account.ts'
import { createRole } from '../../src/accounts/roles/roles.ts'
import { createGroup } from '../../src/groups/groups.ts'
import { addMember } from '../../src/groups/members.ts'
import { visitAdministration } from '../support/administrators.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer } from '../support/running-server.ts'
import type { Visited } from '../support/visitor.ts'

const BY = { actor: 'cli' }

describe('the list of people on the administration pages', () => {
  let server: RunningServer
  before(async () => {
    server = await startServer({ store: 'sqlite' })
  })
  after(() => server.stop())

  const plain = ({ text }: Visited) => text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
  const selects = ({ text }: Visited) =>
    [...text.matchAll(/<select id="field-([a-z]+)"/g)].map(([, name]) => name)

  const linkTo = ({ text }: Visited, words: string) =>
    [...text.matchAll(/href="([^"]*)"[^>]*>([^<]*)</g)]
      .find(([, , shown]) => shown === words)?.[1]
      ?.replaceAll('&amp;', '&')

  it('is narrowed by state, group and role, and keeps that on the next page', async () => {
    const { visitor } = await visitAdministration(server, { path: '/admin/accounts' })
    const { parts } = server
    const group = await createGroup(parts, { name: 'Choir & band' }, BY)
    const people: Account[] = []
    for (let n = 0; n < 51; n += 1) people.push((await server.createAccount()).account)
    for (const { id } of people) await addMember(parts, { groupId: group.id, accountId: id }, BY)
    await disableAccount(parts, people[3]!.id, BY)

    const all = await visitor.get('/admin/accounts')
    expect(selects(all)).to.eql(['state', 'group', 'role'])
    expect(all.text).to.contain('<option value="Choir &amp; band">')
    const members = await visitor.get('/admin/accounts?state=&group=Choir+%26+band&role=')
    expect(members.text).to.contain('<option value="Choir &amp; band" selected>')
    const next = new URLSearchParams(linkTo(members, 'Next page'))
    expect([next.get('group'), next.get('state')]).to.eql(['Choir & band', null])
    const last = await visitor.get(`/admin/accounts?${next}`)
    const shown = [members, last].flatMap((page) => people.filter(({ email }) => page.text.includes(email)))
    expect(new Set(shown).size).to.equal(51)
    const first = new URLSearchParams(linkTo(last, 'First page'))
    expect(first.get('group')).to.equal('Choir & band')

    const off = await visitor.get('/admin/accounts?group=Choir+%26+band&state=disabled')
    expect(people.filter(({ email }) => off.text.includes(email))).to.eql([people[3]])
  })

  it('says that nothing was found, and leads back to everybody', async () => {
    const { visitor } = await visitAdministration(server, { path: '/admin/accounts' })
    const none = await visitor.get('/admin/accounts?state=deletion_planned')
    expect(plain(none)).to.contain('Nothing was found. Show all')
    expect(linkTo(none, 'Show all')).to.equal('?')
    const strange = await visitor.get('/admin/accounts?group=no-such-group')
    expect([strange.status, plain(strange)]).to.satisfy(
      ([status, text]: [number, string]) => status === 200 && text.includes('There is no such group.'),
    )
  })

  it('has no filter by what the person may not read, also where the address has one', async () => {
    const { parts } = server
    await createRole(parts, { name: 'reader', scopes: ['accounts:read'] }, BY)
    await createGroup(parts, { name: 'Secret' }, BY)
    const { page, visitor } = await visitAdministration(server, { path: '/admin/accounts', role: 'reader' })
    expect(selects(page)).to.eql(['state'])
    const narrowed = await visitor.get('/admin/accounts?group=Secret&role=admin')
    expect(plain(narrowed)).not.to.contain('Nothing was found')
  })
})
