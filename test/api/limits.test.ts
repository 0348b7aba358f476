import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import { grantRole } from '../../src/accounts/roles.ts'
import { createRole } from '../../src/accounts/roles/roles.ts'
import { takeMail, takeNetworkRequest } from '../../src/attempts/account-limits.ts'
import { takeCodeAttempt } from '../../src/attempts/code-attempts.ts'
import { networkOf } from '../../src/attempts/network.ts'
import { anyAddress, PASSWORD, STAGES, until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'
import type { Api } from './caller.ts'

/** Less than a process remembers by itself that somebody is blocked. */
const REMEMBERED_MS = 8000
const GUESSES = 15

type Shown = Record<'id' | 'kind' | 'state' | 'until', string> & {
  network: string | null
  account: { id: string; email: string } | null
  count: number
  limit: number
}

for (const { name, stage: open } of STAGES)
  describe(`limits over the API, on two processes with ${name}`, () => {
    let stage: Stage
    let api: Api
    let token: string
    before(async () => {
      stage = await open()
      api = await createCaller(stage, ['limits:manage', 'accounts:support', 'accounts:read'])
      token = await api.ownToken()
    })

    const get = async (path: string) => (await api.call('GET', path, { token })).json()
    const list = async (query = '') => (await get(`/limits${query}`))['items'] as Shown[]
    const clear = (id: string, by = token) =>
      api.call('POST', `/limits/${encodeURIComponent(id)}/clear`, { token: by })
    const clearOf = (account: Account, id: string, by = token) =>
      api.call('POST', `/accounts/${account.id}/limits/${encodeURIComponent(id)}/clear`, { token: by })
    const fill = async (times: number, take: () => Promise<unknown>) => {
      for (let n = 0; n < times; n += 1) await take()
    }

    /** Where a sign-in leads: to its page for a wrong password, to the account for the right one, 429. */
    async function signIn(email: string, ip: string, password = PASSWORD): Promise<string> {
      const visitor = stage.visitor({ 'x-forwarded-for': ip })
      const page = await visitor.followForm(await visitor.get('/sign-in'), { email, password })
      if (page.url.pathname === '/account') return 'in'
      return page.url.pathname === '/try-later' || page.status === 429 ? 'refused' : 'wrong'
    }
    const signInOften = (email: string, ip: string) =>
      Promise.all(Array.from({ length: 6 }, () => signIn(email, ip)))

    /** Before a process would forget by itself. A busy machine may need long for the last round. */
    async function allAreIn(email: string, ip: string, sinceMs: number) {
      let lastMs = 0
      const areIn = async () => {
        lastMs = Date.now()
        return (await signInOften(email, ip)).every((one) => one === 'in')
      }
      await until(areIn, 'all are in')
      expect(lastMs - sinceMs).to.be.lessThan(REMEMBERED_MS)
    }

    it('list somebody after too many wrong passwords, and let them in at once when the limit is cleared', async () => {
      const person = await stage.person()
      const ip = anyAddress()
      await fill(GUESSES, () => signIn(person.email, ip, 'wrong'))
      expect(new Set(await signInOften(person.email, ip))).to.eql(new Set(['refused']))
      const id = `passwords:${person.id}:${networkOf(ip)}`
      const found = (await list()).find((one) => one.id === id)
      expect(found).to.deep.include({
        kind: 'passwords',
        state: 'refused',
        network: networkOf(ip),
        account: { id: person.id, email: person.email },
        count: GUESSES,
        limit: GUESSES,
      })
      expect(await get(`/limits/${encodeURIComponent(id)}`)).to.eql(found)
      const atMs = Date.now()
      expect((await clear(id)).status).to.equal(204)
      await allAreIn(person.email, ip, atMs)
      expect((await clear(id)).json()).to.include({ code: 'limit_not_found' })
    })

    it('end at once for an account that is unlocked', async () => {
      const person = await stage.person()
      const ip = anyAddress()
      await fill(GUESSES, () => signIn(person.email, ip, 'wrong'))
      expect(new Set(await signInOften(person.email, ip))).to.eql(new Set(['refused']))
      const atMs = Date.now()
      expect((await api.call('POST', `/accounts/${person.id}/unlock`, { token })).status).to.equal(200)
      await allAreIn(person.email, ip, atMs)
    })

    it('list a network that registered too many, and let it register again when the limit is cleared', async () => {
      const ip = anyAddress()
      const register = async () => {
        const visitor = stage.visitor({ 'x-forwarded-for': ip })
        const email = `class-${Date.now()}-${Math.random()}@example.org`
        const page = await visitor.followForm(await visitor.get('/register'), { email, password: PASSWORD })
        return page.url.pathname
      }
      await fill(59, () => takeNetworkRequest(stage.parts, 'registration', ip, stage.parts.clock()))
      expect(await register()).not.to.equal('/try-later')
      expect(await register()).to.equal('/try-later')
      const id = `registrations:${networkOf(ip)}`
      const found = (await list()).find((one) => one.id === id)
      expect(found).to.deep.include({ state: 'refused', account: null, count: 60, limit: 60 })
      expect((await clear(id)).status).to.equal(204)
      expect(await register()).not.to.equal('/try-later')
    })

    it('tell of a typed address or network what is counted, also where the trail has nothing of it', async () => {
      const ip = anyAddress()
      expect(await list(`?network=${ip}`)).to.eql([])
      await fill(2, () => takeNetworkRequest(stage.parts, 'reset', ip, stage.parts.clock()))
      const counting = { id: `password_resets:${networkOf(ip)}`, state: 'counting', count: 2, limit: 60 }
      for (const typed of [ip, networkOf(ip)]) {
        const found = await list(`?network=${encodeURIComponent(typed)}`)
        expect(found, typed).to.have.length(1)
        expect(found[0], typed).to.deep.include(counting)
      }
      expect(await list()).not.to.deep.include(counting)
      expect(await list(`?network=${ip}&kind=registrations`)).to.eql([])
      for (const wrong of ['10.0.0.0/8', '2001:db8::/32', 'example.com', '10.0.0.1/33']) {
        const answer = await api.call('GET', `/limits?network=${encodeURIComponent(wrong)}`, { token })
        expect([answer.status, answer.json()['code']], wrong).to.eql([400, 'network_invalid'])
      }
      expect(await get(`/limits?network=${ip}`)).to.include({ unlimited: false })
    })

    it('count an IPv6 network and the site around it apart', async () => {
      const site = `2001:db8:${(Date.now() % 0xffff).toString(16)}`
      const ip = `${site}:7::1`
      await takeNetworkRequest(stage.parts, 'reset', ip, stage.parts.clock())
      const idsOf = async (typed: string) => {
        const found = await list(`?network=${encodeURIComponent(typed)}`)
        return found.map(({ id, limit }) => `${id} ${limit}`).toSorted()
      }
      const ofSite = `password_resets:${site}::/48 240`
      expect(await idsOf(ip)).to.eql([`password_resets:${site}:7::/64 60`, ofSite].toSorted())
      expect(await idsOf(`${site}::/48`)).to.eql([ofSite])
      expect((await clear(ofSite.split(' ')[0]!)).status).to.equal(204)
      expect(await idsOf(ip)).to.eql([`password_resets:${site}:7::/64 60`])
    })

    it('say what a reached limit does: a refusal, or no mail', async () => {
      const ip = anyAddress()
      const person = await stage.person()
      const { parts } = stage
      const nowMs = parts.clock()
      await fill(5, () => takeMail(parts, person.emailCanonical, ip, nowMs))
      await fill(5, () => takeCodeAttempt(parts, person.id, nowMs))
      const states = (await list(`?account_id=${person.id}&network=${ip}`)).map(
        ({ kind, state, count }) => `${kind} ${state} ${count}`,
      )
      expect(states.toSorted()).to.eql([
        'mails counting 5',
        'mails_of_network no_mail 5',
        'second_factor_codes refused 5',
      ])
    })

    it('leave an entry in the trail that says who cleared which limit [S-2.314]', async () => {
      const ip = anyAddress()
      await takeNetworkRequest(stage.parts, 'reset', ip, stage.parts.clock())
      await clear(`password_resets:${networkOf(ip)}`)
      const rows: { actor: string; detail: string }[] = await stage.parts
        .db('audit_events')
        .where({ action: 'limit.cleared', actor: `client:${api.party.clientId}` })
        .orderBy('id', 'desc')
        .limit(1)
        .select('actor', 'detail')
      const entry = { kind: 'password_resets', network: networkOf(ip), count: 1 }
      expect(rows.map(({ detail }) => JSON.parse(detail) as unknown)).to.eql([entry])
    })

    it('are cleared by support for accounts, but not for networks, nor for who may do more [S-2.314]', async () => {
      const { parts } = stage
      const limited = async () => {
        const person = await stage.person()
        await fill(5, () => takeCodeAttempt(parts, person.id, parts.clock()))
        return { person, id: `second_factor_codes:${person.id}` }
      }
      const helper = await stage.person()
      await grantRole(parts.db, helper.id, 'support')
      const all = await createCaller(stage, [
        'limits:read',
        'limits:manage',
        'accounts:support',
        'accounts:read',
      ])
      const support = await all.tokenOf(helper)
      const { person, id } = await limited()
      const shown = await api.call('GET', `/accounts/${person.id}/limits`, { token: support })
      expect((shown.json()['items'] as Shown[]).map((one) => one.id)).to.eql([id])
      expect((await api.call('GET', `/limits?account_id=${person.id}`, { token: support })).status).to.equal(
        200,
      )
      const ip = anyAddress()
      await takeNetworkRequest(parts, 'reset', ip, parts.clock())
      const ofNetwork = `password_resets:${networkOf(ip)}`
      expect((await clear(ofNetwork, support)).json()).to.include({ code: 'administrator_required' })
      expect((await clear(id, support)).json()).to.include({ code: 'administrator_required' })
      for (const other of [ofNetwork, (await limited()).id])
        expect((await clearOf(person, other, support)).json(), other).to.include({ code: 'limit_not_found' })
      expect((await clearOf(person, id, support)).status).to.equal(204)
      expect((await get(`/accounts/${person.id}/limits`))['items']).to.eql([])
      const { person: admin, id: ofAdmin } = await limited()
      await grantRole(parts.db, admin.id, 'admin')
      expect((await clearOf(admin, ofAdmin, support)).json()).to.include({ code: 'beyond_your_roles' })
      const role = `limits-${Date.now()}`
      await createRole(parts, { name: role, scopes: ['limits:manage'] }, { actor: 'cli' })
      await grantRole(parts.db, helper.id, role)
      expect((await clear(ofAdmin, support)).json()).to.include({ code: 'beyond_your_roles' })
      expect((await clear(ofNetwork, support)).status).to.equal(204)
    })
  })
