import { expect } from 'chai'
import { findAccountByEmail } from '../../../src/accounts/account.ts'
import { updateAccount } from '../../../src/account-cache/changed-account.ts'
import { disconnect, listLinks } from '../../../src/upstreams/links.ts'
import { removeUpstream } from '../../../src/upstreams/upstream-changes.ts'
import { enroll } from '../../factors/enrolled.ts'
import { addTrusted } from '../../factors/trusted.ts'
import { register } from '../../provider/relying-party.ts'
import { PASSWORD } from '../../provider/stage.ts'
import { startOAuth2StandIn } from '../../support/oauth2-stand-in.ts'
import type { OAuth2StandIn, StandInPerson } from '../../support/oauth2-stand-in.ts'
import { ageSessions } from '../../support/older-sign-ins.ts'
import type { Visited, Visitor } from '../../support/visitor.ts'
import { BY, introduce, openHere, press } from '../../upstreams/two-servers.ts'
import type { Here } from '../../upstreams/two-servers.ts'
import { openStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'

const WHICH = 'Which account is yours?'

describe('connecting an account with another provider', () => {
  let here: Here
  let there: Stage
  let github: OAuth2StandIn

  before(async () => {
    here = await openHere()
    there = await openStage({ store: 'sqlite' })
    github = await startOAuth2StandIn()
  })
  after(async () => {
    await Promise.all([here.stop(), there.stop(), github.stop()])
  })

  let people = 0
  const octocat = (email: string): StandInPerson => {
    const id = (people += 1)
    return { id, login: `octocat-${id}`, emails: [{ email, primary: true, verified: true }] }
  }
  const linked = async (accountId: string) =>
    (await listLinks(here.parts.db, accountId)).map(({ shownAs }) => shownAs)
  const errorOf = ({ text }: Visited) => text.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
  async function signInWith(id: string, person: StandInPerson, visitor: Visitor, path = '/sign-in') {
    const address = await press(visitor, await visitor.get(path), id)
    return visitor.get(github.signIn(address, person))
  }
  async function connected(id: string, person: StandInPerson, visitor: Visitor) {
    const page = await visitor.get('/account/security')
    const answer = await visitor.followForm(page, {}, { action: `/connections/${id}` })
    return visitor.get(github.signIn(answer.headers.get('location') ?? '', person))
  }
  async function member() {
    const person = await here.person()
    const visitor = here.visitor()
    await visitor.signIn({ ...person, password: PASSWORD })
    return { person, visitor }
  }

  it('takes the password of the account once, and leads on to the app [S-2.184]', async () => {
    const id = await here.add(github.definition)
    const app = await register(here)
    const owner = await here.person()
    const visitor = here.visitor()
    const path = app.authorizePath({ prompt: undefined, scope: 'openid' })
    const which = await signInWith(id, octocat(owner.email), visitor, path)
    expect([which.heading, which.text.includes(owner.email)]).to.eql([WHICH, true])
    const signIn = await visitor.followForm(which, {}, { action: '/connect/sign-in' })
    expect(signIn.text).to.contain(`value="${owner.email}"`)
    const asked = await visitor.followForm(
      signIn,
      { email: owner.email, password: PASSWORD },
      { action: '/sign-in' },
    )
    expect(asked.heading).to.equal('Connect your accounts?')
    expect(await linked(owner.id)).to.eql([])
    const back = await visitor.followForm(asked, {}, { action: '/upstream/connect' })
    expect(await linked(owner.id)).to.have.length(1)
    expect(back.text).to.match(/action="[^"]*\/consent/)
  })

  it('keeps the app in view, and offers no button of the provider itself', async () => {
    const [id, another] = [await here.add(github.definition), await here.add(github.definition)]
    const app = await register(here, { client_name: 'Tide App', brand_name: 'Tide Tables' })
    const visitor = here.visitor()
    const theirs = octocat((await here.person()).email)
    const which = await signInWith(id, theirs, visitor, app.authorizePath({ prompt: undefined }))
    const signIn = await visitor.followForm(which, {}, { action: '/connect/sign-in' })
    for (const page of [which, signIn])
      expect(page.text, page.heading).to.contain('Tide App').and.contain('Tide Tables')
    expect(signIn.text).to.contain(`/upstream/${another}?`).and.not.contain(`/upstream/${id}?`)
    const own = await visitor.get('/sign-in')
    expect(own.text).to.contain(`/upstream/${id}"`).and.not.contain('Tide')
  })

  it('begins on the page of one’s security, and then signs in [S-2.188]', async () => {
    const id = await here.add(github.definition)
    const { person, visitor } = await member()
    const theirs = octocat('another@example.org')
    const page = await connected(id, theirs, visitor)
    expect([page.url.pathname, page.text.includes('can now sign you in')]).to.eql(['/account/security', true])
    expect(await linked(person.id)).to.eql([theirs.login])
    const other = here.visitor()
    await signInWith(id, theirs, other)
    expect((await other.get('/account')).text).to.contain(person.email)
  })

  it('is refused for what is connected already, and for an address that is not confirmed', async () => {
    const id = await here.add(github.definition)
    const [one, two] = [await member(), await member()]
    const theirs = octocat('taken@example.org')
    await connected(id, theirs, one.visitor)
    expect(errorOf(await connected(id, theirs, two.visitor))).to.contain('connected to another account here')
    await updateAccount(here.parts.db, { id: two.person.id }, { emailVerifiedAtMs: null })
    const page = await two.visitor.get('/account/security')
    const answer = await two.visitor.followForm(page, {}, { action: `/connections/${id}` })
    expect(errorOf(answer)).to.contain('Confirm your email first')
  })

  it('is refused to another session than the one that began it [S-2.188]', async () => {
    const id = await here.add(github.definition)
    const { person, visitor } = await member()
    const page = await visitor.get('/account/security')
    const answer = await visitor.followForm(page, {}, { action: `/connections/${id}` })
    const victim = await here.person()
    const back = github.signIn(answer.headers.get('location') ?? '', octocat('x@example.org'))
    visitor.setCookie('as_session', 'gone')
    await visitor.signIn({ ...victim, password: PASSWORD })
    await visitor.get(back)
    expect([await linked(person.id), await linked(victim.id)]).to.eql([[], []])
  })

  it('takes a recent sign-in, as does disconnecting [S-2.188]', async () => {
    const id = await here.add(github.definition)
    const { person, visitor } = await member()
    await connected(id, octocat('y@example.org'), visitor)
    await ageSessions(here, person.id)
    const page = await visitor.get('/account/security')
    const answer = await visitor.followForm(page, {}, { action: `/connections/${id}/remove` })
    expect([answer.heading, (await linked(person.id)).length]).to.eql(['Sign in', 1])
  })

  it('ends while another way in remains, and not before [S-2.189]', async () => {
    const [first, second] = [await here.add(github.definition), await here.add(github.definition)]
    const theirs = octocat('only@example.org')
    const visitor = here.visitor()
    await signInWith(first, theirs, visitor)
    const account = await findAccountByEmail(here.parts.db, 'only@example.org')
    const remove = async (id: string) =>
      visitor.followForm(await visitor.get('/account/security'), {}, { action: `/${id}/remove` })
    expect(errorOf(await remove(first))).to.contain('the only way to sign in')
    await connected(second, theirs, visitor)
    const page = await visitor.get('/account/security')
    await Promise.all([first, second].map((id) => visitor.followForm(page, {}, { action: `/${id}/remove` })))
    expect(await linked(account!.id)).to.have.length(1)
  })

  it('is mailed to the owner, in their language, also when an operator takes it away [S-2.229]', async () => {
    const id = await here.add({ ...github.definition, label: 'Octo' })
    const { person, visitor } = await member()
    await updateAccount(here.parts.db, { id: person.id }, { locale: 'ru' })
    await connected(id, octocat('mailed@example.org'), visitor)
    const said = async (subject: RegExp) => {
      const mail = await here.waitForMail(person.email, subject)
      expect(mail.text).to.contain(`${here.issuer}/account/security`).and.contain(`${here.issuer}/forgot`)
      return mail.text
    }
    expect(await said(/теперь можно входить через Octo/)).not.to.contain('Администратор')
    const page = await visitor.get('/account/security')
    await visitor.followForm(page, {}, { action: `/connections/${id}/remove` })
    expect(await said(/вход через Octo отключён/)).not.to.contain('Администратор')
    await connected(id, octocat('again@example.org'), visitor)
    await disconnect(here.parts, { accountId: person.id, upstreamId: id }, BY, { force: true })
    await here.waitForMail(person.email, /Octo отключён/, ({ text }) => text.includes('Администратор'))
  })

  it('ends the trust in browsers when it comes and when it goes [S-2.201]', async () => {
    const id = await here.add(github.definition)
    const { person, visitor } = await member()
    const { db } = here.parts
    const other = await here.person()
    await addTrusted(db, other.id)
    const steps: Record<string, () => Promise<unknown>> = {
      connected: () => connected(id, octocat('trust@example.org'), visitor),
      disconnected: async () =>
        visitor.followForm(await visitor.get('/account/security'), {}, { action: `/${id}/remove` }),
      'connected again': () => connected(id, octocat('trust-2@example.org'), visitor),
      'taken away by an operator': () =>
        disconnect(here.parts, { accountId: person.id, upstreamId: id }, BY, { force: true }),
      'connected once more': () => connected(id, octocat('trust-3@example.org'), visitor),
      'the provider removed': () => removeUpstream(here.parts, id, BY),
    }
    for (const [what, step] of Object.entries(steps)) {
      await addTrusted(db, person.id)
      await step()
      expect(await db('trusted_browsers').where({ accountId: person.id }).select('id'), what).to.eql([])
    }
    expect(await db('trusted_browsers').where({ accountId: other.id }).select('id')).to.have.length(1)
  })

  it('leaves a person without a password the way by mail, when the provider is gone [S-2.189]', async () => {
    const id = await here.add(github.definition)
    const email = 'stranded@example.org'
    await signInWith(id, octocat(email), here.visitor())
    await removeUpstream(here.parts, id, BY)
    const visitor = here.visitor()
    await visitor.followForm(await visitor.get('/forgot'), { email })
    const { text } = await here.waitForMail(email)
    expect(text).to.contain('/reset?token=')
  })

  it('does not spare the second factor of the account, unless its own one is trusted [S-2.190]', async () => {
    const id = await here.add(github.definition)
    const { person, visitor } = await member()
    const theirs = octocat('z@example.org')
    await connected(id, theirs, visitor)
    const factor = await enroll(here.parts, person.id)
    const other = here.visitor()
    const asked = await signInWith(id, theirs, other)
    expect(asked.heading).to.equal('Enter your code')
    expect((await other.get('/account')).heading).to.equal('Sign in')
    const page = await other.followForm(asked, { code: await factor.code() }, { action: '/code' })
    expect(page.url.pathname).to.equal('/account')
  })

  it('believes a second factor there only where the definition says so [S-2.190]', async () => {
    for (const trust_mfa of [false, true]) {
      const id = await introduce(here, there, {
        trust_mfa,
        mfa_levels: ['urn:account-server:acr:second-factor'],
      })
      const person = await there.person()
      const visitor = here.visitor()
      const theirs = await enroll(there.parts, person.id)
      const goThere = async (at: Visitor) => {
        const address = await press(at, await at.get('/sign-in'), id)
        const browser = there.visitor()
        const code = await browser.followForm(
          await browser.get(address),
          { email: person.email, password: PASSWORD },
          { action: '/sign-in' },
        )
        const back = await browser.followForm(code, { code: await theirs.code() }, { action: '/code' })
        return at.get(back.headers.get('location') ?? '')
      }
      await goThere(visitor)
      const account = await findAccountByEmail(here.parts.db, person.email)
      await enroll(here.parts, account!.id)
      const page = await goThere(here.visitor())
      expect(page.heading === 'Enter your code', String(trust_mfa)).to.equal(!trust_mfa)
    }
  })

  it('is gone with the account, and its sign-ins are in the list of its person', async () => {
    const id = await here.add(github.definition)
    const theirs = octocat('history@example.org')
    const visitor = here.visitor()
    await signInWith(id, theirs, visitor)
    expect((await visitor.get('/account/sessions/history')).text).to.contain(`Signed in with ${id}`)
    expect((await visitor.get('/account/sessions')).text).to.contain('another provider')
    const account = await findAccountByEmail(here.parts.db, 'history@example.org')
    await here.parts.db('accounts').where({ id: account!.id }).delete()
    expect(await here.parts.db('upstream_links').where({ accountId: account!.id })).to.eql([])
  })
})
