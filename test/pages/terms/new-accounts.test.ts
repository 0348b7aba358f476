import { expect } from 'chai'
import { findAccountByEmail } from '../../../src/accounts/account.ts'
import { createInvitation } from '../../../src/accounts/registrations/invitations.ts'
import type { CreationOptions } from '../../../src/passkeys/options.ts'
import { passkeysOf } from '../../../src/accounts/passkeys/passkey.ts'
import { DAY_MS } from '../../../src/platform/clock.ts'
import { askedOn } from '../../passkeys/on-pages.ts'
import { softwareKey } from '../../passkeys/software-key.ts'
import { callbackOf, register } from '../../provider/relying-party.ts'
import { PASSWORD } from '../../provider/stage.ts'
import { codeIn } from '../../support/letter.ts'
import { startOAuth2StandIn } from '../../support/oauth2-stand-in.ts'
import type { OAuth2StandIn } from '../../support/oauth2-stand-in.ts'
import type { Visited, Visitor } from '../../support/visitor.ts'
import { openHere, press } from '../../upstreams/two-servers.ts'
import type { Here } from '../../upstreams/two-servers.ts'

const AGREEMENT = 'By creating an account, you accept the'
const VERSION = '2026-11'

let count = 0
const anyEmail = () => `terms-of-${(count += 1)}-${Date.now()}@example.org`

