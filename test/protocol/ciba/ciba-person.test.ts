import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { countRequest, mayMail, uncountRequest } from '../../../src/protocol/ciba/person-limits.ts'
import { CIBA_GRANT, answer, errorOf, idOf, registerAsker, requestsOf, signedIn } from './asker.ts'
import type { Party } from '../../provider/relying-party.ts'
import type { Answer } from '../../provider/send.ts'
import { STAGES, until } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'

for (const { name, stage: open } of STAGES)
  describe(`a person who is asked behind the scenes, ${name}`, function () {
    let stage: Stage
    let bank: Party

    before(async () => {
      stage = await open()
      bank = await registerAsker(stage)
    })

    const ask = (given: Record<string, string>, party = bank): Promise<Answer> =>
      party.call('/oauth/backchannel', { scope: 'openid email', ...given })
    const poll = (id: string, party = bank) =>
      party.call('/oauth/token', { grant_type: CIBA_GRANT, auth_req_id: id })

    it('sees what became of a request that another tab has answered', async () => {
      for (const [first, words] of [
        ['allow', 'You already allowed this request from Corner Bank'],
        ['deny', 'You already refused this request from Corner Bank'],
      ] as const) {
        const { email } = await stage.person()
        await ask({ login_hint: email })
        const visitor = await signedIn(stage, email)
        const tabs = [await requestsOf(visitor), await requestsOf(visitor)] as const
        expect((await answer(visitor, tabs[0], first)).status, first).to.equal(200)
        const second = await answer(visitor, tabs[1], first === 'allow' ? 'deny' : 'allow')
        expect(second.text, first).to.contain(words).and.contain('Nothing needs your answer')
      }
    })

    it('sees that a request expired while its page was open', async () => {
      const { email } = await stage.person()
      const visitor = await signedIn(stage, email)
      const id = idOf(await ask({ login_hint: email, requested_expiry: '2' }))
      const page = await requestsOf(visitor)
      await until(async () => errorOf(await poll(id)) === 'expired_token', 'it ran out')
      const late = await answer(visitor, page, 'allow')
      expect(late.text).to.contain('This request from Corner Bank has expired')
      expect(errorOf(await poll(id))).to.equal('expired_token')
    })

    it('may be asked any number of times by an app that they allow; requests that they refuse or ignore are limited', async () => {
      const { id: accountId } = await stage.person()
      const { parts } = stage
      const app = { clientId: randomUUID(), accountId }
      for (let request = 0; request < 40; request += 1) {
        expect(await countRequest(parts, app), `request ${request}`).to.include({ allowed: true })
        await uncountRequest(parts, app)
      }
      const asked = await Promise.all(Array.from({ length: 40 }, () => countRequest(parts, app)))
      expect(asked.filter(({ allowed }) => allowed)).to.have.length(30)
    })

    it('gets a limited number of requests and mails from many apps together', async () => {
      const { id: accountId } = await stage.person()
      const { parts } = stage
      let [asked, mailed] = [0, 0]
      for (let round = 0; round < 6; round += 1) {
        const app = { clientId: randomUUID(), accountId }
        for (let request = 0; request < 20; request += 1) {
          if ((await countRequest(parts, app)).allowed) asked += 1
          if (await mayMail(parts, app)) mailed += 1
        }
      }
      expect([asked, mailed]).to.eql([100, 10])
      const other = { clientId: randomUUID(), accountId: (await stage.person()).id }
      expect((await countRequest(parts, other)).allowed).to.equal(true)
    })

    it('is unknown to apps until their address is confirmed, and limited like an unknown address', async () => {
      const probing = await registerAsker(stage, { client_name: 'Prober' })
      const { email } = await stage.person({ verified: false })
      const probes: Answer[] = []
      for (let probe = 0; probe < 101; probe += 1)
        probes.push(await ask({ login_hint: probe % 2 ? email : 'nobody@example.org' }, probing))
      const told = new Set(probes.slice(0, 100).map((one) => `${one.status} ${one.text}`))
      expect([...told]).to.have.length(1)
      expect(errorOf(probes[0]!)).to.equal('unknown_user_id')
      for (const hint of [email, 'nobody@example.org']) {
        const refused = await ask({ login_hint: hint }, probing)
        expect([refused.status, errorOf(refused)], hint).to.eql([403, 'access_denied'])
      }
    })

    it('does not have requests that they allowed counted against the app', async () => {
      const { email } = await stage.person()
      const visitor = await signedIn(stage, email)
      const visit = async (decision: 'allow' | 'deny') => {
        await ask({ login_hint: email })
        await answer(visitor, await requestsOf(visitor), decision)
      }
      await visit('allow')
      for (let request = 0; request < 29; request += 1) await ask({ login_hint: email })
      expect((await ask({ login_hint: email })).status).to.equal(200)
      const refused = await ask({ login_hint: email })
      expect([refused.status, errorOf(refused)]).to.eql([403, 'access_denied'])
      expect(String(refused.json()['error_description'])).to.contain('Retry-After')
    })
  })
