import { expect } from 'chai'
import { codeIn } from '../support/letter.ts'
import { openStage, PASSWORD, sqliteStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'
import type { Api } from './caller.ts'

const VERSION = '2026-11'
const TERMS = 'https://example.org/terms'
const PRIVACY = 'https://example.org/privacy'
let count = 0

describe('the terms over the API', () => {
  let stage: Stage
  let api: Api
  let token: string

  before(async () => {
    const env = {
      ACCOUNT_SERVER_TERMS_VERSION: VERSION,
      ACCOUNT_SERVER_BRAND_TERMS_URL: TERMS,
      ACCOUNT_SERVER_BRAND_PRIVACY_URL: PRIVACY,
      ACCOUNT_SERVER_PASSWORD_MIN_LENGTH: '11',
    }
    stage = await openStage({ store: 'sqlite', env })
    api = await createCaller(stage, ['accounts:register', 'accounts:read'])
    token = await api.ownToken()
  })
  after(() => stage.stop())

  const rules = async () => (await api.call('GET', '/registrations/rules', { token })).json()

  /** Registers and confirms somebody, and answers the account as the API shows it. */
  async function joined(more: object) {
    const email = `terms-api-${(count += 1)}-${Date.now()}@example.org`
    const body = { email, password: PASSWORD, ...more }
    const registered = await api.call('POST', '/registrations', { token, body })
    expect(registered.status, registered.text).to.equal(202)
    const code = codeIn(await stage.waitForMail(email, /^Activate/))
    const proof = { email, code, password: PASSWORD }
    const done = await api.call('POST', '/registrations/verify', { token, body: proof })
    expect(done.status, done.text).to.equal(200)
    return (await api.call('GET', `/accounts/${String(done.json()['id'])}`, { token })).json()
  }

  it('are named with their version to programs that register people', async () => {
    expect(await rules()).to.eql({
      mode: 'open',
      domains: [],
      password_min_length: 11,
      terms_version: VERSION,
      terms_uri: TERMS,
      privacy_uri: PRIVACY,
    })
  })

  it('are accepted with the version that the rules name, and the account says so', async () => {
    const account = await joined({ terms_version: (await rules())['terms_version'] })
    expect(account['terms_version']).to.equal(VERSION)
    expect(Date.parse(String(account['terms_accepted_at']))).to.be.closeTo(Date.now(), 600_000)
  })

  it('are not accepted with an earlier version, or without one', async () => {
    for (const more of [{ terms_version: '2025-01' }, {}])
      expect(await joined(more), JSON.stringify(more)).to.include({
        terms_version: null,
        terms_accepted_at: null,
      })
  })

  it('have no version where nobody is asked', async () => {
    const other = await sqliteStage()
    const program = await createCaller(other, ['accounts:register'])
    const answer = await program.call('GET', '/registrations/rules', { token: await program.ownToken() })
    expect(answer.json()).to.include({ terms_version: null, terms_uri: null, privacy_uri: null })
  })
})
