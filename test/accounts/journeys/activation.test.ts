import { expect } from 'chai'
import { randomToken } from '../../../src/platform/tokens.ts'
import { findAccountByEmail, isVerified } from '../../../src/accounts/account.ts'
import { disableAccount } from '../../../src/accounts/account-state.ts'
import {
  activate,
  activateElsewhere,
  activateSignedIn,
  activateWithNewPassword,
} from '../../../src/accounts/journeys/activation.ts'
import { recordSession } from '../../../src/sessions/account-sessions.ts'
import { findConsent, rememberConsent } from '../../../src/consents/consents.ts'
import { previewToken } from '../../../src/accounts/one-time-token.ts'
import { completeReset, requestReset } from '../../../src/accounts/journeys/password-reset.ts'
import { register, resendActivation } from '../../../src/accounts/journeys/sign-up.ts'
import { signIn } from '../../../src/accounts/journeys/sign-in.ts'
import { onEachDatabase, PASSWORD } from '../account-world.ts'

const IP = '192.0.2.7'
const OWNERS = 'the owner picked this'
const STRANGERS = 'a stranger picked this'
const DAY_MS = 86_400_000

onEachDatabase('Activation', (world) => {
  const ask = (over: Partial<Parameters<typeof register>[1]> = {}) =>
    register(world().needs, { email: 'ada@example.com', password: PASSWORD, name: 'Ada', ip: IP, ...over })
  const canSignIn = async (password: string) =>
    (await signIn(world().needs, { email: 'ada@example.com', password, ip: IP })).ok
  const find = async () => findAccountByEmail(world().db, 'ada@example.com')

  describe('of a new account', () => {
    it('succeeds at once in the browser that registered, and only once', async () => {
      const browser = randomToken()
      await ask({ browser })
      const { token } = await world().lastMail()
      expect(await activate(world().needs, { token, browser })).to.have.property('ok', true)
      expect(isVerified((await find())!)).to.equal(true)
      expect(await canSignIn(PASSWORD)).to.equal(true)
      expect(await activate(world().needs, { token, browser })).to.deep.equal({ ok: false, reason: 'used' })
    })

    it('does not happen when a link is only opened, as mail scanners do [S-2.18]', async () => {
      const { db, needs } = world()
      await ask({ browser: randomToken() })
      const { token } = await world().lastMail()
      for (let i = 0; i < 10; i += 1) {
        const preview = await previewToken(db, { token, purpose: 'activation' }, needs.clock())
        expect(preview, `look ${i}`).to.include({ state: 'live', actsHere: false, codeAttemptsLeft: 5 })
        expect(await activate(needs, { token, browser: undefined }), `look ${i}`).to.include({
          reason: 'wrong_code',
        })
      }
      expect(isVerified((await find())!)).to.equal(false)
    })

    it('takes the code and the password in any other browser', async () => {
      await ask({ browser: randomToken() })
      const { token, code } = await world().lastMail()
      const { needs } = world()
      const given = { token, code: code.toLowerCase().replace('-', ' '), password: 'wrong' }
      expect(await activateElsewhere(needs, given)).to.deep.equal({ ok: false, reason: 'wrong_password' })
      const wrongCode = { ...given, code: 'WXYW-XYWX', password: PASSWORD }
      expect(await activateElsewhere(needs, wrongCode)).to.deep.equal({ ok: false, reason: 'wrong_code' })
      expect(isVerified((await find())!)).to.equal(false)
      expect(await activateElsewhere(needs, { ...given, password: PASSWORD })).to.have.property('ok', true)
      expect(isVerified((await find())!)).to.equal(true)
    })

    it('evaluates at most five guesses of the code, also in parallel [S-2.24]', async () => {
      await ask()
      const { token, code } = await world().lastMail()
      const guess = (text: string) =>
        activateElsewhere(world().needs, { token, code: text, password: PASSWORD })
      const answers = await Promise.all(Array.from({ length: 20 }, () => guess('WXYW-XYWX')))
      const reasons = answers.map((answer) => (answer.ok ? 'ok' : answer.reason))
      expect(reasons.filter((reason) => reason === 'wrong_code')).to.have.lengthOf(5)
      expect(reasons.filter((reason) => reason === 'exhausted')).to.have.lengthOf(15)
      expect(await guess(code)).to.deep.equal({ ok: false, reason: 'exhausted' })
    })

    it('succeeds once of 20 parallel uses of one link', async () => {
      const browser = randomToken()
      await ask({ browser })
      const { token } = await world().lastMail()
      const uses = Array.from({ length: 20 }, () => activate(world().needs, { token, browser }))
      expect((await Promise.all(uses)).filter(({ ok }) => ok)).to.have.lengthOf(1)
    })

    it('expires, and a new link revokes the old one [S-2.17]', async () => {
      const browser = randomToken()
      await ask({ browser })
      const first = await world().lastMail()
      await resendActivation(world().needs, { email: 'ada@example.com', ip: IP })
      const second = await world().lastMail()
      const { needs, advance } = world()
      expect(await activate(needs, { token: first.token, browser })).to.include({ reason: 'invalid_token' })
      advance(2 * DAY_MS)
      expect(await activate(needs, { token: second.token, browser })).to.include({ reason: 'invalid_token' })
      expect(isVerified((await find())!)).to.equal(false)
    })

    it('still succeeds at once in that browser after anybody asked for the mail again', async () => {
      const browser = randomToken()
      await ask({ browser })
      await resendActivation(world().needs, { email: 'ADA@example.com', ip: '198.51.100.9' })
      const { token } = await world().lastMail()
      expect(await activate(world().needs, { token, browser })).to.have.property('ok', true)
    })

    it('does nothing for a token cut short, lengthened, or of another purpose [S-6.22]', async () => {
      const browser = randomToken()
      await ask({ browser })
      const { token } = await world().lastMail()
      const { needs, db } = world()
      for (const altered of [token.slice(0, -1), `${token}A`, '', token.toLowerCase()])
        expect(await activate(needs, { token: altered, browser }), JSON.stringify(altered)).to.include({
          reason: 'invalid_token',
        })
      const preview = await previewToken(db, { token, purpose: 'reset', browser }, needs.clock())
      expect(preview).to.deep.equal({ state: 'unknown' })
    })

    it('takes the code alone from a person who is signed in', async () => {
      await ask()
      const { code } = await world().lastMail()
      const { id } = (await find())!
      const { needs } = world()
      expect(await activateSignedIn(needs, { accountId: id, code: 'WXYW-XYWX' })).to.include({ ok: false })
      expect(await activateSignedIn(needs, { accountId: id, code })).to.have.property('ok', true)
      expect(isVerified((await find())!)).to.equal(true)
    })

    it('is refused for an account that was disabled meanwhile', async () => {
      const browser = randomToken()
      await ask({ browser })
      const { token } = await world().lastMail()
      await disableAccount(world().needs, (await find())!.id, { actor: 'cli' })
      expect(await activate(world().needs, { token, browser })).to.include({ ok: false })
    })
  })

  describe('of an address by a stranger first', () => {
    const stranger = randomToken()
    const owner = randomToken()

    beforeEach(async () => {
      await ask({ password: STRANGERS, browser: stranger })
    })

    it('leaves the owner who registers afterwards with the owner’s password', async () => {
      await ask({ password: OWNERS, browser: owner })
      expect(await canSignIn(STRANGERS)).to.equal(true)
      const { id } = (await find())!
      const { db, needs, lastMail, ended } = world()
      const session = { uid: 'stranger-session', accountId: id, ip: IP, expiresAtMs: needs.clock() + DAY_MS }
      await recordSession(db, session, 10, needs.clock())
      const { token } = await lastMail()
      expect(await activate(needs, { token, browser: owner })).to.have.property('ok', true)
      expect(await canSignIn(OWNERS)).to.equal(true)
      expect(await canSignIn(STRANGERS)).to.equal(false)
      expect(ended.flatMap(({ sessionUids }) => sessionUids)).to.deep.equal(['stranger-session'])
    })

    it('lets the owner, who only has the mail, replace the password of the stranger [S-2.22]', async () => {
      const { token, code } = await world().lastMail()
      const { needs } = world()
      const given = { token, code, newPassword: OWNERS }
      expect(await activateElsewhere(needs, { ...given, password: OWNERS })).to.include({
        reason: 'wrong_password',
      })
      expect(await activateWithNewPassword(needs, { ...given, newPassword: 'password' })).to.deep.equal({
        ok: false,
        reason: 'password_refused',
        problem: 'common',
      })
      expect(await activateWithNewPassword(needs, given)).to.have.property('ok', true)
      expect(await canSignIn(OWNERS)).to.equal(true)
      expect(await canSignIn(STRANGERS)).to.equal(false)
    })

    it('does not take the password of the stranger who registers once more after the owner', async () => {
      await ask({ password: OWNERS, browser: owner })
      await ask({ password: STRANGERS, browser: stranger })
      const { token, code } = await world().lastMail()
      const { needs } = world()
      expect(await activate(needs, { token, browser: owner })).to.include({ reason: 'wrong_code' })
      expect(await activateElsewhere(needs, { token, code, password: OWNERS })).to.include({ ok: false })
      expect(await activateWithNewPassword(needs, { token, code, newPassword: OWNERS })).to.include({
        ok: true,
      })
      expect(await canSignIn(STRANGERS)).to.equal(false)
    })

    it('uses the name of the owner who registers afterwards, in the mail and on the account [S-2.26]', async () => {
      await ask({
        password: OWNERS,
        browser: owner,
        name: 'Ada Owner',
        email: 'Ada@example.com',
        locale: 'fr',
      })
      const { needs, lastMail, mails } = world()
      expect((await mails()).at(-1)).to.have.nested.property('data.name', 'Ada Owner')
      const { token } = await lastMail()
      expect(await activate(needs, { token, browser: owner })).to.have.property('ok', true)
      expect(await find()).to.include({ name: 'Ada Owner', email: 'Ada@example.com', locale: 'fr' })
    })

    it('sets that name in another browser too, by the password that came with it, also after another mail', async () => {
      await ask({ password: OWNERS, browser: owner, name: 'Ada Owner' })
      const { needs, lastMail } = world()
      await resendActivation(needs, { email: 'ada@example.com', ip: IP })
      const { token, code } = await lastMail()
      expect(await activateElsewhere(needs, { token, code, password: OWNERS })).to.have.property('ok', true)
      expect(await find()).to.include({ name: 'Ada Owner' })
    })

    it('sets the name that came with the first password when that password is entered', async () => {
      await ask({ password: OWNERS, browser: owner, name: 'Somebody Else' })
      const { needs, lastMail } = world()
      const { token, code } = await lastMail()
      const first = { token, code, password: STRANGERS }
      expect(await activateElsewhere(needs, first)).to.have.property('ok', true)
      expect(await find()).to.include({ name: 'Ada' })
    })

    it('keeps no typed name or password, and no consent, when the owner proves only the mailbox [S-2.25]', async () => {
      const { db, needs, lastMail } = world()
      const { id } = (await find())!
      await db('accounts').where({ id }).update({ username: 'stranger', locale: 'de' })
      await rememberConsent(db, id, 'app', { scopes: ['openid'] }, needs.clock())
      const { token, code } = await lastMail()
      const given = { token, code, newPassword: OWNERS }
      expect(await activateWithNewPassword(needs, { ...given, name: 'http://spam' })).to.deep.equal({
        ok: false,
        reason: 'name_refused',
      })
      expect(await activateWithNewPassword(needs, given)).to.have.property('ok', true)
      expect(await find()).to.include({ name: '', username: null, locale: null })
      expect(await findConsent(db, id, 'app')).to.equal(undefined)
    })

    it('takes the name that the owner gives along with a new password', async () => {
      const { needs, lastMail } = world()
      const { token, code } = await lastMail()
      const given = { token, code, newPassword: OWNERS, name: ' Ada Owner ' }
      expect(await activateWithNewPassword(needs, given)).to.have.property('ok', true)
      expect(await find()).to.include({ name: 'Ada Owner' })
    })

    for (const name of [undefined, 'Ada Owner'])
      it(`ends it with a reset too, and takes the name given there (${name ?? 'none'}) [S-2.27]`, async () => {
        const { needs, lastMail, mails, db } = world()
        await rememberConsent(db, (await find())!.id, 'app', { scopes: ['openid'] }, needs.clock())
        await requestReset(needs, { email: 'ada@example.com', ip: IP })
        expect((await mails()).at(-1)).to.have.nested.property('data.name', '')
        const { token, code } = await lastMail()
        expect(await completeReset(needs, { token, code, newPassword: OWNERS, name })).to.include({
          ok: true,
        })
        expect(await find()).to.include({ name: name ?? '' })
        expect((await mails()).at(-1)).to.have.nested.property('data.name', name ?? '')
        expect(await findConsent(db, (await find())!.id, 'app')).to.equal(undefined)
      })

    it('keeps the name that an operator gave, in every way of activation', async () => {
      const { add, needs, lastMail } = world()
      await add({ email: 'bob@example.com', name: 'Bob', verified: false })
      await requestReset(needs, { email: 'bob@example.com', ip: IP })
      const { token, code } = await lastMail()
      expect(await completeReset(needs, { token, code, newPassword: OWNERS, name: '' })).to.include({
        ok: true,
      })
      expect(await findAccountByEmail(world().db, 'bob@example.com')).to.include({ name: 'Bob' })
    })

    it('never changes the password of an account that was verified meanwhile', async () => {
      const { db, needs, lastMail } = world()
      const { token, code } = await lastMail()
      await db('accounts').update({ emailVerifiedAtMs: needs.clock() })
      expect(await activate(needs, { token, browser: stranger })).to.deep.equal({ ok: false, reason: 'used' })
      const given = { token, code, newPassword: OWNERS }
      expect(await activateWithNewPassword(needs, given)).to.deep.equal({ ok: false, reason: 'used' })
      expect(await canSignIn(OWNERS)).to.equal(false)
    })
  })
})
