import { expect } from 'chai'
import { disableAccount } from '../../src/accounts/account-state.ts'
import { grantRole } from '../../src/accounts/roles.ts'
import { STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'
import type { Api } from './caller.ts'

type Entry = { id: number; at: string; action: string; actor: string; account_id: string | null }
type Page = { items: Entry[]; next?: string }
const idsOf = ({ items }: Page) => items.map(({ id }) => id)

for (const { name, stage: open } of STAGES)
  describe(`the audit trail over the API, on ${name}`, () => {
    let stage: Stage
    let api: Api
    let token: string
    before(async () => {
      stage = await open()
      api = await createCaller(stage, ['audit:read', 'accounts:read'])
      token = await api.ownToken()
    })

    const list = async (query: Record<string, string>) =>
      (
        await api.call('GET', `/audit-entries?${new URLSearchParams(query)}`, { token })
      ).json() as unknown as Page

    it('lists the latest first, in pages, without a gap or a repetition', async () => {
      const person = await stage.person()
      for (let n = 0; n < 5; n += 1) await disableAccount(stage.parts, person.id, { actor: `test-${n}` })
      const whole = await list({ account_id: person.id })
      const seen: number[] = []
      let cursor: string | undefined
      do {
        const page = await list({ account_id: person.id, limit: '2', ...(cursor && { cursor }) })
        seen.push(...page.items.map(({ id }) => id))
        cursor = page.next
      } while (cursor !== undefined)
      expect(seen).to.eql(whole.items.map(({ id }) => id))
      expect(seen).to.eql(seen.toSorted((a, b) => b - a))
      expect(seen.length).to.be.greaterThan(1)
    })

    it('narrows by account, actor, action, kind and time', async () => {
      const [person, other] = [await stage.person(), await stage.person()]
      await disableAccount(stage.parts, person.id, { actor: 'auditor' })
      await disableAccount(stage.parts, other.id, { actor: 'auditor' })
      const found = await list({ account_id: person.id, actor: 'auditor', action: 'account.disabled' })
      expect(found.items.map(({ action, account_id: id }) => [action, id])).to.eql([
        ['account.disabled', person.id],
      ])
      const { at } = found.items[0]!
      const later = new Date(Date.parse(at) + 1).toISOString()
      expect((await list({ account_id: person.id, from: later })).items).to.eql([])
      expect((await list({ account_id: person.id, until: later, actor: 'auditor' })).items).to.have.length(1)
      expect((await list({ actor: 'nobody-of-this-name' })).items).to.eql([])
    })

    it('exports what the filters choose, bounded, and with an entry of its own', async () => {
      const person = await stage.person()
      await disableAccount(stage.parts, person.id, { actor: 'exported' })
      const of = async (query: Record<string, string>) => {
        const path = `/audit-entries/export?${new URLSearchParams(query)}`
        return (await api.call('GET', path, { token })).json() as unknown as Page & { complete: boolean }
      }
      const whole = await of({ account_id: person.id })
      const listed = await list({ account_id: person.id })
      expect(whole.complete).to.equal(true)
      // A worker may have chained them in between.
      expect(idsOf(whole)).to.eql(idsOf(listed).toReversed())
      const some = await of({ account_id: person.id, limit: '1' })
      expect([some.complete, idsOf(some)]).to.eql([false, idsOf(whole).slice(0, 1)])
      const [entry] = (await list({ action: 'audit.exported' })).items
      expect(entry).to.deep.include({
        actor: `client:${api.party.clientId}`,
        detail: { filters: { account_id: person.id }, limit: 1 },
      })
      const rest = await of({ account_id: person.id, cursor: some.next ?? '' })
      expect([rest.complete, rest.next, idsOf(rest)]).to.eql([true, undefined, idsOf(whole).slice(1)])
    })

    it('shows one entry, and nothing to a person without the role', async () => {
      const person = await stage.person()
      await disableAccount(stage.parts, person.id, { actor: 'auditor' })
      const [entry] = (await list({ account_id: person.id, actor: 'auditor' })).items
      const one = await api.call('GET', `/audit-entries/${entry!.id}`, { token })
      expect(one.json()).to.include({ id: entry!.id, action: 'account.disabled' })
      const reader = await stage.person()
      const own = await api.tokenOf(reader)
      const refused = await api.call('GET', '/audit-entries', { token: own })
      expect([refused.status, refused.json()['code']]).to.eql([403, 'administrator_required'])
      await grantRole(stage.parts.db, reader.id, 'admin')
      expect((await api.call('GET', '/audit-entries', { token: own })).status).to.equal(200)
    })

    it('refuses a cursor, a time and an id that are none', async () => {
      const status = async (path: string) => (await api.call('GET', path, { token })).status
      expect(await status('/audit-entries?cursor=later')).to.equal(400)
      expect(await status('/audit-entries/export?cursor=later')).to.equal(400)
      expect(await status('/audit-entries?from=yesterday')).to.equal(400)
      expect(await status('/audit-entries/none')).to.equal(404)
      expect(await status('/audit-entries/999999999')).to.equal(404)
    })
  })
