import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import { tablesOf } from '../../src/accounts/life/personal-data.ts'
import { PASSWORD, STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { ageSessions } from '../support/older-sign-ins.ts'
import { createCaller } from './caller.ts'
import type { Api } from './caller.ts'

type Tables = Record<string, Record<string, unknown>[]>

for (const { name, stage: open } of STAGES)
  describe(`all that is kept about a person, over the API with ${name}`, () => {
    let stage: Stage
    let api: Api
    let person: Account
    let token: string

    before(async () => {
      stage = await open()
      api = await createCaller(stage, ['account:export', 'account:read'])
    })
    beforeEach(async () => {
      person = await stage.person()
      token = await api.tokenOf(person)
    })

    const download = (body: object = {}) => api.call('POST', '/account/export', { token, body })

    it('has what the page offers: a member for each table with the account’s id, and no secret [S-2.112]', async () => {
      const answer = await download()
      expect(answer.status, answer.text).to.equal(200)
      expect(answer.headers['cache-control']).to.equal('no-store')
      expect(answer.headers['transfer-encoding'], 'streamed').to.equal('chunked')
      const data = answer.json() as Tables
      const tables = [...(await tablesOf(stage.parts.db)).keys()]
      expect(Object.keys(data)).to.have.members(['exported_at', 'group_names', ...tables])
      expect(data['accounts']?.[0]).to.include({ id: person.id, email: person.email })
      expect(answer.text).not.to.contain(person.passwordHash)
      const other = await stage.person()
      expect(answer.text).not.to.contain(other.id)
    })

    it('is noted in the audit trail with the app that took it', async () => {
      await download()
      const [found] = (await stage.parts
        .db('audit_events')
        .where({ accountId: person.id, action: 'account.data_exported' })
        .select('actor', 'detail')) as { actor: string; detail: string }[]
      expect(found?.actor).to.equal(person.id)
      expect(JSON.parse(found?.detail ?? '{}')).to.eql({ clientId: api.party.clientId })
    })

    it('takes the password or a recent sign-in [S-2.107]', async () => {
      await ageSessions(stage)
      const browser = stage.visitor()
      token = await api.tokenOf(person, browser)
      await ageSessions(stage)
      token = await api.tokenOf(person, browser)
      const old = await download()
      expect([old.status, old.json()['code']]).to.eql([401, 'insufficient_user_authentication'])
      expect(old.headers['www-authenticate']).to.contain('max_age="600"')
      const wrong = await download({ current_password: 'not mine' })
      expect([wrong.status, wrong.json()['code']]).to.eql([422, 'password_wrong'])
      expect((await download({ current_password: PASSWORD })).status).to.equal(200)
    })

    it('comes five times a day, and says when to ask again [S-2.107]', async () => {
      for (let n = 0; n < 5; n += 1) expect((await download()).status, `download ${n + 1}`).to.equal(200)
      const sixth = await download()
      expect([sixth.status, sixth.json()['code']]).to.eql([429, 'too_many_requests'])
      expect(Number(sixth.headers['retry-after'])).to.be.greaterThan(0)
    })
  })
