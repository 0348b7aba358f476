import { expect } from 'chai'
import { grantRole } from '../../src/accounts/roles.ts'
import { STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'
import type { Api } from './caller.ts'

type Page = { items: { id: string }[]; next?: string }

for (const { name, stage: open } of STAGES)
  describe(`the API of all accounts, on two processes with ${name}`, function () {
    let stage: Stage
    let api: Api
    let token: string

    before(async () => {
      stage = await open()
      api = await createCaller(stage, ['accounts:read'])
      token = await api.ownToken()
    })

    it('lists every account once, page by page [A22]', async () => {
      const made = [await stage.person(), await stage.person(), await stage.person()]
      const ids: string[] = []
      for (let cursor: string | undefined = ''; cursor !== undefined;) {
        const query = cursor === '' ? '?limit=2' : `?limit=2&cursor=${cursor}`
        const page = (await api.call('GET', `/accounts${query}`, { token })).json() as Page
        ids.push(...page.items.map(({ id }) => id))
        cursor = page.next
        if (ids.length > 400) break
      }
      expect(ids).to.include.members(made.map(({ id }) => id))
      expect(new Set(ids).size).to.equal(ids.length)
    })

    it('leaves out what skip says', async () => {
      const all = (await api.call('GET', '/accounts?limit=3', { token })).json() as Page
      const rest = (await api.call('GET', '/accounts?limit=2&skip=1', { token })).json() as Page
      expect(rest.items.map(({ id }) => id)).to.eql(all.items.slice(1).map(({ id }) => id))
    })

    it('finds one by its id, and says when there is none [A22]', async () => {
      const person = await stage.person()
      expect((await api.call('GET', `/accounts/${person.id}`, { token })).json()).to.include({
        id: person.id,
      })
      const none = await api.call('GET', '/accounts/nobody', { token })
      expect([none.status, none.json()['code']]).to.eql([404, 'account_not_found'])
    })

    it('opens to a person with the role admin, and to no other [A26]', async () => {
      const person = await stage.person()
      const theirs = await api.tokenOf(person)
      const refused = await api.call('GET', '/accounts', { token: theirs })
      expect([refused.status, refused.json()['code']]).to.eql([403, 'administrator_required'])
      await grantRole(stage.parts.db, person.id, 'admin')
      expect((await api.call('GET', '/accounts', { token: theirs })).status).to.equal(200)
    })

    it('refuses a cursor that is none', async () => {
      for (const cursor of ['x', '12.', "1'--", '%00']) {
        const answer = await api.call('GET', `/accounts?cursor=${cursor}`, { token })
        expect([answer.status, answer.json()['code']], cursor).to.eql([400, 'invalid_cursor'])
      }
    })

    it('names a parameter that is unknown or out of bounds', async () => {
      const answer = await api.call('GET', '/accounts?limit=1000&colour=red', { token })
      expect(answer.status).to.equal(400)
      expect(answer.json()['detail']).to.contain('limit').and.to.contain('colour')
    })
  })
