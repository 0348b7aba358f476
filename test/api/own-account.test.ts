import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import { codeIn } from '../support/letter.ts'
import { PASSWORD, STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'
import type { Api } from './caller.ts'

const NEXT = 'seven purple kettles'
type Items = { items: { id: string; client_id: string; current: boolean; browser: string; amr: string[] }[] }

for (const { name, stage: open } of STAGES)
  describe(`the API of one's own password, sessions and apps, on two processes with ${name}`, function () {
    let stage: Stage
    let api: Api

    before(async () => {
      stage = await open()
      api = await createCaller(stage, ['account:read', 'account:write'])
    })

    async function signedIn(verified = true): Promise<{ person: Account; token: string }> {
      const person = await stage.person({ verified })
      return { person, token: await api.tokenOf(person) }
    }
    const sessionsOf = async (token: string) =>
      (await api.call('GET', '/account/sessions', { token })).json() as Items
    const isGood = async (token: string) => (await api.call('GET', '/account', { token })).status === 200
    const change = (token: string, current_password: string, new_password = NEXT) =>
      api.call('POST', '/account/password', { token, body: { current_password, new_password } })

    it('changes the password for the current one, and ends every other session [A06]', async () => {
      const { person, token } = await signedIn()
      const elsewhere = await api.tokenOf(person)
      const wrong = await change(token, 'not mine')
      expect([wrong.status, wrong.json()['code']]).to.eql([422, 'password_wrong'])
      const refused = await change(token, PASSWORD, 'short')
      expect([refused.status, refused.json()['code']]).to.eql([422, 'password_refused'])
      const answer = await change(token, PASSWORD)
      expect([answer.status, answer.text]).to.eql([204, ''])
      expect(await isGood(elsewhere)).to.equal(false)
      expect((await change(token, PASSWORD)).status).to.be.oneOf([401, 422])
    })

    it('blocks guesses of the current password like those of a sign-in', async () => {
      const { token } = await signedIn()
      let answer = await change(token, 'guess')
      for (let n = 0; n < 20 && answer.status === 422; n += 1) answer = await change(token, 'guess')
      expect([answer.status, answer.json()['code']]).to.eql([429, 'too_many_attempts'])
      expect(Number(answer.headers['retry-after'])).to.be.greaterThan(0)
    })

    it('lists sessions, and ends one of one’s own only', async () => {
      const { person, token } = await signedIn()
      await api.tokenOf(person)
      const { items } = await sessionsOf(token)
      expect(items).to.have.lengthOf(2)
      expect(items.map(({ amr }) => amr)).to.eql([['pwd'], ['pwd']])
      const other = items.find(({ current }) => !current)!
      const stranger = await signedIn()
      const foreign = await api.call('DELETE', `/account/sessions/${other.id}`, { token: stranger.token })
      expect([foreign.status, foreign.json()['code']]).to.eql([404, 'session_not_found'])
      const ended = await api.call('DELETE', `/account/sessions/${other.id}`, { token })
      expect(ended.status).to.equal(204)
      expect((await sessionsOf(token)).items.map(({ id }) => id)).not.to.include(other.id)
    })

    it('ends all others and leaves this one', async () => {
      const { person, token } = await signedIn()
      const elsewhere = await api.tokenOf(person)
      expect((await api.call('POST', '/account/sessions/end-others', { token })).status).to.equal(204)
      expect(await isGood(elsewhere)).to.equal(false)
    })

    it('lists apps and revokes one', async () => {
      const { person, token } = await signedIn()
      const other = await createCaller(stage, ['account:read'])
      const theirs = await other.tokenOf(person)
      const { items } = (await api.call('GET', '/account/apps', { token })).json() as Items
      expect(items.map(({ client_id }) => client_id)).to.include(other.party.clientId)
      const path = `/account/apps/${other.party.clientId}`
      expect((await api.call('DELETE', path, { token })).status).to.equal(204)
      expect(await isGood(theirs)).to.equal(false)
      expect((await api.call('DELETE', path, { token })).status).to.equal(404)
    })
  })

describe('the API of an address that waits for its confirmation', () => {
  it('takes the code from the mail, and mails another one [A23]', async () => {
    const stage = await STAGES[0].stage()
    const api = await createCaller(stage, ['account:read', 'account:write'])
    const person = await stage.person()
    const token = await api.tokenOf(person)
    await stage.parts.db('accounts').where({ id: person.id }).update({ emailVerifiedAtMs: null })
    expect((await api.call('POST', '/account/resend', { token })).status).to.equal(202)
    const code = codeIn(await stage.waitForMail(person.email, /^Activate/))
    const wrong = await api.call('POST', '/account/verify', { token, body: { code: 'AAAA-AAAA' } })
    expect([wrong.status, wrong.json()['code']]).to.eql([422, 'code_wrong'])
    const answer = await api.call('POST', '/account/verify', { token, body: { code } })
    expect([answer.status, answer.json()['email_verified']]).to.eql([200, true])
  })
})
