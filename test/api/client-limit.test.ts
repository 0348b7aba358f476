import { expect } from 'chai'
import { anyAddress, openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'
import type { Api } from './caller.ts'

const LIMIT = 8

describe(`a client that may ask for ${LIMIT} things in a minute`, () => {
  let stage: Stage
  let api: Api
  let other: Api

  before(async () => {
    const env = { ACCOUNT_SERVER_API_REQUESTS_PER_CLIENT: String(LIMIT) }
    stage = await openStage({ store: 'mariadb+redis', env })
    api = await createCaller(stage, ['accounts:register', 'accounts:check'])
    other = await createCaller(stage, ['accounts:register', 'accounts:check'])
  })
  after(() => stage.stop())

  const register = async (by: Api, token: string) =>
    by.call('POST', '/password-resets', { token, body: { email: 'a@example.org', ip: anyAddress() } })
  const check = async (by: Api, token: string) =>
    by.call('POST', '/accounts/check', { token, body: { login: 'nobody' } })

  for (const [what, ask, good] of [
    ['registrations, codes and mails', register, 202],
    ['look-ups', check, 404],
  ] as const)
    it(`gets that many ${what} from all processes, with any token and address [S-3.48]`, async () => {
      const token = await api.ownToken()
      const answers = await Promise.all(Array.from({ length: 2 * LIMIT }, () => ask(api, token)))
      expect(answers.filter(({ status }) => status === good)).to.have.length(LIMIT)
      const late = await ask(api, await api.ownToken())
      expect([late.status, late.json()['code']]).to.eql([429, 'too_many_requests'])
      expect(Number(late.headers['retry-after'])).to.be.within(1, 60)
      expect((await ask(other, await other.ownToken())).status, 'another client').to.equal(good)
    })
})
