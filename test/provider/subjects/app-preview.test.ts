/** Whether GET /clients/{client_id}/preview says what the app really gets. */
import { expect } from 'chai'
import { decodeJwt } from 'jose'
import { addMember } from '../../../src/groups/members.ts'
import { createGroup } from '../../../src/groups/groups.ts'
import type { Account } from '../../../src/accounts/account.ts'
import type { ClientInput } from '../../../src/clients/client-metadata.ts'
import { disableClient } from '../../../src/clients/clients.ts'
import { ALL_SCOPES, createCaller } from '../../api/caller.ts'
import { inCase } from '../../support/in-case.ts'
import { register, userinfo } from '../relying-party.ts'
import type { Party } from '../relying-party.ts'
import { STAGES } from '../stage.ts'
import type { Stage } from '../stage.ts'

type Preview = {
  may_use: boolean
  reasons: { code: string; detail: string }[]
  scope: string
  ignored_scope: string
  id_token: Record<string, unknown> | null
  userinfo: Record<string, unknown> | null
}

const BY = { actor: 'cli' }
/** What every ID token has beside the claims about the person. */
const OF_TOKENS = ['aud', 'exp', 'iat', 'iss', 'nonce', 'auth_time', 'acr', 'amr', 'at_hash', 'sid', 'azp']

for (const { name, stage: open } of STAGES)
  describe(`the preview of what an app would see, on ${name}`, () => {
    let stage: Stage
    let ann: Account
    let group: string
    let preview: (app: Party, query?: Record<string, string>) => Promise<Preview>

    before(async () => {
      stage = await open()
      const caller = await createCaller(stage, ALL_SCOPES)
      const token = await caller.ownToken()
      ann = await stage.person()
      group = `preview-${Date.now()}`
      const { id } = await createGroup(stage.parts, { name: group }, BY)
      await addMember(stage.parts, { groupId: id, accountId: ann.id }, BY)
      preview = async (app, query = {}) => {
        const asked = new URLSearchParams({ account: ann.id, ...query })
        const path = `/clients/${app.clientId}/preview?${asked}`
        const answer = await caller.call('GET', path, { token })
        expect(answer.status, answer.text).to.equal(200)
        return answer.json() as Preview
      }
    })

    const KINDS: Record<string, () => Partial<ClientInput>> = {
      'an ordinary app': () => ({}),
      'an app with groups and claims of its own': () => ({
        custom_claims: {
          login: { field: 'email' },
          is_member: { group },
          place: { value: 'Harbour' },
        },
      }),
      'an app with pairwise subjects': () => ({ subject_type: 'pairwise' }),
      'an app that reads userinfo alone': () => ({ scope_claims_in_id_token: false }),
      'an app for the group': () => ({ allowed_groups: [group] }),
    }
    const SCOPE = 'openid email profile groups'

    for (const [kind, input] of Object.entries(KINDS))
      it(`says what ${kind} really gets`, async () => {
        const app = await register(stage, input())
        const found = await preview(app, { scope: SCOPE })
        const tokens = await app.tokensFor(ann, { scope: SCOPE })
        const issued = Object.entries(decodeJwt(tokens.id_token)).filter(
          ([claim]) => !OF_TOKENS.includes(claim),
        )
        expect(found.id_token).to.eql(Object.fromEntries(issued))
        expect(found.userinfo).to.eql((await userinfo(stage, tokens.access_token)).json())
        expect(found).to.deep.include({ may_use: true, reasons: [], scope: SCOPE, ignored_scope: '' })
      })

    it('follows the scopes, and takes an address for the person', async () => {
      const app = await register(stage, { scope: 'openid email' })
      expect((await preview(app, { account: ann.email })).userinfo).to.include({ email: ann.email })
      const less = await preview(app, { scope: 'openid profile' })
      expect(less).to.deep.include({ scope: 'openid', ignored_scope: 'profile' })
      expect(Object.keys(less.userinfo ?? {})).to.eql(['sub'])
    })

    it('says why a person may not use an app, and shows nothing then', async () => {
      const { id, name: others } = await createGroup(stage.parts, { name: `others-${Date.now()}` }, BY)
      const closed = await register(stage, { allowed_groups: [id] })
      const off = await register(stage)
      await disableClient(stage.parts.db, off.clientId, stage.parts.clock)
      const machine = await register(stage, { grant_types: ['client_credentials'], redirect_uris: [] })
      for (const [app, code, words] of [
        [closed, 'not_in_groups', others],
        [off, 'client_disabled', 'disabled'],
        [machine, 'no_person', 'nobody'],
      ] as const)
        await inCase(code, async () => {
          const found = await preview(app)
          expect(found, code).to.include({ may_use: false, id_token: null, userinfo: null })
          expect(
            found.reasons.map((one) => one.code),
            code,
          ).to.eql([code])
          expect(found.reasons[0]?.detail, code).to.contain(words)
        })
    })

    it('leaves nothing behind', async () => {
      const app = await register(stage)
      await preview(app)
      const { db } = stage.parts
      for (const table of ['account_grants', 'consents'])
        expect(await db(table).where({ clientId: app.clientId }).select('clientId'), table).to.eql([])
    })

    it('needs the scopes for accounts and for clients', async () => {
      const app = await register(stage)
      for (const lacking of ['accounts:read', 'clients:read'] as const)
        await inCase(lacking, async () => {
          const one = await createCaller(
            stage,
            ALL_SCOPES.filter((scope) => scope !== lacking),
          )
          const token = await one.ownToken()
          const path = `/clients/${app.clientId}/preview?account=${ann.id}`
          const answer = await one.call('GET', path, { token })
          expect(answer.status, answer.text).to.equal(403)
          expect(answer.json(), lacking).to.include({ code: 'insufficient_scope' })
          expect(answer.headers['www-authenticate'], lacking).to.contain('scope="clients:read accounts:read"')
        })
    })
  })
