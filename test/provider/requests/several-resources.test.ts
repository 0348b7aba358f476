import { expect } from 'chai'
import { callbackOf, register } from '../relying-party.ts'
import { PASSWORD, STAGES } from '../stage.ts'

for (const { name, stage: open } of STAGES)
  describe(`a request for several resource servers (RFC 8707), on two processes with ${name}`, function () {
    it('is allowed on one page, and gives each its own token', async () => {
      const stage = await open()
      const [mail, files] = [`https://mail.example/${name.length}`, `https://files.example/${name.length}`]
      await stage.createResource({ identifier: mail, name: 'Mail', scope: 'mail:read' })
      await stage.createResource({ identifier: files, name: 'Files', scope: 'files:read files:write' })
      const app = await register(stage, { allowed_resources: [mail, files] })
      const person = await stage.person()
      const visitor = stage.visitor()
      const scope = 'openid offline_access mail:read files:read'
      const page = await visitor.get(app.authorizePath({ scope, resource: [mail, files] }))
      const fields = { email: person.email, password: PASSWORD }
      const consent = await visitor.followForm(page, fields, { action: '/sign-in' })
      for (const words of ['Mail', 'mail:read', 'Files', 'files:read'])
        expect(consent.text, words).to.contain(words)
      expect(consent.text).not.to.contain('files:write')
      const done = await visitor.followForm(consent, { decision: 'allow' }, { action: '/consent' })
      const first = (await app.redeem(String(callbackOf(done)['code']), { resource: mail })).json()
      expect(first['scope']).to.equal('mail:read')
      expect((await app.introspect(String(first['access_token']))).json()).to.include({ aud: mail })

      const refresh = (given: Record<string, string | string[]>) =>
        app.refresh(String(first['refresh_token']), given)
      const second = (await refresh({ resource: files })).json()
      expect((await app.introspect(String(second['access_token']))).json()).to.include({
        aud: files,
        scope: 'files:read',
      })
      const wide = (await refresh({ resource: files, scope: 'files:read files:write' })).json()
      expect(wide).to.include({ error: 'invalid_scope' })
      expect((await refresh({ resource: [mail, files] })).json()).to.include({ error: 'invalid_target' })
      expect((await refresh({ resource: 'https://other.example/' })).json()).to.include({
        error: 'invalid_target',
      })
    })

    it('need not name a resource when the client has only one and asks for nothing else', async () => {
      const stage = await open()
      const [only, other] = [`https://only.example/${name.length}`, `https://other.example/${name.length}`]
      for (const identifier of [only, other])
        await stage.createResource({ identifier, name: 'Only', scope: 'only:read' })
      const person = await stage.person()
      const audience = async (allowed_resources: string[], scope: string) => {
        const app = await register(stage, { allowed_resources })
        const { access_token: token } = (await app.redeem(await app.codeFor(person, { scope }))).json()
        const { aud, scope: given } = (await app.introspect(String(token))).json()
        return [aud, given]
      }
      expect(await audience([only], 'only:read')).to.eql([only, 'only:read'])
      expect(await audience([only], 'openid only:read')).to.eql([undefined, 'openid'])
      // The person was asked for both, so the token for the resource can be fetched, too.
      const app = await register(stage, { allowed_resources: [only] })
      const code = await app.codeFor(person, { scope: 'openid only:read' })
      const { access_token: token } = (await app.redeem(code, { resource: only })).json()
      expect((await app.introspect(String(token))).json()).to.include({ aud: only, scope: 'only:read' })
      const several = await register(stage, { allowed_resources: [only, other] })
      const refused = callbackOf(
        await stage.visitor().get(several.authorizePath({ scope: 'email only:read' })),
      )
      expect(refused).to.include({ error: 'invalid_scope' })
      expect(refused['error_description']).to.contain(
        `only:read belongs to a resource server: send resource=${only}`,
      )
    })
  })
