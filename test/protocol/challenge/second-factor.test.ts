import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { Account } from '../../../src/accounts/account.ts'
import { LEVELS } from '../../../src/accounts/levels.ts'
import { storePassword } from '../../../src/passwords/stored-password.ts'
import { enroll } from '../../factors/enrolled.ts'
import type { Enrolled } from '../../factors/enrolled.ts'
import type { Fields, Tokens } from '../../provider/relying-party.ts'
import type { Answer } from '../../provider/send.ts'
import { PASSWORD, STAGES } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { registerApp } from './first-party-app.ts'
import type { Challenged, FirstPartyApp } from './first-party-app.ts'

const [PASSWORD_LEVEL, SECOND_FACTOR] = LEVELS
const METHODS = JSON.stringify({ id_token: { acr: null, amr: null } })

for (const { name, stage: open } of STAGES)
  describe(`a second factor at the authorization challenge endpoint, on two processes with ${name}`, () => {
    let stage: Stage
    let app: FirstPartyApp
    let person: Account
    let factor: Enrolled

    before(async () => {
      stage = await open()
      app = await registerApp(stage)
    })
    beforeEach(async () => {
      person = await stage.person()
      factor = await enroll(stage.parts, person.id)
    })

    const right = () => ({ username: person.email, password: PASSWORD })
    const challenged = (answer: Answer) => answer.json() as Challenged
    const stepOf = (answer: Answer) => [answer.status, challenged(answer).error, challenged(answer).step]
    const next = async (given: Fields, from?: Answer) =>
      from
        ? app.challenge({ auth_session: challenged(from).auth_session, ...given })
        : app.begin({ claims: METHODS, ...given })
    const methodsOf = async (answer: Answer) => {
      expect(answer.status, answer.text).to.equal(200)
      const tokens = (await app.redeem(challenged(answer).authorization_code)).json() as Tokens
      const { acr, amr } = decodeJwt(tokens.id_token)
      return { acr, amr }
    }
    const ASKED = [403, 'insufficient_authorization', 'otp']

    it('is asked for after the password, and gives the stronger level', async () => {
      const asked = await next(right())
      expect(stepOf(asked)).to.eql(ASKED)
      expect(challenged(asked).fields).to.eql(['otp'])
      expect(await stage.parts.db('account_sessions').where({ accountId: person.id })).to.have.length(0)
      const passed = await next({ otp: await factor.code() }, asked)
      expect(await methodsOf(passed)).to.eql({ acr: SECOND_FACTOR, amr: ['pwd', 'otp', 'mfa'] })
    })

    it('comes with the password in one request as well', async () => {
      expect(await methodsOf(await next({ ...right(), otp: await factor.code() }))).to.have.property(
        'acr',
        SECOND_FACTOR,
      )
    })

    it('is not looked at before the password is right', async () => {
      const refused = await next({ username: person.email, password: 'wrong', otp: await factor.code() })
      expect(stepOf(refused)).to.eql([403, 'insufficient_authorization', 'password'])
      const passed = await next({ ...right(), otp: await factor.code() }, refused)
      expect(passed.status).to.equal(200)
    })

    it('may be a recovery code, once', async () => {
      const [otp = ''] = factor.recoveryCodes
      expect(await methodsOf(await next({ otp }, await next(right())))).to.eql({
        acr: SECOND_FACTOR,
        amr: ['pwd', 'mfa'],
      })
      expect(stepOf(await next({ otp }, await next(right())))).to.eql(ASKED)
    })

    it('is asked for again when it is wrong, and five times at most [S-2.76]', async () => {
      let last = await next(right())
      for (let guess = 0; guess < 5; guess += 1) {
        last = await next({ otp: factor.wrong() }, last)
        expect(stepOf(last), `${guess}`).to.eql(ASKED)
      }
      const refused = await next({ otp: await factor.code() }, last)
      expect(stepOf(refused)).to.eql(ASKED)
      expect(stepOf(await next({ ...right(), otp: await factor.code() }))).to.eql(ASKED)
    })

    it('is void when the password changed meanwhile', async () => {
      const asked = await next(right())
      await storePassword(stage.parts.db, person.id, `${person.passwordHash}x`, Date.now())
      const answer = await next({ otp: await factor.code() }, asked)
      expect([answer.status, challenged(answer).error]).to.eql([400, 'invalid_session'])
    })

    it('that the account does not have sends the app to the browser, when the level is asked for', async () => {
      person = await stage.person()
      const answer = await next({ ...right(), acr_values: SECOND_FACTOR })
      expect([answer.status, challenged(answer).error]).to.eql([403, 'redirect_to_web'])
      const both = await next({ ...right(), acr_values: `${SECOND_FACTOR} ${PASSWORD_LEVEL}` })
      expect(await methodsOf(both)).to.eql({ acr: PASSWORD_LEVEL, amr: ['pwd'] })
    })

    it('that is too long is refused', async () => {
      const answer = await next({ otp: '1'.repeat(101) }, await next(right()))
      expect([answer.status, challenged(answer).error]).to.eql([400, 'invalid_request'])
    })
  })
