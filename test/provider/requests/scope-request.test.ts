import { expect } from 'chai'
import { isMounted } from '../../support/mounted.ts'
import { CALLBACK, callbackOf, register, VERIFIER, challengeOf } from '../relying-party.ts'
import type { Fields, Party } from '../relying-party.ts'
import { DEVICE_GRANT } from '../../protocol/device/device-code.ts'
import type { Issued } from '../../protocol/device/device-code.ts'
import { PASSWORD, ONE_STAGE, until } from '../stage.ts'
import type { Stage } from '../stage.ts'
import { lineOf, toldProgram } from '../refusals/told.ts'

for (const { name, stage: open } of ONE_STAGE)
  describe(`the scope of a request, with ${name}`, () => {
    let stage: Stage
    let app: Party
    let reader: Party
    const notes = `https://notes.example/scope/${name.length}`
    const empty = `https://empty.example/scope/${name.length}`

    before(async () => {
      stage = await open()
      await stage.createResource({ identifier: notes, name: 'Notes', scope: 'notes:read notes:write' })
      await stage.createResource({ identifier: empty, name: 'Empty', scope: '' })
      app = await register(stage, { allowed_resources: [notes, empty] })
      reader = await register(stage, {
        allowed_resources: [notes],
        scope: 'notes:read',
        grant_types: ['authorization_code', DEVICE_GRANT],
      })
    })

    const ask = (given: Fields, party = app) => stage.visitor().get(party.authorizePath(given))
    const push = (given: Fields, party = app) => {
      const { search } = new URL(party.authorizePath(given), stage.issuer)
      return party.call('/oauth/par', Object.fromEntries(new URLSearchParams(search)))
    }

    describe('that names none', () => {
      it('is what the client is registered for, without offline access', async () => {
        const { scope } = await app.tokensFor(await stage.person(), { scope: undefined })
        expect(scope.split(' ').sort()).to.eql(['email', 'openid', 'profile'])
      })

      it('is all of the resource that is named, as far as the client may have it', async () => {
        const person = await stage.person()
        const all = await app.tokensFor(person, { scope: undefined, resource: notes })
        expect(all.scope).to.equal('notes:read notes:write')
        const narrow = await reader.tokensFor(person, { scope: undefined, resource: notes })
        expect(narrow.scope).to.equal('notes:read')
      })

      it('is that of its only resource for a client that is registered for nothing else', async () => {
        const { access_token: token } = await reader.tokensFor(await stage.person(), { scope: undefined })
        expect((await reader.introspect(token)).json()).to.include({ aud: notes, scope: 'notes:read' })
      })

      it('is shown to the person before it is granted [S-1.28]', async () => {
        const visitor = stage.visitor()
        const { email } = await stage.person()
        await visitor.signIn({ email, password: PASSWORD })
        const page = await visitor.get(app.authorizePath({ scope: undefined, resource: notes }))
        expect(page.text).to.contain('notes:read').and.contain('notes:write')
      })

      it('is refused before anybody signs in where no scope is left', async () => {
        const told = callbackOf(await ask({ scope: undefined, resource: empty }))
        expect(told).to.include({ error: 'invalid_scope', state: 'a-state' })
        expect(told['error_description']).to.contain('none that this client may have at the resource server')
      })

      it('is settled when a request is pushed', async () => {
        const answer = (await push({ scope: undefined, resource: notes })).json()
        const visitor = stage.visitor()
        const query = new URLSearchParams({
          client_id: app.clientId,
          request_uri: String(answer['request_uri']),
        })
        const { email } = await stage.person()
        await visitor.signIn({ email, password: PASSWORD })
        const page = await visitor.get(`/oauth/authorize?${query}`)
        expect(page.text).to.contain('notes:write')
      })

      it('connects a device all the same (RFC 8628 §3.1)', async () => {
        const issued = (await reader.call('/oauth/device', {})).json() as Issued
        const visitor = stage.visitor()
        const { email } = await stage.person()
        const entered = await visitor.followForm(await visitor.get('/device'), {
          user_code: issued.user_code,
        })
        const consent = await visitor.followForm(
          entered,
          { email, password: PASSWORD },
          { action: '/sign-in' },
        )
        expect(consent.text).to.contain('notes:read')
        await visitor.followForm(consent, { decision: 'allow' }, { action: '/consent' })
        const given = { grant_type: DEVICE_GRANT, device_code: issued.device_code }
        expect((await reader.call('/oauth/token', given)).json()).to.include({ scope: 'notes:read' })
      })

      it('gives a machine all that it may have', async () => {
        const machine = await register(stage, {
          grant_types: ['client_credentials'],
          redirect_uris: [],
          allowed_resources: [notes],
        })
        const get = async (given: Fields) =>
          (await machine.call('/oauth/token', { grant_type: 'client_credentials', ...given })).json()
        expect(await get({})).to.include({ scope: 'notes:read notes:write' })
        expect(await get({ scope: 'notes:read' })).to.include({ scope: 'notes:read' })
        expect(await get({ scope: 'notes:delete' })).to.include({ error: 'invalid_scope' })
      })
    })

    describe('that nobody here knows', () => {
      const WRONG: [what: string, scope: string, words: RegExp][] = [
        [
          'a comma between two',
          'openid,profile,email',
          /separate scopes by spaces.*got openid,profile,email/,
        ],
        ['an unknown one', 'openid profle', /the scope profle is not one.*takes openid profile email/],
        ['an address of another provider', 'openid https://graph.example/.default', /graph\.example/],
        ['only an unknown one', 'user:email', /the scope user:email is not one/],
        ['only one that is ignored beside others', 'phone', /the scope phone is not one/],
        [
          'one of a resource that is not named',
          'openid notes:read',
          /notes:read.*send resource=https:\/\/notes/,
        ],
      ]
      for (const [what, scope, words] of WRONG)
        it(`is refused before anybody signs in, at once and when pushed: ${what} [S-1.27]`, async () => {
          const answer = await ask({ scope })
          const told = callbackOf(answer)
          expect(told).to.include({ error: 'invalid_scope', state: 'a-state' })
          expect(told['error_description']).to.match(words)
          expect(await lineOf(stage, answer)).to.include({ reason: told['error_description'] })
          const pushed = await toldProgram(stage, await push({ scope }))
          expect(pushed).to.include({ error: 'invalid_scope' })
          expect(pushed.error_description).to.match(words)
        })

      it('names only the first few of them in the error, and nothing that is no scope name', async () => {
        const many = Array.from({ length: 20 }, (_, index) => `unknown-${index}`).join(' ')
        const told = callbackOf(await ask({ scope: `openid ${many}` }))
        expect(told['error_description']).to.contain('unknown-4 is').and.not.contain('unknown-5')
        const strange = callbackOf(await ask({ scope: 'openid <script>' }))
        expect(strange['error_description']).to.contain('the scope (masked: 8 characters) is not one')
      })

      it('is ignored where apps send it by default, which the log says', async () => {
        const party = await register(stage, { scope: 'openid profile email' })
        const answer = await ask({ scope: 'openid profile email address phone groups roles' }, party)
        expect(answer.heading).to.contain('Sign in')
        const line = () =>
          stage
            .log()
            .split('\n')
            .find((one) => one.includes(party.clientId) && one.includes('oidc.scope_ignored'))
        await until(() => line() !== undefined, 'the ignored scopes are logged')
        expect(JSON.parse(line()!)).to.include({ ignored: 'address phone groups roles' })
        const { scope } = await app.tokensFor(await stage.person(), { scope: 'openid phone email' })
        expect(scope).to.equal('openid email')
      })

      if (isMounted('challenge'))
        it('is refused without a browser too', async () => {
          const own = await register(stage, { first_party: true, token_endpoint_auth_method: 'none' })
          const challenge = { code_challenge: challengeOf(VERIFIER), code_challenge_method: 'S256' }
          const first = (scope: string) => own.call('/oauth/authorize-challenge', { ...challenge, scope }, {})
          const told = await toldProgram(stage, await first('openid,email'))
          expect(told).to.include({ error: 'invalid_scope' })
          expect(told.error_description).to.match(/by spaces/)
          expect((await toldProgram(stage, await first('openid nothing'))).error_description).to.match(
            /nothing/,
          )
        })
    })

    it('is answered to an address only if the client registered it', async () => {
      const answer = await ask({ scope: 'openid,x', redirect_uri: `${CALLBACK}/other` })
      expect(answer.status).to.equal(400)
      expect(answer.headers.get('location')).to.equal(null)
    })
  })
