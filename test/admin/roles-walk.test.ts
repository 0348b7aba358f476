/** The administration for somebody with a role that allows less than everything: what they see leads on, and nothing else opens. */
import { expect } from 'chai'
import { ADMIN_SCOPES } from '../../src/accounts/roles/admin-scopes.ts'
import type { AdminScope } from '../../src/accounts/roles/admin-scopes.ts'
import { createRole } from '../../src/accounts/roles/roles.ts'
import { asVisitor, everyPage, nameOf, walk } from '../support/admin-walk.ts'
import { administered } from '../support/administered.ts'
import type { Administered } from '../support/administered.ts'
import { visitAdministration } from '../support/administrators.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer } from '../support/running-server.ts'
import type { Visited, Visitor } from '../support/visitor.ts'

const REFUSED = ['Your role does not allow this.', 'The roles of this account allow more than yours.']

/** Readers of one kind of thing, and people who may also change it. */
const ROLES: readonly (readonly AdminScope[])[] = ADMIN_SCOPES.filter((scope) =>
  scope.endsWith(':read'),
).flatMap((read) => {
  const [noun] = read.split(':')
  const all = ADMIN_SCOPES.filter((scope) => scope.startsWith(`${noun}:`))
  return all.length > 1 ? [[read], all] : [[read]]
})

describe('a walk through the administration with a role that allows less', () => {
  let server: RunningServer
  let things: Administered['things']
  let everywhere: string[]

  before(async () => {
    server = await startServer({ store: 'sqlite' })
    ;({ things } = await administered(server))
    const { visitor } = await visitAdministration(server)
    const walked = await walk(server.issuer, things, asVisitor(visitor))
    expect(walked.faults, walked.faults.join('\n')).to.eql([])
    expect(walked.opened).to.include.members(everyPage())
    everywhere = walked.addresses
  })
  after(() => server.stop())

  async function holder(scopes: readonly AdminScope[], name: string): Promise<Visitor> {
    await createRole(server.parts, { name, scopes }, { actor: 'cli' })
    return (await visitAdministration(server, { role: name })).visitor
  }

  /** What opens though no link leads there, and what says nothing in words. */
  async function wrongOf(
    visitor: Visitor,
    addresses: readonly string[],
    linked: readonly string[],
  ): Promise<string[]> {
    const wrong: string[] = []
    for (const address of addresses) {
      const page = await visitor.get(address)
      if (page.status === 200 && linked.includes(nameOf(page.url.pathname))) continue
      if (page.status !== 403 || page.through.length > 0 || !REFUSED.some((words) => saidBy(page, words)))
        wrong.push(`${address}: ${page.status} after ${page.through.length} redirects, ${page.heading}`)
    }
    return wrong
  }

  for (const [index, scopes] of ROLES.entries())
    it(`shows no link that is refused, and refuses the rest of a section in words: ${scopes.join(', ')}`, async () => {
      const visitor = await holder(scopes, `role-${index}`)
      const { faults, opened } = await walk(server.issuer, things, asVisitor(visitor))
      expect(faults, faults.join('\n')).to.eql([])
      const inside = everywhere.filter((address) => opened.includes(address.split('/')[2] ?? ''))
      const wrong = await wrongOf(visitor, inside, opened)
      expect(wrong, wrong.join('\n')).to.eql([])
    })

  for (const role of ['support', 'settings-alone'])
    it(`refuses every page of other sections in words, to ${role}`, async () => {
      if (role !== 'support')
        await createRole(server.parts, { name: role, scopes: ['settings:read'] }, { actor: 'cli' })
      const { visitor } = await visitAdministration(server, { role })
      const { opened } = await walk(server.issuer, things, asVisitor(visitor))
      const wrong = await wrongOf(visitor, everywhere, opened)
      expect(wrong, wrong.join('\n')).to.eql([])
    })
})

function saidBy({ text }: Visited, words: string): boolean {
  return text
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .includes(words)
}
