import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { Account } from '../../../src/accounts/account.ts'
import { callbackOf, register, signIn, userinfo } from '../relying-party.ts'
import type { Fields, Party, Tokens } from '../relying-party.ts'
import { PASSWORD, STAGES } from '../stage.ts'
import type { Stage } from '../stage.ts'

for (const { name, stage: open } of STAGES)
  describe(`the claims parameter (OpenID Connect Core §5.5), on two processes with ${name}`, function () {
    let stage: Stage
    let app: Party
    let person: Account

    before(async () => {
      stage = await open()
      app = await register(stage)
      person = (await stage.createAccount({ name: 'Ana Sample' })).account
    })

    const path = (party: Party, claims: unknown, given: Fields = {}) =>
      party.authorizePath({
        scope: 'openid',
        prompt: undefined,
        claims: typeof claims === 'string' ? claims : JSON.stringify(claims),
        ...given,
      })
    const tokensFrom = async (party: Party, url: URL) =>
      (await party.redeem(url.searchParams.get('code') ?? '')).json() as Tokens

    it('is shown in words, and then gives single claims where they were asked for', async () => {
      const visitor = stage.visitor()
      const claims = { userinfo: { email: null, locale: { essential: true } }, id_token: { name: null } }
      const page = await visitor.get(path(app, claims))
      const fields = { email: person.email, password: PASSWORD }
      const consent = await visitor.followForm(page, fields, { action: '/sign-in' })
      for (const words of ['See your email', 'See your language', 'See your name'])
        expect(consent.text, words).to.contain(words)
      const done = await visitor.followForm(consent, { decision: 'allow' }, { action: '/consent' })
      const tokens = await tokensFrom(app, new URL(done.headers.get('location')!))
      expect(decodeJwt(tokens.id_token)).to.include({ name: person.name, sub: person.id })
      expect(decodeJwt(tokens.id_token)).not.to.have.property('email')
      const seen = (await userinfo(stage, tokens.access_token)).json()
      expect(seen).to.include({ sub: person.id, email: person.email })
      expect(seen).not.to.have.any.keys('name', 'email_verified')
    })

    it('is allowed once: the same is not asked again, something more is', async () => {
      const visitor = stage.visitor()
      const party = await register(stage)
      await signIn(visitor, path(party, { userinfo: { email: null } }), person)
      const same = await visitor.get(path(party, { userinfo: { email: null } }, { prompt: 'none' }))
      expect(callbackOf(same)).to.have.property('code')
      const elsewhere = stage.visitor()
      await elsewhere.signIn({ email: person.email, password: PASSWORD })
      const remembered = await elsewhere.get(path(party, { userinfo: { email: null } }, { prompt: 'none' }))
      expect(callbackOf(remembered)).to.have.property('code')
      const more = await visitor.get(path(party, { userinfo: { name: null } }, { prompt: 'none' }))
      expect(callbackOf(more)).to.include({ error: 'consent_required' })
    })

    it('needs no consent from an app of our own', async () => {
      const ours = await register(stage, { first_party: true })
      const visitor = stage.visitor()
      await visitor.signIn({ email: person.email, password: PASSWORD })
      const answer = await visitor.get(path(ours, { userinfo: { email: null } }, { prompt: 'none' }))
      const tokens = await tokensFrom(ours, new URL(answer.headers.get('location')!))
      expect((await userinfo(stage, tokens.access_token)).json()).to.include({ email: person.email })
    })

    it('that wants a certain subject is not answered for another person', async () => {
      const visitor = stage.visitor()
      await visitor.signIn({ email: person.email, password: PASSWORD })
      const wanted = { id_token: { sub: { value: 'somebody-else' } } }
      const answer = await visitor.get(path(app, wanted, { prompt: 'none' }))
      expect(callbackOf(answer)).to.include({ error: 'login_required' })
      const page = await visitor.get(path(app, wanted))
      const fields = { email: person.email, password: PASSWORD }
      const again = await visitor.followForm(page, fields, { action: '/sign-in' })
      expect(again.heading).to.equal('Sign in')
      expect(again.text).to.contain('The app expects another account')
    })

    it('is refused when it is no claims request', async () => {
      for (const claims of ['no json', '[]', '{}', '{"userinfo":[]}', '{"id_token":"all"}']) {
        const answer = callbackOf(await stage.send({ to: path(app, claims) }))
        expect(answer, claims).to.include({ error: 'invalid_request' })
        expect(answer['error_description'], claims).to.contain('claims')
      }
    })
  })
