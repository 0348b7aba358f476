import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import { deleteAccount, disableAccount, enableAccount } from '../../src/accounts/account-state.ts'
import { callbackOf, register, signIn, userinfo } from '../provider/relying-party.ts'
import type { Party, Tokens } from '../provider/relying-party.ts'
import { PASSWORD, STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import type { Visitor } from '../support/visitor.ts'

const ENDINGS = [
  { state: 'disabled', end: disableAccount, said: 'This account is disabled' },
  { state: 'deleted', end: deleteAccount, said: 'is not right' },
]
const cli = { actor: 'cli' }

for (const { name, stage: open } of STAGES) {
  describe(`an account that is gone, on two processes with ${name}`, function () {
    let stage: Stage
    let app: Party

    before(async () => {
      stage = await open()
      app = await register(stage)
    })

    for (const { state, end, said } of ENDINGS)
      describe(state, () => {
        let person: Account
        let visitor: Visitor
        let tokens: Tokens
        let code: string

        // Everything an account can hold, and then it is gone.
        before(async () => {
          person = await stage.person()
          visitor = stage.visitor()
          tokens = await app.tokensFor(person, {}, visitor)
          code = (await signIn(visitor, app.authorizePath(), person)).searchParams.get('code') ?? ''
          expect((await visitor.get('/account')).heading).to.contain('account')
          expect(await end(stage.accounts, person.id, cli)).to.equal(true)
        })

        it('has no valid token from that moment on, on every process [S-2.34]', async () => {
          for (let process = 0; process < 4; process += 1) {
            expect((await app.introspect(tokens.access_token)).text, `process ${process}`).to.equal(
              '{"active":false}',
            )
            expect((await app.introspect(tokens.refresh_token)).text, `process ${process}`).to.equal(
              '{"active":false}',
            )
            expect((await userinfo(stage, tokens.access_token)).status, `process ${process}`).to.equal(401)
          }
        })

        it('cannot refresh, and cannot redeem a code that it got before', async () => {
          expect((await app.refresh(tokens.refresh_token)).json()).to.include({ error: 'invalid_grant' })
          expect((await app.redeem(code)).json()).to.include({ error: 'invalid_grant' })
        })

        it('with an open session only gets to the sign-in page [S-6.25]', async () => {
          for (const path of [app.authorizePath(), app.authorizePath({ prompt: undefined })]) {
            const page = await visitor.get(path)
            expect([page.status, page.heading], path).to.eql([200, 'Sign in'])
          }
          const silent = await visitor.get(app.authorizePath({ prompt: 'none' }))
          expect(callbackOf(silent)).to.include({ error: 'login_required' })
          const hinted = await visitor.get(
            app.authorizePath({ prompt: 'none', id_token_hint: tokens.id_token }),
          )
          expect(callbackOf(hinted)).to.include({ error: 'login_required' })
        })

        it('with an open session sees none of its own pages', async () => {
          for (const path of [
            '/account',
            '/account/password',
            '/account/security',
            '/account/sessions',
            '/account/apps',
          ]) {
            const page = await visitor.get(path)
            expect([page.status, page.heading], path).to.eql([200, 'Sign in'])
          }
          expect((await visitor.get('/')).text).not.to.contain(person.email)
        })

        it('is refused by every page that takes its password, and says why only after the right one [S-6.6]', async () => {
          const { email } = person
          const wrong = await stage.visitor().signIn({ email: 'nobody@example.com', password: PASSWORD })
          const alone = await stage.visitor().signIn({ email, password: PASSWORD })
          expect([alone.heading, alone.through.length]).to.eql(['Sign in', 1])
          const guess = await stage.visitor().signIn({ email, password: 'a guess' })
          expect(unlike(guess.text, email)).to.equal(unlike(wrong.text, 'nobody@example.com'))
          expect(alone.text).to.contain(said)
          const fields = { email, password: PASSWORD }
          const other = stage.visitor()
          const inApp = await other.followForm(await other.get(app.authorizePath()), fields, {
            action: '/sign-in',
          })
          expect(inApp.heading).to.equal('Sign in')
          expect(inApp.text).to.contain(said)
        })

        it('is signed out with the right hint all the same', async () => {
          const page = await visitor.get(`/oauth/logout?id_token_hint=${tokens.id_token}`)
          expect(page.status).to.equal(200)
        })
      })

    it('cannot allow an app with a consent page that was open before', async () => {
      for (const { state, end } of ENDINGS) {
        const { id, email } = await stage.person()
        const visitor = stage.visitor()
        const form = await visitor.get(app.authorizePath())
        const consent = await visitor.followForm(form, { email, password: PASSWORD }, { action: '/sign-in' })
        expect(consent.heading, state).to.contain('asks for access')
        await end(stage.accounts, id, cli)
        const page = await visitor.followForm(consent, { decision: 'allow' }, { action: '/consent' })
        expect(page.status, state).to.be.below(500)
        expect(page.headers.get('location') ?? '', state).not.to.contain('code=')
      }
    })

    it('cannot use links that it was mailed before', async () => {
      for (const { state, end } of ENDINGS) {
        const { id, email } = await stage.person()
        const visitor = stage.visitor()
        await visitor.followForm(await visitor.get('/forgot'), { email })
        const { text } = await stage.waitForMail(email)
        const [link = ''] = /https?:\/\/\S+\/reset\S+/.exec(text) ?? []
        expect((await visitor.get(link)).status, state).to.equal(200)
        await end(stage.accounts, id, cli)
        expect((await visitor.get(link)).status, state).to.equal(410)
      }
    })

    // Redis may lose what it acknowledged, so SQL alone must be enough.
    it('stays signed out, and gets no 500, even when the grant store lost the revocation', async () => {
      for (const { state, end } of ENDINGS) {
        const person = await stage.person()
        const visitor = stage.visitor()
        const held = await app.tokensFor(person, {}, visitor)
        await end({ ...stage.accounts, revokeAccess: () => Promise.resolve() }, person.id, cli)
        const page = await visitor.get(app.authorizePath({ prompt: undefined }))
        expect([page.status, page.heading], state).to.eql([200, 'Sign in'])
        const silent = await visitor.get(app.authorizePath({ prompt: 'none' }))
        expect(callbackOf(silent), state).to.include({ error: 'login_required' })
        expect((await visitor.get('/account')).heading, state).to.equal('Sign in')
        expect((await userinfo(stage, held.access_token)).status, state).to.equal(401)
        expect((await app.refresh(held.refresh_token)).json(), state).to.include({ error: 'invalid_grant' })
      }
    })

    it('only regains the right to sign in when it is enabled again', async () => {
      const person = await stage.person()
      const visitor = stage.visitor()
      const { access_token, refresh_token } = await app.tokensFor(person, {}, visitor)
      await disableAccount(stage.accounts, person.id, cli)
      await enableAccount(stage.accounts, person.id, cli)
      expect((await app.introspect(access_token)).text).to.equal('{"active":false}')
      expect((await app.refresh(refresh_token)).status).to.equal(400)
      expect((await visitor.get('/account')).heading).to.equal('Sign in')
      expect((await stage.visitor().signIn({ email: person.email, password: PASSWORD })).heading).to.contain(
        'account',
      )
    })
  })

  describe(`an account with an unconfirmed address, on ${name}`, function () {
    let stage: Stage
    let app: Party
    let person: Account

    before(async () => {
      stage = await open()
      app = await register(stage)
      person = await stage.person({ verified: false })
    })

    it('signs in to its own page', async () => {
      const page = await stage.visitor().signIn({ email: person.email, password: PASSWORD })
      expect([page.status, page.url.pathname]).to.eql([200, '/account'])
    })

    it('grants nothing to apps, for any form that is sent', async () => {
      const visitor = stage.visitor()
      const form = await visitor.get(app.authorizePath())
      const fields = { email: person.email, password: PASSWORD }
      let page = await visitor.followForm(form, fields, { action: '/sign-in' })
      expect(page.heading).to.equal('Confirm your email')
      page = await visitor.followForm(page, { resend: 'yes' }, { action: '/verify-email' })
      page = await visitor.followForm(page, {}, { action: '/verify-email' })
      expect(page.heading).to.equal('Confirm your email')
      const { pathname } = page.url
      const skipped = await visitor.followForm(
        { ...page, text: page.text.replaceAll('/verify-email', '/consent') },
        { decision: 'allow' },
        { action: '/consent' },
      )
      expect(skipped.headers.get('location') ?? '', pathname).not.to.contain('code=')
      const silent = await visitor.get(app.authorizePath({ prompt: 'none' }))
      expect(callbackOf(silent)).not.to.have.property('code')
    })
  })
}

function unlike(text: string, email: string): string {
  return text.replaceAll(email, '…').replace(/name="_csrf" value="[^"]*"|<data value="[^"]*"/g, '')
}
