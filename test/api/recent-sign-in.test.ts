import { expect } from 'chai'
import { grantRole } from '../../src/accounts/roles.ts'
import type { Account } from '../../src/accounts/account.ts'
import { apiIdentifier } from '../../src/operations/scopes.ts'
import { openStage, STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { signIn } from '../provider/relying-party.ts'
import { ageSessions } from '../support/older-sign-ins.ts'
import { createCaller } from './caller.ts'
import type { Api } from './caller.ts'

for (const { name } of STAGES)
  describe(`an administrator's token at the API, with ${name}`, () => {
    let stage: Stage
    let api: Api
    let administrator: Account
    let resource: string
    let browser: ReturnType<Stage['visitor']>

    before(async () => {
      const store = name === 'SQLite' ? 'sqlite' : 'mariadb+redis'
      stage = await openStage({ store, processes: 1, env: { ACCOUNT_SERVER_ADMIN_SIGN_IN_MINUTES: '30' } })
      api = await createCaller(stage, ['accounts:read', 'accounts:manage', 'account:read'])
      administrator = await stage.person()
      await grantRole(stage.parts.db, administrator.id, 'admin')
      resource = apiIdentifier(stage.issuer)
      browser = stage.visitor()
      await signIn(browser, api.party.authorizePath({ scope: 'openid' }), administrator)
      await ageSessions(stage)
    })
    after(() => stage.stop())

    const scope = 'openid accounts:read accounts:manage account:read offline_access'
    const tokens = (given: Record<string, string> = {}) =>
      api.party.tokensFor(administrator, { resource, scope, ...given }, browser)
    const list = (token: string) => api.call('GET', '/accounts', { token })

    it('is refused when the sign-in is older than the setting, with the age that is wanted [S-3.40]', async () => {
      const { access_token: token, refresh_token: refresh } = await tokens()
      const { access_token: renewed } = (await api.party.refresh(refresh, { resource })).json()
      for (const [what, one] of Object.entries({ token, renewed: String(renewed) })) {
        const answer = await list(one)
        expect([answer.status, answer.json()['code']], what).to.eql([401, 'insufficient_user_authentication'])
        expect(answer.headers['www-authenticate'], what).to.equal(
          'Bearer error="insufficient_user_authentication", max_age="1800"',
        )
      }
      expect((await api.call('GET', '/account', { token })).status, 'own account').to.equal(200)
    })

    it('counts after a sign-in with that max_age (RFC 9470 §4)', async () => {
      const { access_token: token } = await tokens({ max_age: '1800' })
      expect((await list(token)).status).to.equal(200)
    })

    it('is not asked of a client with a token of its own', async () => {
      expect((await list(await api.ownToken())).status).to.equal(200)
    })

    it('is refused for the role first: a new sign-in would not help others', async () => {
      const other = await stage.person()
      const answer = await list(await api.tokenOf(other))
      expect([answer.status, answer.json()['code']]).to.eql([403, 'administrator_required'])
    })
  })
