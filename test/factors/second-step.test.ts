import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { Account } from '../../src/accounts/account.ts'
import { disableAccount } from '../../src/accounts/account-state.ts'
import { SECOND_STEP_MS } from '../../src/factors/finish-sign-in.ts'
import { LEVELS } from '../../src/accounts/levels.ts'
import { resetFactors } from '../../src/factors/factors.ts'
import { storePassword } from '../../src/passwords/stored-password.ts'
import { callbackOf, register } from '../provider/relying-party.ts'
import type { Fields, Party, Tokens } from '../provider/relying-party.ts'
import { PASSWORD, STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { ageSessions } from '../support/older-sign-ins.ts'
import type { Visited, Visitor } from '../support/visitor.ts'
import { enroll } from './enrolled.ts'
import type { Enrolled } from './enrolled.ts'

const [PASSWORD_LEVEL, SECOND_FACTOR] = LEVELS
const COOKIE = 'as_second_step'
const WITH_METHODS = JSON.stringify({ id_token: { acr: null, amr: null } })

const linkOn = ({ text }: Visited, words: string) => {
  const [, href = ''] =
    text
      .split(`">${words}`, 1)
      .at(0)
      ?.match(/.*<a href="([^"]*)$/s) ?? []
  return href.replaceAll('&amp;', '&')
}

