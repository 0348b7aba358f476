import { expect } from 'chai'
import { decodeJwt } from 'jose'
import { updateProfile } from '../../src/accounts/profile.ts'
import { revokeEntries } from '../../src/grant-store/status-entries.ts'
import { TOPICS } from '../../src/platform/versioned-cache/topics.ts'
import { createCaller } from '../api/caller.ts'
import { register, userinfo } from '../provider/relying-party.ts'
import type { Party, Tokens } from '../provider/relying-party.ts'
import type { Answer } from '../provider/send.ts'
import { openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { isMounted } from '../support/mounted.ts'
import { recordStatements } from '../support/sql-statements.ts'
import type { Statements } from '../support/sql-statements.ts'

/** Where tokens are in SQL, they are read there. Where they are in Redis, a use is written to SQL. */
const TOKENS = /[`" ](oidc_records|recorded_uses)[`" ]/

for (const store of ['sqlite', 'mariadb+redis'] as const)
  describe(`a person who is known to the server, on ${store}`, () => {
    let stage: Stage
    let [app, spa]: Party[] = []
    let statements: Statements

    before(async () => {
      stage = await openStage({ store, processes: 1, separate: false })
      app = await register(stage)
      spa = await register(stage, { token_endpoint_auth_method: 'none' })
      statements = recordStatements(stage.parts.db)
    })
    after(async () => {
      statements.stop()
      await stage.stop()
    })

    /**
     * The statements of a later request; the first one fills the caches. A process that was held up for a second trusts no
     * cache, and its worker has queries of its own: so several requests may fail, but not all.
     */
    async function ofLater(ask: () => Promise<Answer>): Promise<string[]> {
      expect((await ask()).status).to.equal(200)
      let left: string[] = []
      for (let turn = 0; turn < 8; turn += 1) {
        await stage.parts.feed.check()
        statements.texts.length = 0
        expect((await ask()).status, `turn ${turn}`).to.equal(200)
        left = statements.texts.filter((text) => !TOKENS.test(text) && !/^(BEGIN|COMMIT);$/.test(text))
        if (left.length === 0) break
      }
      return left
    }

    it('costs no query at userinfo, introspection and refresh [A17]', async () => {
      const tokens = await app!.tokensFor(await stage.person())
      let { refresh_token: last } = await spa!.tokensFor(await stage.person())
      const rotate = async () => {
        const answer = await spa!.refresh(last)
        last = (answer.json() as Tokens).refresh_token
        return answer
      }
      expect(await ofLater(() => userinfo(stage, tokens.access_token)), 'userinfo').to.eql([])
      expect(await ofLater(() => app!.introspect(tokens.access_token)), 'introspection').to.eql([])
      expect(await ofLater(() => app!.introspect(tokens.refresh_token)), 'of a refresh token').to.eql([])
      expect(await ofLater(() => app!.refresh(tokens.refresh_token)), 'refresh').to.eql([])
      expect(await ofLater(rotate), 'rotation').to.eql([])
    })

    it('costs no query when a JWT access token is introspected, and one after a revocation nearby', async () => {
      const resource = 'https://jwts.example.com/'
      await stage.createResource({ identifier: resource, scope: 'read', format: 'jwt' })
      const party = await register(stage, { allowed_resources: [resource], first_party: true })
      const asked = { resource, scope: 'openid offline_access read', prompt: undefined }
      const { access_token: token } = await party.tokensFor(await stage.person(), asked)
      expect(token.split('.')).to.have.length(3)
      const ask = async () => {
        const answer = await party.introspect(token)
        expect(answer.json()).to.include({ active: true })
        return answer
      }
      expect(await ofLater(ask)).to.eql([])
      if (!isMounted('status-list')) return
      const { idx } = (decodeJwt(token)['status'] as { status_list: { idx: number } }).status_list
      await revokeEntries(stage.parts.db, { listId: 'another', idx: idx + TOPICS })
      statements.texts.length = 0
      await ask()
      expect(statements.texts.filter((text) => /from .status_entries/.test(text))).to.have.length(1)
      expect(await ofLater(ask), 'and none after that').to.eql([])
    })

    it('costs no query at the API', async () => {
      const api = await createCaller(stage, ['account:read'])
      const token = await api.tokenOf(await stage.person())
      expect(await ofLater(() => api.call('GET', '/account', { token }))).to.eql([])
    })

    it('costs one query after a change, and shows the change at once', async () => {
      const person = await stage.person()
      const { access_token: token } = await app!.tokensFor(person)
      for (const name of ['Ada', 'Ada Lovelace']) {
        await updateProfile(stage.parts.db, person.id, { name }, Date.now(), { actor: 'cli' })
        statements.texts.length = 0
        expect((await userinfo(stage, token)).json(), name).to.include({ name })
        const reads = statements.texts.filter((text) => /from .accounts/.test(text))
        expect(reads, `after ${name}`).to.have.length(1)
      }
    })
  })
