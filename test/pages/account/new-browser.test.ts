import { expect } from 'chai'
import type { Account } from '../../../src/accounts/account.ts'
import { DAY_MS } from '../../../src/platform/clock.ts'
import { linkIn } from '../../support/letter.ts'
import { PASSWORD, STAGES } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { registerApp } from '../../protocol/challenge/first-party-app.ts'
import type { Challenged } from '../../protocol/challenge/first-party-app.ts'
import type { Visitor } from '../../support/visitor.ts'
import { isMounted } from '../../support/mounted.ts'

const SUBJECT = /^New sign-in/
const CONFIRM = 'Wasn’t this you?'
const NEXT = 'seven purple kettles'
const PHONE = {
  'user-agent':
    'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1',
}

for (const { name, stage: open } of STAGES)
  describe(`the mail about a sign-in from a new browser, on ${name}`, () => {
    let stage: Stage
    let person: Account
    let own: Visitor

    before(async () => {
      stage = await open()
    })
    /** Somebody who has signed in once, in the browser `own`. */
    beforeEach(async () => {
      person = await stage.person()
      own = stage.visitor()
      await signIn(own)
    })

    /** Also where somebody is signed in already. */
    const signIn = async (visitor: Visitor, password = PASSWORD, { email } = person) =>
      visitor.followForm(
        await visitor.get('/sign-in?next=account&again=yes'),
        { email, password },
        { action: '/sign-in' },
      )
    const elsewhere = async (headers: Record<string, string> = {}) => {
      const visitor = stage.visitor(headers)
      await signIn(visitor)
      return visitor
    }
    const noted = () =>
      stage.parts.db('audit_events').where({ accountId: person.id, action: 'sign_in.new_browser' })
    /** A mail is written with its link, in one transaction. */
    const mails = () => stage.parts.db('one_time_tokens').where({ accountId: person.id, purpose: 'disown' })
    const linkOfMail = async () => linkIn(await stage.waitForMail(person.email, SUBJECT), '/not-me')
    const tokenIn = (link: string) => new URL(link).searchParams.get('token') ?? ''
    const isSignedIn = async (visitor: Visitor) => (await visitor.get('/account')).heading === 'Your account'
    const press = async (visitor: Visitor, link: string) =>
      visitor.followForm(await visitor.get(link), {}, { action: '/not-me' })

    it('names the browser, the time and the network address [S-2.90]', async () => {
      await elsewhere({ ...PHONE, 'x-forwarded-for': '203.0.113.77' })
      const mail = await stage.waitForMail(person.email, SUBJECT)
      expect(mail.text).to.contain('Safari on iPhone').and.contain('203.0.113.77').and.contain(' UTC')
      expect(await noted().first('actor', 'ip')).to.eql({ actor: person.id, ip: '203.0.113.77' })
    })

    it('does not come for the first sign-in, nor again from a browser that signed in before', async () => {
      expect(await noted(), 'first').to.have.length(0)
      await signIn(own)
      const roaming = await elsewhere()
      await signIn(roaming)
      expect(await noted(), 'one for the second browser').to.have.length(1)
    })

    it('comes once for a browser that two accounts share', async () => {
      const other = await stage.person()
      await signIn(stage.visitor())
      await signIn(own, PASSWORD, other)
      await signIn(own)
      expect(await noted()).to.have.length(1)
    })

    it('comes for the first sign-in of an older account, but not to an address without proof', async () => {
      await stage.parts.db('account_sessions').where({ accountId: person.id }).delete()
      await elsewhere()
      expect(await noted(), 'young').to.have.length(0)
      await stage.parts.db('account_sessions').where({ accountId: person.id }).delete()
      await stage.parts
        .db('accounts')
        .where({ id: person.id })
        .update({ createdAtMs: Date.now() - 8 * DAY_MS })
      await elsewhere()
      expect(await noted(), 'old').to.have.length(1)
      await stage.parts.db('accounts').where({ id: person.id }).update({ emailVerifiedAtMs: null })
      await elsewhere()
      expect(await noted(), 'unproven').to.have.length(1)
    })

    it('comes five times a day at most, and each of its links works [S-2.90]', async () => {
      for (let n = 0; n < 7; n += 1) await elsewhere()
      expect(await noted()).to.have.length(7)
      expect(await mails()).to.have.length(5)
    })

    for (const [where, count] of [
      ['a known', 0],
      ['an unknown', 1],
    ] as const)
      it(`comes ${count} times for a sign-in after a reset in ${where} browser`, async () => {
        const visitor = count === 0 ? own : stage.visitor()
        await visitor.followForm(await visitor.get('/forgot'), { email: person.email })
        const reset = linkIn(await stage.waitForMail(person.email, /^Reset/), '/reset')
        await visitor.followForm(await visitor.get(reset), { password: NEXT })
        await signIn(visitor, NEXT)
        expect(await isSignedIn(visitor)).to.equal(true)
        expect(await noted()).to.have.length(count)
      })

    if (isMounted('challenge'))
      it('comes for an app that signs people in with its own forms, once for each installation', async () => {
        const app = await registerApp(stage)
        const credentials = { username: person.email, password: PASSWORD }
        const first = (await app.begin(credentials)).json() as Challenged
        const mail = await stage.waitForMail(person.email, SUBJECT)
        expect(mail.text).to.contain('in the app Demo app')
        await app.begin({ ...credentials, auth_session: first.auth_session })
        expect(await noted()).to.have.length(1)
      })

    it('has a link that changes nothing when it is opened, however often [S-2.91]', async () => {
      const theirs = await elsewhere()
      const link = await linkOfMail()
      for (const method of ['GET', 'HEAD', 'GET']) {
        const answer = await fetch(link, { method, redirect: 'manual' })
        expect(answer.status, method).to.equal(200)
      }
      expect((await stage.visitor().get(link)).heading).to.equal(CONFIRM)
      expect([await isSignedIn(own), await isSignedIn(theirs)]).to.eql([true, true])
      expect((await mails().first('usedAtMs')).usedAtMs).to.equal(null)
    })

    it('has a button that ends all sessions, once, and mails a link for a new password [S-2.91]', async () => {
      const theirs = await elsewhere()
      const link = await linkOfMail()
      const owner = stage.visitor()
      const done = await press(owner, link)
      expect([done.status, done.heading]).to.eql([200, 'Signed out everywhere'])
      expect([await isSignedIn(own), await isSignedIn(theirs)]).to.eql([false, false])
      const reset = await owner.get(linkIn(await stage.waitForMail(person.email, /^Reset/), '/reset'))
      expect(reset.heading, 'without a code in this browser').to.equal('Choose a new password')
      expect(reset.text).not.to.contain('name="code"')

      await signIn(own)
      expect((await stage.visitor().get(link)).heading).to.equal('Signed out everywhere')
      const form = await owner.get('/forgot')
      await owner.followForm(
        { ...form, text: form.text.replace('/forgot', '/not-me') },
        { token: tokenIn(link) },
      )
      expect(await isSignedIn(own), 'once').to.equal(true)
    })

    it('has a link that a stranger who signed in cannot end [S-2.92]', async () => {
      const theirs = await elsewhere()
      await theirs.followForm(await theirs.get('/account/sessions'), {}, { action: '/end-others' })
      await press(stage.visitor(), await linkOfMail())
      expect(await isSignedIn(theirs)).to.equal(false)
    })

    it('comes again from a browser that was known, once a sign-in was disowned', async () => {
      const theirs = await elsewhere()
      await press(stage.visitor(), await linkOfMail())
      await signIn(theirs)
      expect(await noted()).to.have.length(2)
    })

    it('has a link that expires after a week', async () => {
      await elsewhere()
      const link = await linkOfMail()
      await mails().update({ expiresAtMs: Date.now() - 1 })
      const page = await stage.visitor().get(link)
      expect([page.status, page.heading]).to.eql([410, 'This link no longer works'])
    })
  })