for (const { name, stage: open } of STAGES)
  describe(`the page for the code, on two processes with ${name}`, () => {
    let stage: Stage
    let app: Party
    let person: Account
    let factor: Enrolled
    let visitor: Visitor

    before(async () => {
      stage = await open()
      app = await register(stage)
    })
    beforeEach(async () => {
      person = await stage.person()
      factor = await enroll(stage.parts, person.id)
      visitor = stage.visitor()
    })

    const path = (given: Fields = {}) =>
      app.authorizePath({ scope: 'openid', prompt: undefined, claims: WITH_METHODS, ...given })
    const giveName = (page: Visited, options = {}) =>
      visitor.followForm(
        page,
        { email: person.email, password: PASSWORD },
        { action: '/sign-in', ...options },
      )
    const giveCode = (page: Visited, code: string, options = {}) =>
      visitor.followForm(page, { code }, { action: '/code', ...options })
    const atCode = async (given: Fields = {}) => giveName(await visitor.get(path(given)))
    const atOwnCode = async () => giveName(await visitor.get('/sign-in'))
    const isSignedIn = async () => (await visitor.get('/account')).heading === 'Your account'
    const allow = (page: Visited) => visitor.followForm(page, { decision: 'allow' }, { action: '/consent' })
    const claimsOf = async (page: Visited) =>
      decodeJwt(((await app.redeem(callbackOf(page)['code'] ?? '')).json() as Tokens).id_token)
    /** As if this browser had given the password so long ago. */
    const age = (byMs: number) => {
      const { sealer } = stage.parts
      const value = sealer.open(visitor.cookie(COOKIE) ?? '', 'second-step') ?? ''
      const entries = (JSON.parse(value) as { atMs: number }[]).map((one) => ({
        ...one,
        atMs: one.atMs - byMs,
      }))
      visitor.setCookie(COOKIE, sealer.seal(JSON.stringify(entries), 'second-step'))
    }

    it('comes after the password, and only then is the person signed in', async () => {
      const form = await visitor.get(path())
      const answer = await giveName(form, { follow: false })
      expect(answer.status).to.equal(303)
      expect(answer.headers.get('location')).to.match(/^\/interaction\/[\w-]+\/code\?/)
      const page = await visitor.get(answer.headers.get('location') ?? '')
      expect(page.heading).to.equal('Enter your code')
      expect(page.text).to.contain('autocomplete="one-time-code"').and.contain('inputmode="numeric"')
      expect(page.text).to.contain(person.email).and.contain('Demo app')
      expect(await isSignedIn()).to.equal(false)
      const back = await allow(await giveCode(page, await factor.code()))
      const claims = await claimsOf(back)
      expect(claims).to.include({ sub: person.id, acr: SECOND_FACTOR })
      expect(claims['amr']).to.deep.equal(['pwd', 'otp', 'mfa'])
      expect(await isSignedIn()).to.equal(true)
      expect(visitor.cookie(COOKIE)).to.equal(undefined)
    })

    it('comes without an app too', async () => {
      const page = await atOwnCode()
      expect([page.heading, page.url.pathname]).to.deep.equal(['Enter your code', '/sign-in/code'])
      expect(await isSignedIn()).to.equal(false)
      const account = await giveCode(page, await factor.code())
      expect(account.heading).to.equal('Your account')
    })

    it('takes a recovery code instead, once', async () => {
      const page = await atCode()
      const recovery = await visitor.get(linkOn(page, 'Use a recovery code instead'))
      expect(recovery.heading).to.equal('Enter a recovery code')
      const [code = ''] = factor.recoveryCodes
      const back = await allow(await giveCode(recovery, code.toLowerCase()))
      const claims = await claimsOf(back)
      expect(claims).to.include({ acr: SECOND_FACTOR })
      expect(claims['amr']).to.deep.equal(['pwd', 'mfa'])
      visitor.clearCookies()
      const again = await giveCode(await atOwnCode(), code)
      expect(again.text).to.contain('was already used')
      expect(await isSignedIn()).to.equal(false)
      await stage.waitForMail(person.email, /recovery code was used/)
    })

    it('says that a code is wrong, and takes the right one after it', async () => {
      const page = await atCode()
      const wrong = await giveCode(page, factor.wrong())
      expect(wrong.heading).to.equal('Enter your code')
      expect(wrong.text).to.contain('That code is wrong or was already used.')
      expect((await giveCode(wrong, factor.wrong(), { follow: false })).status, 'no page of a POST').to.equal(
        303,
      )
      const empty = await giveCode(wrong, ' ')
      expect(empty.text).to.contain('Enter the code.')
      expect((await giveCode(empty, await factor.code())).url.pathname).to.match(/\/interaction\/[^/]+$/)
    })

    it('pauses after five wrong codes, in every browser', async () => {
      const page = await atOwnCode()
      for (let guess = 0; guess < 5; guess += 1)
        expect((await giveCode(page, factor.wrong())).text, `${guess}`).to.contain('That code is wrong')
      visitor = stage.visitor()
      const refused = await giveCode(await atOwnCode(), await factor.code())
      expect(refused.status).to.equal(429)
      expect(Number(refused.headers.get('retry-after'))).to.be.within(1, 300)
      expect(await isSignedIn()).to.equal(false)
    })

    it('stays on reload, and back leads to a page that works', async () => {
      const form = await visitor.get(path())
      const page = await giveName(form)
      expect((await visitor.get(page.url)).heading).to.equal('Enter your code')
      const again = await giveName(await visitor.get(form.url))
      expect(again.heading).to.equal('Enter your code')
      expect((await giveCode(again, await factor.code())).heading).to.contain('Demo app')
    })

    it('belongs to its request: two tabs do not disturb each other', async () => {
      const other = await register(stage, { client_name: 'Other app' })
      const first = await atCode()
      const second = await giveName(
        await visitor.get(other.authorizePath({ scope: 'openid', prompt: undefined })),
      )
      expect((await giveCode(first, await factor.code())).heading).to.contain('Demo app')
      // The other tab has nothing left to ask but consent.
      expect((await visitor.get(second.url)).heading).to.contain('Other app')
      const own = await giveCode(second, await factor.code())
      expect(own.heading).to.contain('Other app')
    })

    it('lets the person start over as somebody else', async () => {
      const page = await atCode()
      const form = await visitor.get(linkOn(page, 'Not you?'))
      expect(form.heading).to.equal('Sign in')
      const { email } = await stage.person()
      const next = await visitor.followForm(form, { email, password: PASSWORD }, { action: '/sign-in' })
      expect(next.heading).to.contain('Demo app')
    })

    it('is of no use in another browser, or for another request [S-2.67]', async () => {
      const page = await atCode()
      expect((await visitor.get('/sign-in/code')).heading).to.equal('Sign in')
      const stranger = stage.visitor()
      const shown = await stranger.get(page.url)
      expect(shown.text).not.to.contain(person.email)
      expect(shown.heading).not.to.equal('Enter your code')
    })

    const VOIDS: [string, () => Promise<unknown> | void][] = [
      ['ten minutes passed', () => age(SECOND_STEP_MS)],
      [
        'the password changed',
        () => storePassword(stage.parts.db, person.id, `${person.passwordHash}x`, Date.now()),
      ],
      ['the account was disabled', () => disableAccount(stage.parts, person.id, { actor: 'cli' })],
      ['the factors were reset', () => resetFactors(stage.parts, person.id, { actor: 'cli' })],
      ['the cookie is not ours', () => visitor.setCookie(COOKIE, 'made.up')],
    ]
    for (const [what, change] of VOIDS)
      it(`leads back to the sign-in of the same app when ${what} [S-2.68]`, async () => {
        const page = await atCode()
        const code = await factor.code()
        await change()
        for (const late of [await visitor.get(page.url), await giveCode(page, code)]) {
          expect(late.heading, late.url.pathname).to.equal('Sign in')
          expect(late.text, late.url.pathname).to.contain('Sign in again.').and.contain('Demo app')
        }
        expect(await isSignedIn()).to.equal(false)
      })

    it('leads back to the sign-in without an app as well, and the words go with the next try', async () => {
      const page = await giveName(await visitor.get('/sign-in?next=sessions'))
      age(SECOND_STEP_MS)
      const late = await giveCode(page, await factor.code())
      expect(late.text).to.contain('Sign in again.')
      expect(late.url.searchParams.get('next')).to.equal('sessions')
      const next = await giveCode(await giveName(late), await factor.code())
      expect(next.url.pathname).to.equal('/account/sessions')
    })

    it('goes on where the request was lost before the password, or before the code', async () => {
      const form = await visitor.get(path())
      loseRequest()
      const page = await giveName(form)
      expect(page.heading).to.equal('Enter your code')
      loseRequest()
      const next = await giveCode(page, await factor.code())
      expect(next.heading).to.contain('Demo app')
      expect(await isSignedIn()).to.equal(true)
    })
    const loseRequest = () => {
      for (const cookie of visitor.cookies())
        if (cookie.name.endsWith('interaction')) visitor.setCookie(cookie.name, 'gone', cookie.path)
    }

    it('comes alone for a stronger sign-in, where the session gave the password minutes ago', async () => {
      person = await stage.person()
      await giveName(await visitor.get('/sign-in'))
      expect(await isSignedIn()).to.equal(true)
      factor = await enroll(stage.parts, person.id)
      const page = await visitor.get(path({ acr_values: SECOND_FACTOR }))
      expect(page.heading).to.equal('Enter your code')
      expect((await visitor.get(linkOn(page, 'Not you?'))).heading, 'starting over').to.equal('Sign in')
      const back = await allow(await giveCode(page, await factor.code()))
      expect(await claimsOf(back)).to.include({ acr: SECOND_FACTOR })
    })

    it('comes after the password for a stronger sign-in, where the session is older', async () => {
      person = await stage.person()
      await giveName(await visitor.get('/sign-in'))
      factor = await enroll(stage.parts, person.id)
      await ageSessions(stage, person.id)
      const form = await visitor.get(path({ acr_values: SECOND_FACTOR }))
      expect(form.heading).to.equal('Sign in')
      const back = await allow(await giveCode(await giveName(form), await factor.code()))
      expect(await claimsOf(back)).to.include({ acr: SECOND_FACTOR })
    })

    it('does not come without a factor: one is set up where the app wants it, and else nothing is asked', async () => {
      person = await stage.person()
      const page = await atCode({ acr_values: SECOND_FACTOR })
      expect(page.heading).to.equal('Set up your authenticator app')
      const weaker = await visitor.get(path({ acr_values: `${SECOND_FACTOR} ${PASSWORD_LEVEL}` }))
      expect(weaker.heading).to.contain('Demo app')
    })

    it('shows nothing of the account before the right password', async () => {
      const form = await visitor.get('/sign-in')
      const wrong = await visitor.followForm(
        form,
        { email: person.email, password: 'no' },
        { action: '/sign-in' },
      )
      const unknown = await visitor.followForm(
        form,
        { email: 'nobody@example.org', password: 'no' },
        { action: '/sign-in' },
      )
      const alike = (page: Visited) => page.text.replaceAll(/value="[^"]*"/g, '')
      expect([wrong.status, alike(wrong)]).to.deep.equal([unknown.status, alike(unknown)])
      expect(visitor.cookie(COOKIE)).to.equal(undefined)
    })

    it('comes before anything that follows a sign-in: a session, an event, the known browser [S-2.69]', async () => {
      const sessions = () => stage.parts.db('account_sessions').where({ accountId: person.id })
      const actions = () =>
        stage.parts.db('audit_events').where({ accountId: person.id }).orderBy('id').pluck('action')
      const page = await atOwnCode()
      expect(await sessions()).to.have.length(0)
      expect(visitor.cookie('as_device')).to.equal(undefined)
      expect(visitor.cookie('as_accounts')).to.equal(undefined)
      expect(await actions())
        .to.include('sign_in.password_accepted')
        .and.not.include('sign_in.succeeded')
      await giveCode(page, factor.wrong())
      await giveCode(page, await factor.code())
      expect(await sessions()).to.have.length(1)
      expect(visitor.cookie('as_device')).not.to.equal(undefined)
      expect((await actions()).slice(-3)).to.deep.equal([
        'sign_in.password_accepted',
        'second_factor.failed',
        'sign_in.succeeded',
      ])
    })
  })
