import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import { authenticator } from '../factors/authenticator.ts'
import { LEVELS } from '../../src/accounts/levels.ts'
import { enroll } from '../factors/enrolled.ts'
import { auditTrailOf } from '../support/audit-trail.ts'
import { ageSessions } from '../support/older-sign-ins.ts'
import { ONE_STAGE, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'
import type { Api } from './caller.ts'

const OWN = ['account:read', 'account:factors'] as const
const ADMIN = ['accounts:read', 'accounts:factors'] as const
const NOTHING = { totp: null, passkeys: [], recovery_codes: null, reset: null }

for (const { name, stage: open } of ONE_STAGE)
  describe(`the API of second factors, with ${name}`, () => {
    let stage: Stage
    let api: Api

    before(async () => {
      stage = await open()
      api = await createCaller(stage, [...OWN, ...ADMIN])
    })

    async function signedIn(): Promise<{ person: Account; token: string }> {
      const person = await stage.person()
      return { person, token: await api.tokenOf(person) }
    }
    const own = async (token: string) => (await api.call('GET', '/account/factors', { token })).json()
    const post = (path: string, token: string, body: object = {}) =>
      api.call('POST', `/account/factors${path}`, { token, body })

    it('sets up an authenticator app, renews the recovery codes and removes both [S-2.70]', async () => {
      const { person, token } = await signedIn()
      expect(await own(token)).to.eql(NOTHING)
      const begun = await post('/totp', token)
      expect(begun.status, begun.text).to.equal(201)
      const { secret, otpauth_uri: uri } = begun.json() as { secret: string; otpauth_uri: string }
      expect(new URL(uri).searchParams.get('secret')).to.equal(secret)
      expect(await own(token), 'not confirmed').to.eql(NOTHING)
      const app = authenticator(secret)
      const wrong = await post('/totp/confirm', token, { code: app.wrongCodeAt(Date.now()) })
      expect([wrong.status, wrong.json()['code']]).to.eql([422, 'code_wrong'])
      const confirmed = await post('/totp/confirm', token, { code: app.codeAt(Date.now()) })
      const first = confirmed.json()['recovery_codes']
      expect(first, confirmed.text).to.have.length(10)
      expect((await own(token))['recovery_codes']).to.include({ left: 10 })
      const proof = { current_password: PASSWORD }
      const renewed = (await post('/recovery-codes', token, proof)).json()['recovery_codes']
      expect(renewed)
        .to.have.length(10)
        .and.not.include.members([(first as string[])[0]])
      expect((await post('/totp/remove', token, proof)).status).to.equal(204)
      expect(await own(token)).to.eql(NOTHING)
      const trail = (await auditTrailOf(stage.parts.db, person.id)).map(({ action }) => action)
      expect(trail).to.include.members(['factor.added', 'recovery_codes.renewed', 'factor.removed'])
      await stage.waitForMail(person.email, /is off/)
    })

    it('asks for the password, or for a sign-in of the last ten minutes and after the last change [S-2.71]', async () => {
      const { person, token } = await signedIn()
      await enroll(stage.parts, person.id)
      await stage.parts.db('account_totps').where({ accountId: person.id }).increment('confirmedAtMs', 1000)
      for (const path of ['/totp/remove', '/recovery-codes']) {
        const answer = await post(path, token)
        expect([answer.status, answer.json()['code']], path).to.eql([401, 'insufficient_user_authentication'])
        expect(answer.headers['www-authenticate'], path).to.contain('max_age="600"')
        const wrong = await post(path, token, { current_password: 'not mine' })
        expect([wrong.status, wrong.json()['code']], path).to.eql([422, 'password_wrong'])
      }
      expect(await own(token))
        .to.have.property('totp')
        .that.is.an('object')

      const other = await stage.person()
      const browser = stage.visitor()
      await browser.signIn({ ...other, password: PASSWORD })
      await ageSessions(stage)
      const resource = `${stage.issuer}/api/v1`
      const { access_token: old } = await api.party.tokensFor(
        other,
        { resource, scope: OWN.join(' ') },
        browser,
      )
      expect((await post('/totp', old)).status).to.equal(401)
      expect((await post('/totp', old, { current_password: PASSWORD })).status).to.equal(201)
    })

    it('takes no sign-in without the second factor for a change of factors, nor the password [S-2.203]', async () => {
      const person = await stage.person()
      const factor = await enroll(stage.parts, person.id)
      // As in a trusted browser: the sign-in is newer than the factor, and has the level of the password.
      const browser = stage.visitor()
      const page = await browser.signIn({ ...person, password: PASSWORD })
      await browser.followForm(page, { code: await factor.code() }, { action: '/code' })
      const strong = await api.tokenOf(person, browser)
      await stage.parts.db('account_totps').where({ accountId: person.id }).update({ confirmedAtMs: null })
      const weak = await api.tokenOf(person)
      await stage.parts.db('account_totps').where({ accountId: person.id }).update({ confirmedAtMs: 1 })
      for (const path of ['/totp/remove', '/recovery-codes']) {
        const refused = await post(path, weak, { current_password: PASSWORD })
        expect([refused.status, refused.json()['code']], path).to.eql([
          401,
          'insufficient_user_authentication',
        ])
        expect(refused.json()['detail'], path).to.contain(LEVELS[1])
      }
      expect((await post('/totp/remove', strong, { current_password: PASSWORD })).status).to.equal(204)
    })

    it('shows administrators the factors of an account, and resets them [S-2.72]', async () => {
      const { person, token } = await signedIn()
      await enroll(stage.parts, person.id)
      const program = await api.ownToken()
      const path = `/accounts/${person.id}`
      const shown = await api.call('GET', `${path}/factors`, { token: program })
      expect(shown.json()).to.have.nested.property('recovery_codes.left', 10)
      expect(shown.text).not.to.match(/secret|[2-7A-Z]{16}/)
      const planned = await api.call('POST', `${path}/reset-factors`, { token: program })
      expect(planned.status).to.equal(200)
      const pending = await api.call('GET', `${path}/factors`, { token: program })
      expect(pending.json()).to.have.nested.property('reset.due_at').that.is.a('string')
      await api.call('POST', `${path}/keep-factors`, { token: program })
      const kept = (await api.call('GET', `${path}/factors`, { token: program })).json()
      expect([kept['reset'], kept['totp'] !== null]).to.eql([null, true])
      const reset = await api.call('POST', `${path}/reset-factors-now`, { token: program })
      expect([reset.status, reset.json()['id']]).to.eql([200, person.id])
      expect((await api.call('GET', `${path}/factors`, { token: program })).json()).to.eql(NOTHING)
      expect((await api.call('GET', '/account/factors', { token })).status, 'its sessions').to.equal(401)
      const [entry] = await auditTrailOf(stage.parts.db, person.id)
      expect(entry).to.include({ action: 'factors.reset', actor: `client:${api.party.clientId}` })
      await stage.waitForMail(person.email, /was reset/)
    })

    it('resets nothing where there is nothing, and ends no session then', async () => {
      const { person, token } = await signedIn()
      const program = await api.ownToken()
      const answer = await api.call('POST', `/accounts/${person.id}/reset-factors`, { token: program })
      expect(answer.status).to.equal(200)
      expect(await own(token)).to.eql(NOTHING)
    })
  })
