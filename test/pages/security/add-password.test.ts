import { expect } from 'chai'
import { updateAccount } from '../../../src/account-cache/changed-account.ts'
import { findAccountById } from '../../../src/accounts/account.ts'
import type { Account } from '../../../src/accounts/account.ts'
import { addTrusted } from '../../factors/trusted.ts'
import { addKey, askedOn, givePasskey } from '../../passkeys/on-pages.ts'
import type { SoftwareKey } from '../../passkeys/software-key.ts'
import { PASSWORD, sqliteStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { auditTrailOf } from '../../support/audit-trail.ts'
import { ageSessions } from '../../support/older-sign-ins.ts'
import type { Visitor } from '../../support/visitor.ts'

const PAGE = '/account/security/password'
const CHOSEN = 'seven bridges over one river'

describe('a password for an account with a passkey', () => {
  let stage: Stage
  let person: Account
  let key: SoftwareKey

  before(async () => (stage = await sqliteStage()))
  beforeEach(async () => {
    person = await stage.person()
    key = await addKey(stage.parts, person.id)
  })

  const withoutPassword = () => updateAccount(stage.parts.db, { id: person.id }, { passwordHash: null })
  const hashOf = async () => (await findAccountById(stage.parts.db, person.id))?.passwordHash
  async function signedIn(): Promise<Visitor> {
    const visitor = stage.visitor()
    await givePasskey(visitor, await visitor.get('/sign-in'), key)
    return visitor
  }
  const send = async (visitor: Visitor, newPassword: string, page = PAGE) =>
    visitor.followForm(await visitor.get(page), { newPassword }, { action: PAGE })

  it('is added on the page of one’s security, and everything else ends [S-2.311]', async () => {
    await withoutPassword()
    const [visitor, elsewhere] = [await signedIn(), await signedIn()]
    await addTrusted(stage.parts.db, person.id)
    const overview = await visitor.get('/account/security')
    expect(overview.text).to.contain('A password is one more way in.').and.contain(`href="${PAGE}"`)
    expect((await visitor.get('/account/password')).text).to.contain(`href="${PAGE}"`)
    const done = await send(visitor, CHOSEN)
    expect([done.url.pathname, done.heading]).to.eql(['/account/security', 'Security'])
    expect(done.text).to.contain('Password added.').and.not.contain(`href="${PAGE}"`)
    expect((await elsewhere.get('/account')).heading).to.equal('Sign in')
    expect((await visitor.get('/account')).heading).to.equal('Your account')
    expect(await stage.parts.db('trusted_browsers').where({ accountId: person.id })).to.eql([])
    await stage.waitForMail(person.email, /password/i)
    const trail = (await auditTrailOf(stage.parts.db, person.id)).map(({ action }) => action)
    expect(trail).to.include('password.changed')
    const page = await stage.visitor().signIn({ email: person.email, password: CHOSEN })
    expect(page.heading).to.equal('Use your passkey')
  })

  it('is checked as any other one', async () => {
    await withoutPassword()
    const visitor = await signedIn()
    for (const [bad, said] of Object.entries({
      '': 'Choose a new password',
      short: 'at least 8 characters',
      password123: 'too common',
      [person.email]: 'Don’t use your email, you',
    }))
      expect((await send(visitor, bad)).text, bad).to.contain(said)
    expect(await hashOf()).to.equal(null)
  })

  it('takes the passkey again later, and after a sign-in that began with something else [S-2.311]', async () => {
    const ways: Record<string, () => Promise<Visitor>> = {
      async 'a password and the passkey'() {
        await updateAccount(
          stage.parts.db,
          { id: person.id },
          { passwordHash: (await stage.person()).passwordHash },
        )
        const visitor = stage.visitor()
        await givePasskey(visitor, await visitor.signIn({ email: person.email, password: PASSWORD }), key)
        return visitor
      },
      async 'the passkey, an hour ago'() {
        const visitor = await signedIn()
        await ageSessions(stage, person.id)
        return visitor
      },
    }
    for (const [what, sign] of Object.entries(ways)) {
      const visitor = await sign()
      await withoutPassword()
      const asked = await visitor.get(PAGE)
      expect(asked.heading, what).to.equal('Confirm it’s you')
      expect(askedOn(asked).userVerification, what).to.equal('required')
      expect(asked.text, what).not.to.contain('type="password"')
      const page = await givePasskey(visitor, asked, key)
      expect([page.url.pathname, page.heading], what).to.eql([PAGE, 'Add a password'])
      const done = await visitor.followForm(page, { newPassword: CHOSEN }, { action: PAGE })
      expect(done.text, what).to.contain('Password added.')
    }
  })

  it('cannot be put in the place of one, from another tab either', async () => {
    await withoutPassword()
    const visitor = await signedIn()
    const tabs = [await visitor.get(PAGE), await visitor.get(PAGE)] as const
    await visitor.followForm(tabs[0], { newPassword: CHOSEN }, { action: PAGE })
    const first = await hashOf()
    const second = await visitor.followForm(tabs[1], { newPassword: 'another one of 48' }, { action: PAGE })
    expect(second.url.pathname).to.equal('/account/password')
    expect(await hashOf()).to.equal(first)
    expect((await visitor.get(PAGE)).text).to.contain('Change your password')
  })

  it('takes an email where there is no passkey', async () => {
    const alone = await stage.person()
    const visitor = stage.visitor()
    await visitor.signIn({ email: alone.email, password: PASSWORD })
    await updateAccount(stage.parts.db, { id: alone.id }, { passwordHash: null })
    const page = await visitor.get(PAGE)
    expect([page.url.pathname, page.text.includes('href="/forgot"')]).to.eql(['/account/password', true])
    expect(page.text).not.to.contain(`href="${PAGE}"`)
  })
})
