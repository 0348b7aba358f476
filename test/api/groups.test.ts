import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { Account } from '../../src/accounts/account.ts'
import { register, userinfo } from '../provider/relying-party.ts'
import type { Tokens } from '../provider/relying-party.ts'
import { STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'
import type { Api } from './caller.ts'

type Group = { id: string; name: string; description: string; members: number }
type Page = { items: Group[]; next?: string }

let made = 0
const anyName = (prefix = 'Group') => `${prefix} ${(made += 1)} ${Date.now()}`

for (const { name, stage: open } of STAGES)
  describe(`groups over the API, on two processes with ${name}`, function () {
    let stage: Stage
    let api: Api
    let token: string

    before(async () => {
      stage = await open()
      api = await createCaller(stage, ['groups:read', 'groups:manage', 'account:read'])
      token = await api.ownToken()
    })

    const call = (
      method: string,
      path: string,
      body?: Record<string, unknown>,
      headers?: Record<string, string>,
    ) => api.call(method, path, { token, ...(body && { body }), ...(headers && { headers }) })
    const create = async (given: Record<string, unknown> = {}) => {
      const answer = await call('POST', '/groups', { name: anyName(), ...given })
      expect(answer.status, answer.text).to.equal(201)
      return answer.json() as Group
    }
    const add = async (group: Group, { id }: Account) =>
      expect((await call('POST', `/groups/${group.id}/members`, { account_id: id })).status).to.equal(204)
    const list = async (query: string) => (await call('GET', `/groups?${query}`)).json() as Page

    it('narrow the list of accounts for who may read groups, and for nobody else', async () => {
      const group = await create({ name: anyName('Day shift') })
      const ann = await stage.person()
      await add(group, ann)
      const both = await createCaller(stage, ['groups:read', 'accounts:read'])
      const one = await createCaller(stage, ['accounts:read'])
      for (const typed of [group.id, group.name.toUpperCase()]) {
        const path = `/accounts?group=${encodeURIComponent(typed)}`
        const allowed = await both.call('GET', path, { token: await both.ownToken() })
        expect(
          (allowed.json() as { items: { id: string }[] }).items.map(({ id }) => id),
          typed,
        ).to.eql([ann.id])
        const refused = await one.call('GET', path, { token: await one.ownToken() })
        expect([refused.status, refused.json()['code']], typed).to.eql([403, 'insufficient_scope'])
      }
    })

    it('are created, read, changed, listed and deleted', async () => {
      const key = { 'idempotency-key': anyName() }
      const wanted = { name: anyName('Night shift'), description: 'From 22:00' }
      const answer = await call('POST', '/groups', wanted, key)
      const group = answer.json() as Group
      expect(group).to.include({ ...wanted, members: 0 })
      expect(answer.headers['location']).to.match(new RegExp(`/groups/${group.id}$`))
      expect((await call('POST', '/groups', wanted, key)).json(), 'sent again').to.eql(group)
      const path = `/groups/${group.id}`
      const read = await call('GET', path)
      expect(read.json()).to.eql(group)
      const tag = { 'if-match': String(read.headers['etag']) }
      const changed = await call('PATCH', path, { description: 'From 23:00' }, tag)
      expect(changed.json()).to.include({ name: wanted.name, description: 'From 23:00' })
      for (const [method, body] of [['PATCH', { name: 'x' }], ['DELETE']] as const) {
        const late = await call(method, path, body, tag)
        expect([late.status, late.json()['code']], method).to.eql([412, 'precondition_failed'])
      }
      expect((await list(`search=${encodeURIComponent(wanted.name.toUpperCase())}`)).items).to.have.length(1)
      expect((await call('DELETE', path)).status).to.equal(204)
      const gone = await call('GET', path)
      expect([gone.status, gone.json()['code']]).to.eql([404, 'group_not_found'])
    })

    it('are listed by name in pages, and a cursor of something else is refused', async () => {
      const prefix = anyName('Page')
      for (const letter of ['c', 'a', 'b']) await create({ name: `${prefix} ${letter}` })
      const query = `search=${encodeURIComponent(prefix)}&limit=2`
      const first = await list(query)
      expect(first.items.map((one) => one.name)).to.eql([`${prefix} a`, `${prefix} b`])
      const second = await list(`${query}&cursor=${first.next}`)
      expect(second.items.map((one) => one.name)).to.eql([`${prefix} c`])
      expect(second).to.not.have.property('next')
      expect((await list(`${query}&skip=2`)).items).to.eql(second.items)
      const wrong = await call('GET', '/groups?cursor=%25%25')
      expect([wrong.status, wrong.json()['code']]).to.eql([400, 'invalid_cursor'])
    })

    it('have members, who see their own groups and no members [S-3.60]', async () => {
      const [ada, bob] = [await stage.person(), await stage.person()]
      const group = await create()
      await add(group, ada)
      await add(group, bob)
      await add(group, ada)
      const members = (await call('GET', `/groups/${group.id}/members`)).json() as { items: { id: string }[] }
      expect(members.items.map(({ id }) => id)).to.have.members([ada.id, bob.id])
      expect((await call('GET', `/groups/${group.id}`)).json()).to.include({ members: 2 })
      const items = [{ id: group.id, name: group.name, description: '' }]
      expect((await call('GET', `/accounts/${ada.id}/groups`)).json()).to.eql({ items })
      const own = await api.tokenOf(ada)
      expect((await api.call('GET', '/account/groups', { token: own })).json()).to.eql({ items })
      const removal = `/groups/${group.id}/members/${ada.id}`
      expect((await call('DELETE', removal)).status).to.equal(204)
      const again = await call('DELETE', removal)
      expect([again.status, again.json()['code']]).to.eql([404, 'member_not_found'])
      expect((await api.call('GET', '/account/groups', { token: own })).json()).to.eql({ items: [] })
    })

    it('are in the claims of the next request after a change was answered, on every process [S-1.96]', async () => {
      const ada = await stage.person()
      const app = await register(stage)
      const tokens = await app.tokensFor(ada, { scope: 'openid groups offline_access' })
      const seen = async () => {
        // The two processes in turn.
        const answers = [
          await userinfo(stage, tokens.access_token),
          await userinfo(stage, tokens.access_token),
        ]
        const refreshed = (await app.refresh(tokens.refresh_token)).json() as Tokens
        const claims = [...answers.map((one) => one.json()), decodeJwt(refreshed.id_token)]
        return claims.map(({ groups }) => groups)
      }
      expect(decodeJwt(tokens.id_token)['groups'], 'none yet').to.eql([])
      expect(await seen()).to.eql([[], [], []])
      const [b, a] = [await create({ name: anyName('b') }), await create({ name: anyName('a') })]
      await add(b, ada)
      await add(a, ada)
      expect(await seen()).to.eql(Array(3).fill([a.name, b.name]))
      const name = anyName('c')
      await call('PATCH', `/groups/${a.id}`, { name })
      expect(await seen()).to.eql(Array(3).fill([b.name, name]))
      await call('DELETE', `/groups/${b.id}`)
      expect(await seen()).to.eql(Array(3).fill([name]))
      await call('DELETE', `/groups/${a.id}/members/${ada.id}`)
      expect(await seen()).to.eql([[], [], []])
    })
  })
