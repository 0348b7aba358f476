import { expect } from 'chai'
import { decodeJwt } from 'jose'
import { rejection } from '../accounts/account-world.ts'
import type { Account } from '../../src/accounts/account.ts'
import { updateClient } from '../../src/clients/clients.ts'
import type { ClientInput } from '../../src/clients/client-metadata.ts'
import { createGroup } from '../../src/groups/groups.ts'
import { addMember } from '../../src/groups/members.ts'
import { register, userinfo } from './relying-party.ts'
import { ONE_STAGE, until } from './stage.ts'
import type { Stage } from './stage.ts'

const BY = { actor: 'cli' }

for (const { name, stage: open } of ONE_STAGE)
  describe(`claims that an operator adds for one client, on two processes with ${name}`, function () {
    const team = `team-${Date.now()}`
    const claims = {
      organisation: { value: 'Harbour' },
      seats: { value: 7 },
      login: { field: 'email' },
      nickname: { field: 'username' },
      is_admin: { group: 'nobody-is-here' },
      in_team: { group: team.toUpperCase() },
      teams: { groups_with_prefix: 'TEAM-' },
    } as const satisfies ClientInput['custom_claims']
    let stage: Stage
    let ada: Account

    before(async () => {
      stage = await open()
      ada = await stage.person()
      for (const group of [team, `other ${Date.now()}`]) {
        const { id } = await createGroup(stage.parts, { name: group }, BY)
        await addMember(stage.parts, { groupId: id, accountId: ada.id }, BY)
      }
    })
    const expected = () => ({
      organisation: 'Harbour',
      seats: 7,
      login: ada.email,
      is_admin: false,
      in_team: true,
      teams: [team],
    })

    it('are in its ID tokens and at userinfo, and no other client has them', async () => {
      const app = await register(stage, { custom_claims: claims })
      const tokens = await app.tokensFor(ada, { scope: 'openid' })
      expect(decodeJwt(tokens.id_token)).to.deep.include(expected()).and.not.to.have.property('nickname')
      const read = (await userinfo(stage, tokens.access_token)).json()
      expect(read).to.eql({ sub: ada.id, ...expected() })
      const other = await (await register(stage)).tokensFor(ada, { scope: 'openid' })
      expect((await userinfo(stage, other.access_token)).json()).to.eql({ sub: ada.id })
      expect(decodeJwt(other.id_token)).not.to.have.any.keys(...Object.keys(claims))
    })

    it('are in signed answers of userinfo, and where the ID token has no claims of scopes', async () => {
      const app = await register(stage, {
        custom_claims: claims,
        userinfo_signed_response_alg: 'ES256',
        scope_claims_in_id_token: false,
      })
      const tokens = await app.tokensFor(ada)
      expect(decodeJwt(tokens.id_token)).to.deep.include(expected()).and.not.to.have.property('email')
      const { text } = await userinfo(stage, tokens.access_token)
      expect(decodeJwt(text)).to.deep.include({ ...expected(), email: ada.email })
    })

    it('change and end with the metadata of the client', async () => {
      const app = await register(stage, { custom_claims: claims })
      const { access_token: token } = await app.tokensFor(ada, { scope: 'openid' })
      const read = async () => (await userinfo(stage, token)).json()
      expect(await read()).to.have.property('organisation', 'Harbour')
      await updateClient(stage.parts.db, app.clientId, { custom_claims: null }, stage.parts)
      await until(async () => !('organisation' in (await read())), 'every process knows of the change')
    })

    const WRONG: [string, unknown, RegExp][] = [
      ['a claim that a standard defines', { email: { value: 'a@example.com' } }, /fixed meaning/],
      ['the subject', { sub: { field: 'username' } }, /fixed meaning/],
      ['a field that there is not', { login: { field: 'password' } }, /takes one of value, field/],
      ['two sources', { login: { field: 'email', value: 'x' } }, /takes one of value, field/],
    ]
    for (const [what, wrong, why] of WRONG)
      it(`are refused for ${what}`, async () => {
        const refused = await rejection(register(stage, { custom_claims: wrong } as Partial<ClientInput>))
        expect(refused, what).to.include({ code: 'invalid_client_metadata', status: 400 })
        expect((refused as Error).message, what).to.match(why)
      })
  })
