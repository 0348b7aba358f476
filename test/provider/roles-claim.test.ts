import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { Account } from '../../src/accounts/account.ts'
import { setRoles } from '../../src/accounts/operator/operator-roles.ts'
import { createRole, deleteRole } from '../../src/accounts/roles/roles.ts'
import { register, userinfo } from './relying-party.ts'
import { ONE_STAGE, PASSWORD, until } from './stage.ts'
import type { Stage } from './stage.ts'

const BY = { actor: 'cli' }

for (const { name, stage: open } of ONE_STAGE)
  describe(`the scope roles, on two processes with ${name}`, function () {
    const editors = `editors-${Date.now()}`
    let stage: Stage
    let ada: Account

    before(async () => {
      stage = await open()
      ada = await stage.person()
      await createRole(stage.parts, { name: editors }, BY)
      await setRoles(stage.parts, ada.id, ['support', editors], BY)
    })
    const roles = [editors, 'support']

    it('gives the claim in the ID token and at userinfo, and no other scope does', async () => {
      const app = await register(stage)
      const asked = await app.tokensFor(ada, { scope: 'openid roles' })
      expect(asked.scope).to.equal('openid roles')
      expect(decodeJwt(asked.id_token)['roles']).to.eql(roles)
      expect((await userinfo(stage, asked.access_token)).json()).to.eql({ sub: ada.id, roles })
      const others = await app.tokensFor(ada, { scope: 'openid profile email groups offline_access' })
      expect(decodeJwt(others.id_token)).to.not.have.property('roles')
      expect((await userinfo(stage, others.access_token)).json()).to.not.have.property('roles')
    })

    it('is on the consent page in words', async () => {
      const app = await register(stage)
      const visitor = stage.visitor()
      await visitor.signIn({ email: ada.email, password: PASSWORD })
      const page = await visitor.get(app.authorizePath({ scope: 'openid roles' }))
      expect(page.text).to.contain('See your roles')
    })

    it('is never a default: an app asks for it', async () => {
      const { scope } = await (await register(stage)).tokensFor(ada, { scope: undefined })
      expect(scope.split(' ')).to.not.include('roles')
    })

    it('is ignored for a client that may not have it, as for one of an earlier release', async () => {
      const app = await register(stage, { scope: 'openid profile email groups offline_access' })
      const tokens = await app.tokensFor(ada, { scope: 'openid email roles' })
      expect(tokens.scope).to.equal('openid email')
      expect((await userinfo(stage, tokens.access_token)).json()).to.not.have.property('roles')
    })

    it('is in the discovery document, with its claim', async () => {
      const document = (await stage.send({ to: '/.well-known/openid-configuration' })).json()
      expect(document['scopes_supported']).to.include('roles')
      expect(document['claims_supported']).to.include('roles')
    })

    it('gives the roles of now: after a change, and after the end of a role', async () => {
      const app = await register(stage)
      const bob = await stage.person()
      const { access_token: token } = await app.tokensFor(bob, { scope: 'openid roles' })
      const read = async () => (await userinfo(stage, token)).json()['roles'] as string[]
      expect(await read()).to.eql([])
      const passing = `passing-${Date.now()}`
      await createRole(stage.parts, { name: passing }, BY)
      await setRoles(stage.parts, bob.id, ['support', passing], BY)
      await until(async () => (await read()).length === 2, 'every process knows the roles')
      await deleteRole(stage.parts, passing, BY)
      await until(async () => (await read()).length === 1, 'every process knows that a role is gone')
    })

    it('leaves the claim to what an operator chose for one client', async () => {
      const app = await register(stage, {
        custom_claims: { roles: { value: ['reader'] }, helps: { role: 'support' }, rules: { role: 'admin' } },
      })
      const tokens = await app.tokensFor(ada, { scope: 'openid roles' })
      const expected = { roles: ['reader'], helps: true, rules: false }
      expect((await userinfo(stage, tokens.access_token)).json()).to.eql({ sub: ada.id, ...expected })
      expect(decodeJwt(tokens.id_token)).to.deep.include(expected)
    })
  })
