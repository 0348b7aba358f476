import { expect } from 'chai'
import type { Puzzle } from '../../src/attempts/puzzle.ts'
import { anyAddress, openStage, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { solutionOf } from '../support/solved-puzzle.ts'
import { createCaller } from './caller.ts'
import type { Api } from './caller.ts'

const BEFORE_CHALLENGE = 3

describe('the API, for people of a network that failed to sign in often', () => {
  let stage: Stage
  let api: Api
  let token: string
  let ip: string
  let people = 0

  before(async () => {
    const env = {
      ACCOUNT_SERVER_NETWORK_FAILURES_BEFORE_CHALLENGE: String(BEFORE_CHALLENGE),
      ACCOUNT_SERVER_CHALLENGE_BITS: '3',
    }
    stage = await openStage({ store: 'sqlite', env })
    api = await createCaller(stage, ['accounts:register'])
    token = await api.ownToken()
  })
  after(() => stage.stop())
  beforeEach(async () => {
    ip = anyAddress()
    for (let n = 0; n < BEFORE_CHALLENGE; n += 1)
      await stage.visitor({ 'x-forwarded-for': ip }).signIn({ email: anyEmail(), password: 'wrong' })
  })

  const anyEmail = () => `puzzled-${(people += 1)}-${Date.now()}@example.org`
  const post = (path: string, body: object) => api.call('POST', path, { token, body: { ip, ...body } })
  const puzzleIn = (answer: { json: () => unknown }) => (answer.json() as { challenge: Puzzle }).challenge

  it('registers nobody without the solution of the puzzle that its refusal has, and one with it', async () => {
    const email = anyEmail()
    const refused = await post('/registrations', { email, password: PASSWORD })
    expect([refused.status, (refused.json() as { code: string }).code]).to.eql([403, 'challenge_required'])
    const proof_of_work = solutionOf(puzzleIn(refused), email)
    const body = { email, password: PASSWORD, proof_of_work }
    expect(
      (await post('/registrations', { ...body, email: anyEmail() })).status,
      'of another address',
    ).to.equal(403)
    expect(
      (await post('/registrations', { ...body, ip: anyAddress() })).status,
      'in a calm network',
    ).to.equal(202)
    expect((await post('/registrations', body)).status).to.equal(202)
    expect((await stage.waitForMail(email)).subject).to.match(/^Activate/)
    expect((await post('/registrations', body)).status, 'the solution again').to.equal(403)
  })

  it('mails no reset without the solution, whether the address has an account or not', async () => {
    for (const email of [anyEmail(), (await stage.person()).email]) {
      const refused = await post('/password-resets', { email })
      expect(refused.status, email).to.equal(403)
      const proof_of_work = solutionOf(puzzleIn(refused), email)
      expect((await post('/password-resets', { email, proof_of_work })).status, email).to.equal(202)
    }
  })
})
