import { expect } from 'chai'
import type { Account } from '../../../src/accounts/account.ts'
import { deleteDueAccounts } from '../../../src/accounts/life/deletion.ts'
import { grantRole } from '../../../src/accounts/roles.ts'
import { DAY_MS } from '../../../src/platform/clock.ts'
import { callbackOf, register, userinfo } from '../../provider/relying-party.ts'
import { PASSWORD, STAGES } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { ageSessions } from '../../support/older-sign-ins.ts'
import type { Visitor } from '../../support/visitor.ts'

const PATH = '/account/delete'

for (const { name, stage: open } of STAGES)
  describe(`the deletion of one's own account, on ${name}`, () => {
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

    const deleteOwn = async () => own.followForm(await own.get(PATH), {}, { action: PATH })
    const row = async () =>
      (await stage.parts.db('accounts').where({ id: person.id }).first('deleteAtMs')) as
        | { deleteAtMs: number | null }
        | undefined
    const upkeepIn = (days: number) => deleteDueAccounts(stage.parts, Date.now() + days * DAY_MS, 100)

    it('ends sessions and access at once, says when, and deletes after 14 days [S-2.110]', async () => {
      const app = await register(stage)
      const held = await app.tokensFor(person, {}, own)
      const page = await own.get(PATH)
      expect(page.text).to.contain('After 14 days').and.contain('sign in before then')
      const done = await deleteOwn()
      expect([done.status, done.heading]).to.eql([200, 'Your account will be deleted'])
      expect(done.text)
        .to.contain(person.email)
        .and.match(/<time datetime/)
      expect((await own.get('/account')).heading).to.equal('Sign in')
      expect((await userinfo(stage, held.access_token)).status).to.equal(401)
      expect((await app.refresh(held.refresh_token)).status).to.equal(400)
      expect(callbackOf(await own.get(app.authorizePath({ prompt: 'none' })))).to.include({
        error: 'login_required',
      })
      await stage.waitForMail(person.email, /will be deleted$/)
      await upkeepIn(13)
      expect((await row())?.deleteAtMs).to.be.closeTo(Date.now() + 14 * DAY_MS, 60_000)
      await upkeepIn(14)
      expect(await row()).to.equal(undefined)
    })

    it('is cancelled by signing in, with a mail about it [S-2.111]', async () => {
      await deleteOwn()
      const wrong = await stage.visitor().signIn({ email: person.email, password: 'not mine' })
      expect(wrong.heading).to.equal('Sign in')
      expect((await row())?.deleteAtMs).to.be.a('number')
      const back = await stage.visitor().signIn({ ...person, password: PASSWORD })
      expect(back.heading).to.equal('Your account')
      expect(back.text).to.contain('We won’t delete your account.')
      expect((await row())?.deleteAtMs).to.equal(null)
      await stage.waitForMail(person.email, /will not be deleted$/)
      await upkeepIn(14)
      expect(await row()).not.to.equal(undefined)
    })

    it('is cancelled by signing in on the way to an app', async () => {
      const app = await register(stage)
      await deleteOwn()
      await app.tokensFor(person)
      expect((await row())?.deleteAtMs).to.equal(null)
    })

    it('takes a recent proof [S-2.107]', async () => {
      await ageSessions(stage)
      const form = await own.get(PATH)
      expect(form.heading).to.equal('Confirm it’s you')
      const csrf = /name="_csrf" value="([^"]*)"/.exec(form.text)?.[1] ?? ''
      expect((await own.post(PATH, { _csrf: csrf })).heading).to.equal('Confirm it’s you')
      expect((await row())?.deleteAtMs).to.equal(null)
      expect((await own.followForm(form, { password: PASSWORD })).heading).to.equal('Delete your account?')
    })

    it('is refused to the last administrator', async () => {
      const others = await stage.parts.db('account_roles').select()
      await stage.parts.db('account_roles').delete()
      await grantRole(stage.parts.db, person.id, 'admin')
      const refused = await deleteOwn()
      await stage.parts.db('account_roles').delete()
      await stage.parts.db('account_roles').insert(others)
      expect(refused.text).to.contain('You are the last administrator.')
      expect((await row())?.deleteAtMs).to.equal(null)
    })

    it('is deleted once when two workers do it at once', async () => {
      await deleteOwn()
      await Promise.all([upkeepIn(15), upkeepIn(15)])
      const deleted = await stage.parts
        .db('audit_events')
        .where({ accountId: person.id, action: 'account.deleted' })
      expect(deleted).to.have.length(1)
    })
  })
