import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { Account } from '../../../src/accounts/account.ts'
import { LEVELS } from '../../../src/accounts/levels.ts'
import { updateAccount } from '../../../src/account-cache/changed-account.ts'
import { enroll } from '../../factors/enrolled.ts'
import type { Enrolled } from '../../factors/enrolled.ts'
import type { Fields, Tokens } from '../../provider/relying-party.ts'
import type { Answer } from '../../provider/send.ts'
import { openStage, PASSWORD } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { registerApp } from './first-party-app.ts'
import type { Challenged, FirstPartyApp } from './first-party-app.ts'

const METHODS = JSON.stringify({ id_token: { acr: null, amr: null } })
const ASKED = [403, 'insufficient_authorization', 'otp']

describe('a code by mail at the authorization challenge endpoint', () => {
  let stage: Stage
  let app: FirstPartyApp
  let person: Account
  let factor: Enrolled

  before(async () => {
    stage = await openStage({ store: 'sqlite', env: { ACCOUNT_SERVER_EMAIL_SECOND_FACTOR: 'true' } })
    app = await registerApp(stage)
  })
  after(() => stage.stop())
  beforeEach(async () => {
    person = await stage.person()
    factor = await enroll(stage.parts, person.id)
  })

  type Said = Challenged & { send_code?: string[] }
  const said = (answer: Answer) => answer.json() as Said
  const stepOf = (answer: Answer) => [answer.status, said(answer).error, said(answer).step]
  const right = () => ({ username: person.email, password: PASSWORD })
  const begin = (given: Fields = {}, by = app) => by.begin({ claims: METHODS, ...right(), ...given })
  const next = (from: Answer, given: Fields, by = app) =>
    by.challenge({ auth_session: said(from).auth_session, ...given })
  const mailed = async () =>
    /\b\d{4} \d{4}\b/.exec((await stage.waitForMail(person.email, /sign-in code/)).text)?.[0] ?? ''

  it('is offered after the password, mailed when the app asks, and has the level of the password [S-2.205]', async () => {
    const asked = await begin()
    expect([stepOf(asked), said(asked).send_code]).to.eql([ASKED, ['email']])
    const sent = await next(asked, { send_code: 'email' })
    expect([stepOf(sent), said(sent).error_description]).to.eql([
      ASKED,
      'a code was mailed; send mailed_otp, with auth_session',
    ])
    const code = await mailed()
    const wrong = await next(sent, { mailed_otp: '0000 0000' })
    expect(stepOf(wrong)).to.eql(ASKED)
    const done = await next(wrong, { mailed_otp: code })
    expect(done.status, done.text).to.equal(200)
    const tokens = (await app.redeem(said(done).authorization_code)).json() as Tokens
    expect(decodeJwt(tokens.id_token)).to.deep.include({ acr: LEVELS[0], amr: ['pwd', 'otp'] })
  })

  it('is no code before it was mailed, and the code of the app works beside it', async () => {
    const early = await next(await begin(), { mailed_otp: '1234 5678' })
    expect(stepOf(early)).to.eql(ASKED)
    const sent = await next(early, { send_code: 'email' })
    expect((await next(sent, { otp: await factor.code() })).status).to.equal(200)
  })

  it('shares the five guesses with the codes of the app [S-2.206]', async () => {
    let step = await begin({ send_code: 'email' })
    for (let n = 0; n < 3; n += 1) step = await next(step, { mailed_otp: '0000 0000' })
    for (let n = 0; n < 2; n += 1) step = await next(step, { otp: factor.wrong() })
    expect(stepOf(await next(step, { mailed_otp: await mailed() }))).to.eql(ASKED)
  })

  it('is neither offered nor taken where a level is asked for, by the request, the app or the operator [S-2.208]', async () => {
    const strict = await registerApp(stage, { require_second_factor: true })
    const cases = [
      [app, { acr_values: LEVELS[1] }],
      [strict, {}],
    ] as const
    for (const [by, given] of cases) {
      const asked = await begin(given, by)
      expect(said(asked).send_code, JSON.stringify(given)).to.equal(undefined)
      const sent = await next(asked, { send_code: 'email' }, by)
      expect(said(sent).error_description, JSON.stringify(given)).to.contain('takes no code by mail')
      expect(stepOf(await next(sent, { mailed_otp: '1234 5678' }, by)), JSON.stringify(given)).to.eql(ASKED)
    }
    const sent = await begin({ send_code: 'email' })
    await updateAccount(stage.parts.db, { id: person.id }, { secondFactorDue: true })
    const refused = await next(sent, { mailed_otp: await mailed() })
    expect(said(refused).error).to.equal('invalid_session')
  })
})
