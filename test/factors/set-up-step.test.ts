import { expect } from 'chai'
import { decodeJwt } from 'jose'
import { updateAccount } from '../../src/account-cache/changed-account.ts'
import type { Account } from '../../src/accounts/account.ts'
import { LEVELS } from '../../src/accounts/levels.ts'
import { DEVICE_GRANT } from '../protocol/device/device-code.ts'
import type { Issued } from '../protocol/device/device-code.ts'
import { callbackOf, register } from '../provider/relying-party.ts'
import type { Fields, Party, Tokens } from '../provider/relying-party.ts'
import { openStage, PASSWORD, STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { ageSessions } from '../support/older-sign-ins.ts'
import type { Visited, Visitor } from '../support/visitor.ts'
import { authenticator, secretOn } from './authenticator.ts'
import { enroll } from './enrolled.ts'

const [, SECOND_FACTOR, PHISHING_RESISTANT] = LEVELS
const UNMET = 'unmet_authentication_requirements'
const SET_UP = 'Set up your authenticator app'
const CODES = 'Save your recovery codes'
const CONFIRM = 'Confirm it’s you'
const ESSENTIAL = JSON.stringify({ id_token: { acr: { essential: true, value: SECOND_FACTOR }, amr: null } })

for (const { name, stage: open } of STAGES)
  describe(`the set-up of a second factor on the way to an app, on two processes with ${name}`, () => {
    let stage: Stage
    let app: Party
    let person: Account
    let visitor: Visitor

    before(async () => {
      stage = await open()
      app = await register(stage)
    })
    beforeEach(async () => {
      person = await stage.person()
      visitor = stage.visitor()
    })

    const path = (given: Fields = {}) =>
      app.authorizePath({ scope: 'openid', prompt: undefined, claims: ESSENTIAL, ...given })
    const givePassword = (page: Visited, password = PASSWORD) =>
      visitor.followForm(page, { email: person.email, password }, { action: '/sign-in' })
    const atSetUp = async (given: Fields = {}) => givePassword(await visitor.get(path(given)))
    const codeOn = (page: Visited) => authenticator(secretOn(page.text)).codeAt(Date.now())
    const giveCode = (page: Visited, code: string) =>
      visitor.followForm(page, { code }, { action: '/app/confirm' })
    const saved = (page: Visited) => visitor.followForm(page, {}, { action: '/saved' })
    const allow = (page: Visited) => visitor.followForm(page, { decision: 'allow' }, { action: '/consent' })
    const claimsOf = async (page: Visited) =>
      decodeJwt(((await app.redeem(callbackOf(page)['code'] ?? '')).json() as Tokens).id_token)
    const later = (page: Visited) => {
      const [, action = ''] = /formaction="([^"]*\/later[^"]*)"/.exec(page.text) ?? []
      const [, _csrf = ''] = /name="_csrf" value="([^"]+)"/.exec(page.text) ?? []
      return visitor.post(action.replaceAll('&amp;', '&'), { _csrf })
    }
    const loseRequest = () => {
      for (const cookie of visitor.cookies())
        if (cookie.name.endsWith('interaction')) visitor.setCookie(cookie.name, 'gone', cookie.path)
    }
    const signInHere = async () => givePassword(await visitor.get('/sign-in'))

    for (const [how, given] of [
      ['an essential claim', {}],
      ['acr_values', { acr_values: SECOND_FACTOR, claims: JSON.stringify({ id_token: { amr: null } }) }],
    ] as const)
      it(`follows the password where ${how} asks for it, and leads back into the request [S-2.85]`, async () => {
        const page = await atSetUp(given)
        expect(page.heading).to.equal(SET_UP)
        expect(page.text).to.contain('Demo app').and.contain('Not now').and.not.contain('Your account"')
        const codes = await giveCode(page, codeOn(page))
        expect(codes.heading).to.equal(CODES)
        const consent = await saved(codes)
        expect(consent.heading).to.contain('Demo app')
        const claims = await claimsOf(await allow(consent))
        expect(claims).to.include({ sub: person.id, acr: SECOND_FACTOR })
        expect(claims['amr']).to.deep.equal(['pwd', 'otp', 'mfa'])
        expect(callbackOf(await visitor.get(path(given))), 'the session is of that level').to.have.property(
          'code',
        )
      })

    it('comes at once in a session that gave the password minutes ago, and after the password in an older one', async () => {
      await signInHere()
      expect((await visitor.get(path())).heading).to.equal(SET_UP)
      await ageSessions(stage, person.id)
      const asked = await visitor.get(path())
      expect(asked.heading).to.equal(CONFIRM)
      const wrong = await visitor.followForm(asked, { password: 'not mine' })
      expect([wrong.through.length, wrong.heading]).to.eql([1, CONFIRM])
      const page = await visitor.followForm(wrong, { password: PASSWORD })
      expect(page.heading).to.equal(SET_UP)
      const back = await allow(await saved(await giveCode(page, codeOn(page))))
      expect(await claimsOf(back)).to.include({ acr: SECOND_FACTOR })
    })

    it('ends in an error of the app with "Not now", from each of its pages', async () => {
      const page = await atSetUp()
      expect(callbackOf(await later(page))).to.include({ error: UNMET, state: 'a-state' })
      await ageSessions(stage, person.id)
      const asked = await visitor.get(path())
      expect(asked.heading).to.equal(CONFIRM)
      expect(callbackOf(await later(asked))).to.include({ error: UNMET, state: 'a-state' })
    })

    it('stays an error with prompt=none, and asks for a passkey where only that is enough', async () => {
      await signInHere()
      const silent = callbackOf(await visitor.get(path({ prompt: 'none' })))
      expect(silent).to.include({ error: 'interaction_required' })
      const strongest = await visitor.get(path({ acr_values: PHISHING_RESISTANT, claims: undefined }))
      expect(strongest.heading).to.equal('Add a passkey')
      const declined = await visitor.followForm(strongest, {}, { action: '/later' })
      expect(callbackOf(declined)).to.include({ error: UNMET })
    })

    it('comes after the confirmation of the address', async () => {
      await updateAccount(stage.parts.db, { id: person.id }, { emailVerifiedAtMs: null })
      const unconfirmed = await atSetUp()
      expect(unconfirmed.heading).to.equal('Confirm your email')
      await updateAccount(stage.parts.db, { id: person.id }, { emailVerifiedAtMs: Date.now() })
      expect((await visitor.followForm(unconfirmed, {}, { action: '/verify-email' })).heading).to.equal(
        SET_UP,
      )
    })

    it('works after a wrong code, a reload, and back', async () => {
      const page = await atSetUp()
      const wrong = await giveCode(page, authenticator(secretOn(page.text)).wrongCodeAt(Date.now()))
      expect([wrong.through.length, wrong.heading]).to.eql([1, SET_UP])
      for (const address of [page.url, wrong.url]) {
        const again = await visitor.get(address)
        expect([again.heading, secretOn(again.text)], address.href).to.eql([SET_UP, secretOn(page.text)])
      }
      const codes = await giveCode(wrong, codeOn(page))
      expect((await visitor.get(codes.url)).heading, 'reload').to.equal(CODES)
      expect((await visitor.get(page.url)).heading, 'back').to.equal(CODES)
      const consent = await saved(codes)
      expect((await saved(codes)).heading, 'sent twice').to.equal(consent.heading)
      expect((await visitor.get(page.url)).heading, 'back after all').to.equal(consent.heading)
    })

    it('is done once for two tabs: the other one goes on as well', async () => {
      const other = await register(stage, { client_name: 'Other app' })
      const first = await atSetUp()
      const second = await visitor.get(
        other.authorizePath({ scope: 'openid', prompt: undefined, acr_values: SECOND_FACTOR }),
      )
      expect([second.heading, secretOn(second.text)]).to.eql([SET_UP, secretOn(first.text)])
      const consent = await saved(await giveCode(first, codeOn(first)))
      expect((await giveCode(second, '123456')).heading).to.contain('Other app')
      expect(await claimsOf(await allow(consent))).to.include({ acr: SECOND_FACTOR })
    })

    it('asks for the code where the factor was set up in another browser meanwhile', async () => {
      const page = await atSetUp()
      const factor = await enroll(stage.parts, person.id)
      const next = await giveCode(page, '123456')
      expect(next.heading).to.equal('Enter your code')
      const back = await visitor.followForm(next, { code: await factor.code() }, { action: '/code' })
      expect(await claimsOf(await allow(back))).to.include({ acr: SECOND_FACTOR })
    })

    for (const at of ['the code', 'the saved codes'] as const)
      it(`goes on where the request was lost before ${at}`, async () => {
        const page = await atSetUp()
        if (at === 'the code') loseRequest()
        const codes = await giveCode(page, codeOn(page))
        expect(codes.heading).to.equal(CODES)
        if (at === 'the saved codes') loseRequest()
        const back = await allow(await saved(codes))
        expect(await claimsOf(back)).to.include({ acr: SECOND_FACTOR })
      })

    it('comes for a device as well, and leads back to its page', async () => {
      const tv = await register(stage, {
        redirect_uris: [],
        grant_types: [DEVICE_GRANT],
        token_endpoint_auth_method: 'none',
      })
      const asked = await tv.call('/oauth/device', { scope: 'openid', acr_values: SECOND_FACTOR })
      const { user_code } = asked.json() as Issued
      const page = await givePassword(await visitor.followForm(await visitor.get('/device'), { user_code }))
      expect(page.heading).to.equal(SET_UP)
      const consent = await saved(await giveCode(page, codeOn(page)))
      expect(consent.text).to.contain('/consent')
      expect((await allow(consent)).heading).to.equal('Device connected')
    })

    const requests: Record<string, () => Promise<string>> = {
      async 'that was pushed'() {
        const fields = Object.fromEntries(new URL(path(), stage.issuer).searchParams)
        const pushed = (await app.call('/oauth/par', fields)).json() as { request_uri: string }
        const query = { client_id: app.clientId, request_uri: pushed.request_uri }
        return `/oauth/authorize?${new URLSearchParams(query)}`
      },
      'that is too long for the address of its pages': () =>
        Promise.resolve(path({ state: 'x'.repeat(6000) })),
    }
    for (const [kind, begin] of Object.entries(requests))
      it(`leads on to a request ${kind}, with its answer`, async () => {
        const page = await givePassword(await visitor.get(await begin()))
        expect(page.heading).to.equal(SET_UP)
        const back = await allow(await saved(await giveCode(page, codeOn(page))))
        expect(await claimsOf(back)).to.include({ acr: SECOND_FACTOR })
        expect(callbackOf(back)['state']?.length).to.equal(kind.includes('long') ? 6000 : 'a-state'.length)
      })

    it('asks for the sign-in of the same request where the session ended meanwhile', async () => {
      const page = await atSetUp()
      const elsewhere = visitor.cookies().filter(({ name: cookie }) => cookie.startsWith('as_session'))
      for (const cookie of elsewhere) visitor.setCookie(cookie.name, 'gone', cookie.path)
      const late = await visitor.get(page.url)
      expect([late.heading, late.text.includes('Demo app')]).to.eql(['Sign in', true])
      expect((await givePassword(late)).heading).to.equal(SET_UP)
    })

    it('raises no session where the password is older than ten minutes: the request asks again [S-2.86]', async () => {
      const page = await atSetUp()
      await ageSessions(stage, person.id)
      const code = codeOn(page)
      const codes = await giveCode(page, code)
      expect(codes.heading).to.equal(CODES)
      expect((await saved(codes)).heading).to.equal('Sign in')
    })
  })

it('a set-up on the way to an app comes after the address also where unconfirmed accounts may use apps [S-2.87]', async () => {
  const env = { ACCOUNT_SERVER_UNVERIFIED_ACCOUNTS_MAY_AUTHORIZE: 'true' }
  const stage = await openStage({ store: 'sqlite', env })
  const app = await register(stage)
  const { email } = await stage.person({ verified: false })
  const visitor = stage.visitor()
  const path = (given: Fields) => app.authorizePath({ scope: 'openid', prompt: undefined, ...given })
  const form = await visitor.get(path({}))
  const consent = await visitor.followForm(form, { email, password: PASSWORD }, { action: '/sign-in' })
  expect(consent.heading).to.contain('Demo app')
  expect((await visitor.get(path({ acr_values: SECOND_FACTOR }))).heading).to.equal('Confirm your email')
  await stage.stop()
})