describe('a new account, where terms have a version', () => {
  let here: Here
  let invited: Here
  let github: OAuth2StandIn
  let visitor: Visitor
  let startedMs: number

  before(async () => {
    const env = {
      ACCOUNT_SERVER_TERMS_VERSION: VERSION,
      ACCOUNT_SERVER_BRAND_TERMS_URL: 'https://example.org/terms',
    }
    here = await openHere(env)
    invited = await openHere({ ...env, ACCOUNT_SERVER_ACCOUNT_REGISTRATION: 'invitation' })
    github = await startOAuth2StandIn()
  })
  beforeEach(() => {
    visitor = here.visitor()
    startedMs = Date.now()
  })
  after(() => Promise.all([here.stop(), invited.stop(), github.stop()]))

  const find = (email: string, at = here) => findAccountByEmail(at.parts.db, email)
  async function expectAccepted(email: string, at = here) {
    const account = await find(email, at)
    expect(account?.termsVersion, email).to.equal(VERSION)
    expect(account?.termsAcceptedAtMs, email).to.be.within(startedMs, Date.now())
  }
  async function confirm(email: string, at = here, browser = visitor): Promise<Visited> {
    const code = codeIn(await at.waitForMail(email))
    return browser.followForm(await browser.get('/register/sent'), { code }, { action: '/register/sent' })
  }
  function withPasskey(page: Visited, email: string, more: Record<string, string> = {}) {
    const options = askedOn(page) as unknown as CreationOptions['options']
    const passkey = softwareKey({ origin: here.issuer }).create({ options })
    return visitor.followForm(page, { email, with: 'passkey', passkey, ...more }, { action: '/register' })
  }

  describe('with a passkey', () => {
    it('has the version and the date of the form [S-2.240]', async () => {
      const email = anyEmail()
      const page = await visitor.get('/register')
      expect(page.text).to.contain(AGREEMENT)
      await withPasskey(page, email)
      expect((await confirm(email)).heading).to.equal('Security')
      await expectAccepted(email)
      expect(await passkeysOf(here.parts.db, (await find(email))!.id)).to.have.length(1)
    })

    it('is not made without, and the password manager forgets the passkey [S-2.312]', async () => {
      for (const terms of ['', '2025-01']) {
        const email = anyEmail()
        const refused = await withPasskey(await visitor.get('/register'), email, { terms })
        expect(refused.text, terms)
          .to.contain('This is a newer version')
          .and.contain('signalUnknownCredential')
        expect(refused.text, terms).to.contain(`value="${email}"`).and.contain(AGREEMENT)
        expect(await find(email), terms).to.equal(undefined)
      }
    })
  })

  describe('with a password', () => {
    it('is not made without [S-2.312]', async () => {
      const email = anyEmail()
      const fields = { email, password: PASSWORD, terms: '' }
      const refused = await visitor.followForm(await visitor.get('/register'), fields, {
        action: '/register',
      })
      expect(refused.text).to.contain('This is a newer version')
      expect(await find(email)).to.equal(undefined)
    })
  })

  describe('by an invitation', () => {
    it('has the version and the date of the form, and is not made without [S-2.240] [S-2.312]', async () => {
      const email = anyEmail()
      const guest = invited.visitor()
      const { link } = await createInvitation(invited.parts, { email, lifetimeMs: DAY_MS }, { actor: 'cli' })
      const open = () => guest.get(link.replace(invited.issuer, ''))
      const send = async (more: Record<string, string>) =>
        guest.followForm(await open(), { email, password: PASSWORD, ...more }, { action: '/register' })
      expect((await open()).text).to.contain(AGREEMENT)
      expect((await send({ terms: '2025-01' })).text).to.contain('This is a newer version')
      expect(await find(email, invited)).to.equal(undefined)
      await send({})
      expect((await confirm(email, invited, guest)).heading).to.equal('Your account')
      await expectAccepted(email, invited)
    })
  })

  describe('through another provider', () => {
    const signInThere = async (email: string, path = '/sign-in') => {
      const id = await here.add(github.definition)
      count += 1
      const emails = [{ email, primary: true, verified: true }]
      const person = { id: count, login: `octocat-${count}`, name: 'Octo Cat', emails }
      return {
        person,
        again: async (at: Visitor) => at.get(github.signIn(await press(at, await at.get(path), id), person)),
        page: await visitor.get(github.signIn(await press(visitor, await visitor.get(path), id), person)),
      }
    }
    const send = (page: Visited, fields: Record<string, string> = {}) =>
      visitor.followForm(page, fields, { action: '/upstream/create' })

    it('is made by the button below the terms, once, and has their version and date [S-2.240]', async () => {
      const email = anyEmail()
      const { page, again } = await signInThere(email)
      expect([page.url.pathname, page.heading]).to.eql(['/upstream/create', 'Create your account'])
      expect(page.text).to.contain(AGREEMENT).and.contain(email)
      expect(await find(email), 'before the button').to.equal(undefined)
      expect((await send(page)).heading).to.equal('Your account')
      await expectAccepted(email)
      expect(await find(email)).to.include({ name: 'Octo Cat', passwordHash: null })
      expect((await again(here.visitor())).heading).to.equal('Your account')
    })

    it('leads on to the app, which the page names', async () => {
      const app = await register(here)
      const path = app.authorizePath({ prompt: undefined, scope: 'openid' })
      const { page } = await signInThere(anyEmail(), path)
      expect(page.text).to.contain('to continue to').and.contain('Demo app')
      const consent = await send(page)
      expect(consent.heading).to.equal('Demo app asks for access')
      expect(callbackOf(await visitor.followForm(consent, { decision: 'allow' }))).to.have.property('code')
    })

    it('is not made without, nor in another browser [S-2.312]', async () => {
      const email = anyEmail()
      const { page } = await signInThere(email)
      for (const terms of ['', '2025-01']) {
        const refused = await send(page, { terms })
        expect([refused.url.pathname, refused.status], terms).to.eql(['/upstream/create', 200])
        expect(refused.text, terms).to.contain('This is a newer version')
      }
      const stranger = here.visitor()
      expect((await stranger.get('/upstream/create')).heading).to.equal('Sign in')
      const back = await visitor.followForm(page, {}, { action: '/not-now' })
      expect(back.heading).to.equal('Sign in')
      expect(await find(email)).to.equal(undefined)
    })

    it('asks which account is theirs where somebody registered the address meanwhile', async () => {
      const { email } = await here.person()
      const other = anyEmail()
      const { page } = await signInThere(other)
      await here.parts.db('accounts').where({ email }).update({ email: other, emailCanonical: other })
      const asked = await send(page)
      expect([asked.heading, asked.text.includes(other)]).to.eql(['Which account is yours?', true])
    })
  })
})
