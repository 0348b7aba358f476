import { expect } from 'chai'
import type { Account } from '../../../src/accounts/account.ts'
import { register as registerApp, userinfo } from '../../provider/relying-party.ts'
import { anyAddress, PASSWORD, STAGES } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { codeIn, linkIn } from '../../support/letter.ts'
import { ageSessions } from '../../support/older-sign-ins.ts'
import type { Visitor } from '../../support/visitor.ts'
import { altered } from '../../support/altered.ts'

const NEXT = 'seven purple kettles'
const PATH = '/account/email'

let count = 0
const anyEmail = () => `new-${(count += 1)}-${Date.now()}@example.net`

for (const { name, stage: open } of STAGES)
  describe(`a change of the email on its page, on ${name}`, () => {
    let stage: Stage
    let person: Account
    let own: Visitor

    before(async () => {
      stage = await open()
    })
    beforeEach(async () => {
      person = await stage.person()
      own = stage.visitor()
      await own.signIn({ ...person, password: PASSWORD })
    })

    const ask = async (email: string, visitor = own) =>
      visitor.followForm(await visitor.get(PATH), { email }, { action: PATH })
    const letterTo = (email: string, subject: RegExp) => stage.waitForMail(email, subject)
    const addressNow = async () =>
      (await stage.parts.db('accounts').where({ id: person.id }).first('email', 'emailVerifiedAtMs')) as {
        email: string
        emailVerifiedAtMs: number | null
      }
    const opens = async (visitor: Visitor) => (await visitor.get('/account')).url.pathname === '/account'
    const undoLink = async () =>
      linkIn(await letterTo(person.email, /^The email .* was changed/), '/undo-email')

    it('shows the code’s field, and the code confirms; apps learn the new address at once [S-2.101]', async () => {
      const app = await registerApp(stage)
      const { access_token: token } = await app.tokensFor(person, { scope: 'openid email' }, own)
      expect((await userinfo(stage, token)).json()).to.include({ email: person.email, email_verified: true })
      const email = anyEmail()
      const waiting = await ask(email)
      expect([waiting.status, waiting.heading]).to.eql([200, 'Change your email'])
      expect(waiting.text).to.contain(email).and.contain('name="code"')
      expect((await addressNow()).email).to.equal(person.email)
      await letterTo(person.email, /^A new email/)
      const wrong = await own.followForm(waiting, { code: 'AAAA-AAAA' }, { action: '/confirm' })
      expect(wrong.text).to.contain('That’s not the code from the email.')
      const code = codeIn(await letterTo(email, /^Confirm/))
      const done = await own.followForm(wrong, { code }, { action: '/confirm' })
      expect([done.heading, done.url.pathname]).to.eql(['Your account', '/account'])
      expect(done.text).to.contain('Your email is changed.').and.contain(email)
      expect((await userinfo(stage, token)).json()).to.include({ email, email_verified: true })
    })

    it('confirms by the link alone in the browser that asked, and with the code in another one [S-2.102]', async () => {
      const email = anyEmail()
      await ask(email)
      const letter = await letterTo(email, /^Confirm/)
      const link = linkIn(letter, '/confirm-email')
      const head = await fetch(link, { method: 'HEAD', redirect: 'manual' })
      expect(head.status).to.equal(200)
      const elsewhere = stage.visitor()
      const asked = await elsewhere.get(link)
      expect(asked.heading).to.equal('Confirm your new email')
      const refused = await elsewhere.followForm(asked, { code: '' })
      expect(refused.text).to.contain('Enter the code from the email.')
      expect((await addressNow()).email).to.equal(person.email)
      expect((await own.get(link)).heading).to.equal('Your email is changed')
      expect((await addressNow()).email).to.equal(email)
      expect((await elsewhere.get(link)).heading, 'again').to.equal('Your email is changed')

      const other = anyEmail()
      await ask(other)
      const second = await letterTo(other, /^Confirm/)
      const page = await elsewhere.get(linkIn(second, '/confirm-email'))
      expect((await elsewhere.followForm(page, { code: codeIn(second) })).heading).to.equal(
        'Your email is changed',
      )
      expect((await addressNow()).email).to.equal(other)
    })

    it('takes a recent proof, and comes back after the password [S-2.107]', async () => {
      await ageSessions(stage)
      const form = await own.get(PATH)
      expect([form.heading, form.url.pathname]).to.eql(['Confirm it’s you', '/account/security/confirm'])
      const csrf = /name="_csrf" value="([^"]*)"/.exec(form.text)?.[1] ?? ''
      const straight = await own.post(PATH, { _csrf: csrf, email: anyEmail() })
      expect(straight.heading).to.equal('Confirm it’s you')
      expect(await stage.parts.db('one_time_tokens').where({ accountId: person.id })).to.have.length(0)
      const proven = await own.followForm(form, { password: PASSWORD })
      expect([proven.heading, proven.url.pathname]).to.eql(['Change your email', PATH])
      expect((await own.followForm(proven, { email: anyEmail() }, { action: PATH })).text).to.contain(
        'name="code"',
      )
    })

    it('answers a taken address with the same page as a free one [S-2.103]', async () => {
      const other = await stage.person()
      const free = anyEmail()
      const unlike = (text: string, email: string) =>
        text.replaceAll(email, '…').replace(/name="_csrf" value="[^"]*"/g, '')
      const taken = await ask(other.email)
      const cancelled = await own.followForm(taken, {}, { action: '/cancel' })
      expect(cancelled.text).to.contain('Your email stays as it is.')
      const answer = await ask(free)
      expect(unlike(taken.text, other.email)).to.equal(unlike(answer.text, free))
      await letterTo(other.email, /^Your email is taken/)
    })

    it('refuses what is no address, and the one in use, at the field', async () => {
      for (const [email, text] of [
        ['', 'Enter your email.'],
        ['ann@', 'Enter a complete email'],
        [person.email.toUpperCase(), 'This is your email already.'],
      ] as const)
        expect((await ask(email)).text, email).to.contain(text)
    })

    it('is undone by a button alone: sessions elsewhere end, and the password is void [S-2.106]', async () => {
      const thief = stage.visitor()
      await thief.signIn({ ...person, password: PASSWORD })
      const email = anyEmail()
      await ask(email, thief)
      await thief.get(linkIn(await letterTo(email, /^Confirm/), '/confirm-email'))
      const form = await thief.get('/account/password')
      await thief.followForm(
        form,
        { currentPassword: PASSWORD, newPassword: NEXT },
        { action: '/account/password' },
      )
      const link = await undoLink()
      for (const method of ['GET', 'HEAD'])
        expect((await fetch(link, { method, redirect: 'manual' })).status, method).to.equal(200)
      expect((await addressNow()).email).to.equal(email)
      const owner = stage.visitor()
      const page = await owner.get(link)
      expect(page.heading).to.equal('Take your email back?')
      const done = await owner.followForm(page, {})
      expect([done.status, done.heading]).to.eql([200, 'Your email is back'])
      expect(await addressNow()).to.include({ email: person.email })
      expect(await opens(thief)).to.equal(false)
      for (const password of [PASSWORD, NEXT])
        expect((await stage.visitor().signIn({ email: person.email, password })).heading, password).to.equal(
          'Sign in',
        )
      const reset = await owner.get(linkIn(await letterTo(person.email, /^Reset/), '/reset'))
      await owner.followForm(reset, { password: 'five grey lanterns' })
      const back = await owner.signIn({ email: person.email, password: 'five grey lanterns' })
      expect(back.heading).to.equal('Your account')
      expect((await stage.visitor().get(link)).heading, 'a second time').to.equal('Your email is back')
    })

    it('is undone in a browser of the owner without ending its session', async () => {
      const email = anyEmail()
      await ask(email)
      await own.get(linkIn(await letterTo(email, /^Confirm/), '/confirm-email'))
      await own.followForm(await own.get(await undoLink()), {})
      expect(await opens(own)).to.equal(true)
      expect((await addressNow()).email).to.equal(person.email)
    })

    it('cannot be undone after a week, nor with a bent link', async () => {
      const email = anyEmail()
      await ask(email)
      await own.get(linkIn(await letterTo(email, /^Confirm/), '/confirm-email'))
      const link = await undoLink()
      expect((await own.get(altered(link))).status).to.equal(410)
      await stage.parts
        .db('one_time_tokens')
        .where({ accountId: person.id, purpose: 'former_address' })
        .update({ expiresAtMs: Date.now() - 1 })
      const page = await own.get(link)
      expect([page.status, page.heading]).to.eql([410, 'This link no longer works'])
    })

    it('gives an address that an account had before to nobody else for a week [S-2.105]', async () => {
      const email = anyEmail()
      await ask(email)
      await own.get(linkIn(await letterTo(email, /^Confirm/), '/confirm-email'))
      const stranger = stage.visitor({ 'x-forwarded-for': anyAddress() })
      const form = await stranger.get('/register')
      const sent = await stranger.followForm(form, { email: person.email, password: NEXT, name: '' })
      expect(sent.status).to.equal(200)
      await letterTo(person.email, /^Your email is taken/)
      expect(await stage.parts.db('accounts').where({ emailCanonical: person.email })).to.have.length(0)
    })
  })
