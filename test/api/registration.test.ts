import { expect } from 'chai'
import { findAccountByEmail } from '../../src/accounts/account.ts'
import { codeIn, linkIn } from '../support/letter.ts'
import { anyAddress, PASSWORD, STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'
import type { Api } from './caller.ts'

const SUBJECT = { register: /^Activate/, reset: /^Reset/ }

for (const { name, stage: open } of STAGES)
  describe(`the API for registering people, on two processes with ${name}`, function () {
    let stage: Stage
    let api: Api
    let token: string
    let people = 0

    before(async () => {
      stage = await open()
      api = await createCaller(stage, ['accounts:register'])
      token = await api.ownToken()
    })

    const anyEmail = () => `joining-${(people += 1)}-${Date.now()}@example.org`
    const post = (path: string, body: object) =>
      api.call('POST', path, { token, body: { ip: anyAddress(), ...body } })
    async function register(email: string, more: object = {}) {
      const answer = await post('/registrations', { email, password: PASSWORD, ...more })
      expect(answer.status, answer.text).to.equal(202)
      const mail = await stage.waitForMail(email, SUBJECT.register)
      const link = new URL(linkIn(mail, '/activate'))
      return { code: codeIn(mail), token: link.searchParams.get('token')! }
    }
    const verified = async (email: string) =>
      (await findAccountByEmail(stage.parts.db, email))?.emailVerifiedAtMs !== null

    it('answers alike, byte for byte, for addresses with and without an account [S-3.44]', async () => {
      const known = await stage.person()
      const answers = [
        await post('/registrations', { email: anyEmail(), password: PASSWORD }),
        await post('/registrations', { email: known.email, password: PASSWORD }),
        await post('/registrations/resend', { email: known.email }),
        await post('/registrations/resend', { email: anyEmail() }),
        await post('/password-resets', { email: known.email }),
        await post('/password-resets', { email: anyEmail() }),
      ]
      const told = answers.map(({ status, text, headers }) => {
        const { date: _, 'x-request-id': __, ...same } = headers
        return JSON.stringify([status, text, same])
      })
      expect(new Set(told).size, told.join('\n')).to.equal(1)
      expect(answers[0]?.status).to.equal(202)
    })

    it('confirms by address, code and password, and shows the account [A06]', async () => {
      const email = anyEmail()
      const { code } = await register(email, { name: 'Ann', locale: 'en-GB' })
      const answer = await post('/registrations/verify', { email, code, password: PASSWORD })
      expect([answer.status, answer.json()['email_verified'], answer.json()['name']]).to.eql([
        200,
        true,
        'Ann',
      ])
    })

    it('confirms by the mailed token and the password', async () => {
      const email = anyEmail()
      const mailed = await register(email)
      const body = { token: mailed.token, password: 'not the password' }
      const wrong = await post('/registrations/verify', body)
      expect([wrong.status, wrong.json()['code']]).to.eql([422, 'password_wrong'])
      expect(await verified(email)).to.equal(false)
      const answer = await post('/registrations/verify', { ...body, password: PASSWORD })
      expect(answer.status, answer.text).to.equal(200)
      const again = await post('/registrations/verify', { ...body, password: PASSWORD })
      expect([again.status, again.json()['code']]).to.eql([409, 'link_used'])
    })

    it('confirms by the mailed token in the browser that registered', async () => {
      const browser = 'a secret that the page keeps in the browser'
      const email = anyEmail()
      const mailed = await register(email, { browser })
      const other = await post('/registrations/verify', {
        token: mailed.token,
        browser: browser.toUpperCase(),
      })
      expect([other.status, other.json()['code']]).to.eql([422, 'code_wrong'])
      const answer = await post('/registrations/verify', { token: mailed.token, browser })
      expect(answer.status, answer.text).to.equal(200)
    })

    it('ends a mail after five wrong guesses, of codes and passwords together', async () => {
      const email = anyEmail()
      const mailed = await register(email)
      for (const [at, given] of [{ password: 'x' }, { password: 'y', code: 'AAAA-AAAA' }].entries())
        for (let n = 0; n < 3 - at; n += 1)
          await post('/registrations/verify', { token: mailed.token, ...given })
      const answer = await post('/registrations/verify', { token: mailed.token, password: PASSWORD })
      expect([answer.status, answer.json()['code']]).to.eql([422, 'code_exhausted'])
      expect(await verified(email)).to.equal(false)
    })

    it('says the same of every address when a code is wrong', async () => {
      const email = anyEmail()
      await register(email)
      const known = (await stage.person()).email
      const answers = await Promise.all(
        [email, known, anyEmail()].map(async (one) => {
          const body = { email: one, code: 'AAAA-AAAA', password: PASSWORD }
          const { error_id: _, ...told } = (await post('/registrations/verify', body)).json()
          return JSON.stringify(told)
        }),
      )
      expect(new Set(answers).size, answers.join('\n')).to.equal(1)
      expect(answers[0]).to.contain('verification_failed')
    })

    it('never takes an address or a token without proof', async () => {
      const email = anyEmail()
      const mailed = await register(email)
      for (const body of [
        { email, password: PASSWORD },
        { email, code: mailed.code },
        { token: mailed.token },
        { token: mailed.token, new_password: 'another fine passphrase' },
      ]) {
        const answer = await post('/registrations/verify', body)
        expect(answer.status, JSON.stringify(Object.keys(body))).to.equal(400)
      }
      expect(await verified(email)).to.equal(false)
    })

    it('resets a password by token and code, or by address and code', async () => {
      const person = await stage.person()
      const seen: string[] = []
      for (const by of ['token', 'email'] as const) {
        await stage.parts.db('one_time_tokens').where({ accountId: person.id }).delete()
        expect((await post('/password-resets', { email: person.email })).status, by).to.equal(202)
        const mail = await stage.waitForMail(person.email, SUBJECT.reset, (one) => !seen.includes(one.text))
        seen.push(mail.text)
        const mailedToken = new URL(linkIn(mail, '/reset')).searchParams.get('token')!
        const evidence = {
          code: codeIn(mail),
          ...(by === 'token' ? { token: mailedToken } : { email: person.email }),
        }
        const bare = await post('/password-resets/complete', {
          token: mailedToken,
          new_password: 'new words here',
        })
        expect(bare.status, by).to.equal(400)
        const answer = await post('/password-resets/complete', {
          ...evidence,
          new_password: `fine new words ${by}`,
        })
        expect([answer.status, answer.text], by).to.eql([204, ''])
        const again = await post('/password-resets/complete', { ...evidence, new_password: 'more new words' })
        expect(again.json()['code'], by).to.equal(by === 'token' ? 'link_used' : 'verification_failed')
      }
    })

    it('names everything that is wrong with a registration at once', async () => {
      const answer = await post('/registrations', { email: 'nobody', password: 'short', name: 'http://spam' })
      expect(answer.status).to.equal(422)
      const { errors } = answer.json() as { errors: { field: string }[] }
      expect(errors.map(({ field }) => field)).to.have.members(['email', 'password', 'name'])
      expect(answer.text).not.to.contain('short"')
    })

    it('registers once for one Idempotency-Key [S-3.45]', async () => {
      const email = anyEmail()
      const request = { token, body: { email, password: PASSWORD }, headers: { 'idempotency-key': email } }
      const first = await api.call('POST', '/registrations', request)
      const second = await api.call('POST', '/registrations', request)
      expect([first.status, second.status, second.headers['idempotency-replayed']]).to.eql([202, 202, 'true'])
      const empty = await api.call('POST', '/registrations', {
        ...request,
        headers: { 'idempotency-key': '' },
      })
      expect([empty.status, empty.json()['code']]).to.eql([400, 'invalid_request'])
    })

    it('writes no password, code or token into the log [S-3.51]', () => {
      expect(stage.log()).not.to.contain(PASSWORD)
    })
  })
