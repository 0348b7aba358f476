import { expect } from 'chai'
import { updateAccount } from '../../../src/account-cache/changed-account.ts'
import { findAccountByEmail } from '../../../src/accounts/account.ts'
import type { Account } from '../../../src/accounts/account.ts'
import { registerApp } from '../../protocol/challenge/first-party-app.ts'
import { callbackOf, register } from '../../provider/relying-party.ts'
import type { Fields, Party } from '../../provider/relying-party.ts'
import { openStage, PASSWORD } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { codeIn, linkIn } from '../../support/letter.ts'
import type { Visited, Visitor } from '../../support/visitor.ts'

const NEW = 'Our terms have changed'
const FIRST = 'Review our terms'
const TERMS = 'https://example.org/terms'
const PRIVACY = 'https://example.org/privacy'

let count = 0
const anyEmail = () => `terms-${(count += 1)}-${Date.now()}@example.org`

describe('the terms and the privacy notice', () => {
  let stage: Stage
  let app: Party
  let visitor: Visitor

  before(async () => {
    stage = await openStage({
      store: 'sqlite',
      env: {
        ACCOUNT_SERVER_TERMS_VERSION: '2026-11',
        ACCOUNT_SERVER_BRAND_TERMS_URL: TERMS,
        ACCOUNT_SERVER_BRAND_PRIVACY_URL: PRIVACY,
      },
    })
    app = await register(stage)
  })
  beforeEach(() => (visitor = stage.visitor()))
  after(() => stage.stop())

  const path = (given: Fields = {}) => app.authorizePath({ scope: 'openid', prompt: undefined, ...given })
  const termsOf = async (email: string) => {
    const account = await findAccountByEmail(stage.parts.db, email)
    return { version: account?.termsVersion, atMs: account?.termsAcceptedAtMs }
  }
  const accepted = async (version: string): Promise<Account> => {
    const person = await stage.person()
    const terms = { termsVersion: version, termsAcceptedAtMs: 1 }
    await updateAccount(stage.parts.db, { id: person.id }, terms)
    return person
  }
  const givePassword = async (page: Visited, { email }: Account) =>
    visitor.followForm(page, { email, password: PASSWORD }, { action: '/sign-in' })
  const toTerms = async (person: Account) => givePassword(await visitor.get(path()), person)
  const decide = (page: Visited, decision: string, more: Record<string, string> = {}) =>
    visitor.followForm(page, { decision, ...more }, { action: '/terms' })
  const registering = async (email: string) => {
    const page = await visitor.get('/register')
    await visitor.followForm(page, { email, password: PASSWORD }, { action: '/register' })
    return stage.waitForMail(email)
  }

  it('are accepted with the button that registers, with their date and version [S-2.240]', async () => {
    const page = await visitor.get('/register')
    expect(page.text).to.contain('By creating an account, you accept the')
    expect(page.text).to.contain(`href="${TERMS}"`).and.contain(`href="${PRIVACY}"`)
    const email = anyEmail()
    const beforeMs = Date.now()
    const code = codeIn(await registering(email))
    const registeredMs = Date.now()
    const sent = await visitor.get('/register/sent')
    const done = await visitor.followForm(sent, { code }, { action: '/register/sent' })
    expect(done.heading).to.equal('Your account')
    const { version, atMs } = await termsOf(email)
    expect(version).to.equal('2026-11')
    expect(atMs).to.be.within(beforeMs, registeredMs)
  })

  it('are not accepted by a stranger who registers the address of somebody else [S-2.241]', async () => {
    const email = anyEmail()
    const mail = await registering(email)
    visitor = stage.visitor()
    const link = `${linkIn(mail, '/activate').replace(stage.issuer, '')}&mode=new-password`
    const fields = { code: codeIn(mail), password: 'seven bridges over one river' }
    await visitor.followForm(await visitor.get(link), fields, { action: '/activate' })
    expect(await termsOf(email)).to.deep.equal({ version: null, atMs: null })
  })

  it('are asked for on the way to an app when they are new, once, and lead on to it [S-2.242]', async () => {
    const person = await accepted('2025-01')
    const page = await toTerms(person)
    expect(page.heading).to.equal(NEW)
    expect(page.text).to.contain(TERMS).and.contain(PRIVACY).and.contain('go back to Demo app')
    const none = await visitor.get(path({ prompt: 'none' }))
    expect(callbackOf(none)).to.include({ error: 'interaction_required' })
    const consent = await decide(await visitor.get(path()), 'accept')
    expect(consent.heading).to.contain('Demo app')
    expect(callbackOf(await visitor.followForm(consent, { decision: 'allow' }))).to.have.property('code')
    expect(callbackOf(await visitor.get(path({ prompt: 'none' })))).to.have.property('code')
    expect((await termsOf(person.email)).version).to.equal('2026-11')
  })

  it('lead back to the app when somebody refuses them, and stay to be accepted [S-2.243]', async () => {
    const person = await stage.person()
    const page = await toTerms(person)
    expect(page.heading).to.equal(FIRST)
    expect(callbackOf(await decide(page, 'refuse'))).to.include({ error: 'access_denied' })
    expect(await termsOf(person.email)).to.deep.equal({ version: null, atMs: null })
    expect((await visitor.get(path())).heading).to.equal(FIRST)
  })

  it('count only in the version that the page showed', async () => {
    const person = await accepted('2025-01')
    for (const page of [await toTerms(person), await visitor.get('/account')]) {
      const again = await decide(page, 'accept', { version: '2025-06' })
      expect(again.heading, page.url.pathname).to.equal(NEW)
      expect(again.text, page.url.pathname).to.contain('This is a newer version.')
    }
    expect((await termsOf(person.email)).version).to.equal('2025-01')
  })

  it('come before the own pages, except the data and the deletion [S-2.242]', async () => {
    const person = await stage.person()
    expect((await visitor.signIn({ ...person, password: PASSWORD })).heading).to.equal(FIRST)
    for (const open of ['data', 'delete'])
      expect((await visitor.get(`/account/${open}`)).heading, open).not.to.equal(FIRST)
    const page = await visitor.get('/account/sessions')
    expect(page.heading).to.equal(FIRST)
    expect(page.text).to.contain('/account/data').and.contain('/account/delete')
    expect((await decide(page, 'refuse')).heading).to.equal('Sign out?')
    expect((await decide(await visitor.get('/account/sessions'), 'accept')).heading).to.equal('Sessions')
    expect((await visitor.get('/account/terms')).heading).to.equal('Your account')
  })

  it('leave no second date when the form is sent twice, from two tabs', async () => {
    const person = await stage.person()
    await visitor.signIn({ ...person, password: PASSWORD })
    const tabs = [await visitor.get('/account'), await visitor.get('/account/apps')] as const
    await decide(tabs[0], 'accept')
    const first = await termsOf(person.email)
    expect((await decide(tabs[1], 'accept')).heading).to.equal('Apps')
    expect(await termsOf(person.email)).to.deep.equal(first)
    const rows: unknown[] = await stage.parts
      .db('auditEvents')
      .where({ accountId: person.id, action: 'terms.accepted' })
      .select('id')
    expect(rows).to.have.lengthOf(1)
  })

  it('send a native app to the browser', async () => {
    const phone = await registerApp(stage)
    const { email } = await accepted('2025-01')
    const answer = await phone.begin({ username: email, password: PASSWORD })
    expect(answer.json()).to.include({ error: 'redirect_to_web' })
  })
})
