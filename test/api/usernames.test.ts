import { expect } from 'chai'
import { signIn } from '../../src/accounts/journeys/sign-in.ts'
import { updateProfile } from '../../src/accounts/profile.ts'
import { inTransaction } from '../../src/platform/sql/database.ts'
import { codeIn } from '../support/letter.ts'
import { anyAddress, PASSWORD, STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'
import type { Api } from './caller.ts'

let names = 0
const anyName = () => `Zoë.${(names += 1)}-${Date.now()}`

for (const { name, stage: open } of STAGES)
  describe(`user names and the look-up of accounts, on two processes with ${name}`, function () {
    let stage: Stage
    let api: Api
    let token: string

    before(async () => {
      stage = await open()
      api = await createCaller(stage, ['accounts:check', 'accounts:register'])
      token = await api.ownToken()
    })

    async function named(username = anyName()) {
      const person = await stage.person()
      const { db, clock } = stage.parts
      await inTransaction(db, (trx) => updateProfile(trx, person.id, { username }, clock(), { actor: 'cli' }))
      return { ...person, username }
    }
    const check = (login: string) => api.call('POST', '/accounts/check', { token, body: { login } })
    const attempt = (email: string, password: string, ip = anyAddress()) =>
      signIn(stage.parts, { email, password, ip })

    it('finds an account by its exact address or user name, in any spelling [A08]', async () => {
      const person = await named()
      const spellings = [
        person.email,
        person.email.toUpperCase(),
        person.username,
        person.username.toUpperCase(),
        person.username.normalize('NFD'),
      ]
      for (const login of spellings) expect((await check(login)).json(), login).to.eql({ sub: person.id })
    })

    it('finds no part of a name, no unconfirmed and no disabled account', async () => {
      const person = await named()
      const waiting = await stage.person({ verified: false })
      for (const login of ['nobody', 'nobody@example.org', person.username.slice(1), waiting.email, '%']) {
        const answer = await check(login)
        expect([answer.status, answer.json()['code']], login).to.eql([404, 'account_not_found'])
      }
      await stage.parts.db('accounts').where({ id: person.id }).update({ disabledAtMs: 1 })
      expect((await check(person.username)).status).to.equal(404)
    })

    it('writes each look-up into the audit trail [S-3.49]', async () => {
      const person = await named()
      await check(person.username)
      const row: unknown = await stage.parts
        .db('audit_events')
        .where({ action: 'account.checked', accountId: person.id })
        .first('detail')
      expect(JSON.stringify(row)).to.contain(api.party.clientId).and.not.to.contain(person.username)
    })

    it('gives a name to one account only, in any spelling', async () => {
      const person = await named()
      const profiles = await createCaller(stage, ['account:read', 'account:write'])
      const second = await profiles.tokenOf(await stage.person())
      const body = { username: person.username.toUpperCase() }
      const answer = await profiles.call('PATCH', '/account', { token: second, body })
      expect([answer.status, answer.json()['code']]).to.eql([409, 'username_taken'])
    })

    it('signs in by the name, with the limits of the address [A20]', async () => {
      const person = await named()
      expect((await attempt(person.username.toUpperCase(), PASSWORD)).ok).to.equal(true)
      expect((await attempt(person.username, 'wrong')).ok).to.equal(false)
      const ip = anyAddress()
      for (let n = 0; n < 15; n += 1) await attempt(n % 2 === 0 ? person.username : person.email, 'wrong', ip)
      for (const login of [person.username, person.email])
        expect(await attempt(login, PASSWORD, ip), login).to.include({ ok: false, reason: 'blocked' })
    })

    it('keeps a name for the person who confirms, not for one who registers', async () => {
      const username = anyName()
      const emails = [1, 2].map((n) => `named-${n}-${username.slice(4)}@example.org`)
      const codes: string[] = []
      for (const email of emails) {
        const body = { email, password: PASSWORD, username, ip: anyAddress() }
        expect((await api.call('POST', '/registrations', { token, body })).status, email).to.equal(202)
        codes.push(codeIn(await stage.waitForMail(email, /^Activate/)))
      }
      const confirm = async (at: number) => {
        const body = { email: emails[at], code: codes[at], password: PASSWORD }
        return (await api.call('POST', '/registrations/verify', { token, body })).json()
      }
      expect(await confirm(1)).to.include({ username })
      expect(await confirm(0)).to.include({ username: null })
      const body = { email: 'third@example.org', password: PASSWORD, username }
      const taken = await api.call('POST', '/registrations', { token, body })
      expect([taken.status, taken.json()['code']]).to.eql([409, 'username_taken'])
    })
  })
