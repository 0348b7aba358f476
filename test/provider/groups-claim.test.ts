import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { Account } from '../../src/accounts/account.ts'
import { createGroup } from '../../src/groups/groups.ts'
import { addMember } from '../../src/groups/members.ts'
import { register, userinfo } from './relying-party.ts'
import { ONE_STAGE, PASSWORD } from './stage.ts'
import type { Stage } from './stage.ts'

for (const { name, stage: open } of ONE_STAGE)
  describe(`the scope groups, on two processes with ${name}`, function () {
    const group = `staff ${Date.now()}`
    let stage: Stage
    let ada: Account

    before(async () => {
      stage = await open()
      ada = await stage.person()
      const { id } = await createGroup(stage.parts, { name: group }, { actor: 'cli' })
      await addMember(stage.parts, { groupId: id, accountId: ada.id }, { actor: 'cli' })
    })

    it('gives the claim in the ID token and at userinfo, and no other scope does [S-1.95]', async () => {
      const app = await register(stage)
      const asked = await app.tokensFor(ada, { scope: 'openid groups' })
      expect(asked.scope).to.equal('openid groups')
      expect(decodeJwt(asked.id_token)['groups']).to.eql([group])
      expect((await userinfo(stage, asked.access_token)).json()).to.eql({ sub: ada.id, groups: [group] })
      const others = await app.tokensFor(ada, { scope: 'openid profile email offline_access' })
      expect(decodeJwt(others.id_token)).to.not.have.property('groups')
      expect((await userinfo(stage, others.access_token)).json()).to.not.have.property('groups')
    })

    it('is in userinfo alone for a client without claims of scopes in its ID tokens', async () => {
      const app = await register(stage, { scope_claims_in_id_token: false })
      const { id_token: idToken, access_token: token } = await app.tokensFor(ada, { scope: 'openid groups' })
      expect(decodeJwt(idToken)).to.not.have.property('groups')
      expect((await userinfo(stage, token)).json()).to.deep.include({ groups: [group] })
    })

    it('is on the consent page in words', async () => {
      const app = await register(stage)
      const visitor = stage.visitor()
      await visitor.signIn({ email: ada.email, password: PASSWORD })
      const page = await visitor.get(app.authorizePath({ scope: 'openid groups' }))
      expect(page.text).to.contain('See your groups')
    })

    it('can be asked for as a single claim', async () => {
      const app = await register(stage)
      const claims = JSON.stringify({ userinfo: { groups: null } })
      const { access_token: token } = await app.tokensFor(ada, { scope: 'openid', claims })
      expect((await userinfo(stage, token)).json()).to.eql({ sub: ada.id, groups: [group] })
    })

    it('is never a default: an app asks for it [S-1.95]', async () => {
      const { scope } = await (await register(stage)).tokensFor(ada, { scope: undefined })
      expect(scope.split(' ')).to.not.include('groups')
    })

    it('is ignored for a client that may not have it, as for one of an earlier release', async () => {
      const app = await register(stage, { scope: 'openid profile email offline_access' })
      const tokens = await app.tokensFor(ada, { scope: 'openid email groups' })
      expect(tokens.scope).to.equal('openid email')
      expect((await userinfo(stage, tokens.access_token)).json()).to.not.have.property('groups')
    })

    it('is in the discovery document, with its claim', async () => {
      const document = (await stage.send({ to: '/.well-known/openid-configuration' })).json()
      expect(document['scopes_supported']).to.include('groups')
      expect(document['claims_supported']).to.include('groups')
    })
  })
