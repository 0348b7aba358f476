import { expect } from 'chai'
import { randomToken } from '../../../src/platform/tokens.ts'
import { findAccountByEmail } from '../../../src/accounts/account.ts'
import {
  activateHere,
  enterByLink,
  enterConfirmed,
  isConfirmed,
} from '../../../src/accounts/journeys/activation-here.ts'
import {
  activate,
  activateElsewhere,
  activateWithNewPassword,
  activateWithPasskey,
} from '../../../src/accounts/journeys/activation.ts'
import type { KeptRegistration } from '../../../src/accounts/journeys/kept-registration.ts'
import { completeReset, requestReset } from '../../../src/accounts/journeys/password-reset.ts'
import { registerAgain, registerHere, resendActivation } from '../../../src/accounts/journeys/sign-up.ts'
import { MINUTE_MS } from '../../../src/platform/clock.ts'
import { requestOptions } from '../../../src/passkeys/options.ts'
import { findCredential } from '../../../src/accounts/passkeys/passkey.ts'
import {
  beginRegistration,
  checkRegistered,
  proofPlace,
  signedByRegistered,
} from '../../../src/passkeys/registering.ts'
import { signInWithPasskey } from '../../../src/passkeys/sign-in.ts'
import { softwareKey } from '../../passkeys/software-key.ts'
import { ISSUER, onEachDatabase, PASSWORD } from '../account-world.ts'

const EMAIL = 'ada@example.com'
const FORMS = 'the token of this browser’s forms'

onEachDatabase('A registration with a passkey', (world) => {
  const newKey = () => softwareKey({ origin: ISSUER })
  type Key = ReturnType<typeof newKey>
  type Place = { browser: string; ip: string; kept: KeptRegistration; key: Key }

  /** What a browser sends, with the passkey that its authenticator made. */
  function answerOf(key: Key, forms = FORMS) {
    const begun = beginRegistration(world().needs, forms)
    if (!begun) throw new Error('no passkeys here')
    return { response: key.create(begun), state: begun.state, browser: forms, browserName: 'A key' }
  }

  async function register(ip: string, email = EMAIL, key = newKey()): Promise<Place> {
    const browser = randomToken()
    const answer = answerOf(key)
    const passkey = () => checkRegistered(world().needs, answer)
    const given = { email, password: '', passkey, name: `by ${ip}`, browser, ip }
    const registered = await registerHere(world().needs, given)
    if (!registered.ok) throw new Error(JSON.stringify(registered))
    return { browser, ip, kept: registered.kept, key }
  }
  async function withPassword(ip: string) {
    const browser = randomToken()
    const given = { email: EMAIL, password: PASSWORD, browser, ip }
    const registered = await registerHere(world().needs, given)
    if (!registered.ok) throw new Error('not registered')
    return { browser, ip, kept: registered.kept }
  }
  const type = (place: Omit<Place, 'key'>, code: string) => activateHere(world().needs, { ...place, code })
  const find = async () => findAccountByEmail(world().db, EMAIL)
  const isTheirs = async ({ key }: Place) =>
    (await findCredential(world().db, key.id))?.accountId === (await find())?.id
  const askFor = (token: string) => requestOptions(world().needs, proofPlace(FORMS, token))!
  const withPasskey = (token: string, code: string, response: string) =>
    activateWithPasskey(world().needs, {
      token,
      code,
      signed: (passkey) => signedByRegistered(world().needs, { response, browser: FORMS, token, passkey }),
    })
  function signIn({ key }: Place) {
    const options = requestOptions(world().needs, { purpose: 'sign-in', browser: FORMS })!
    return signInWithPasskey(world().needs, { response: key.get(options), browser: FORMS, ip: '192.0.2.1' })
  }

  it('is confirmed and signed in by the code, at the worth of a passkey, and only once [S-2.280]', async () => {
    const here = await register('192.0.2.1')
    expect(await world().count('passkeys'), 'before the mail').to.equal(0)
    const { code } = await world().lastMail()
    const done = await type(here, code)
    expect(done).to.have.nested.property('account.passwordHash', null)
    expect(done).to.deep.include({ amr: ['pop', 'hwk', 'user', 'mfa'] })
    expect(await isTheirs(here)).to.equal(true)
    expect(await find()).to.include({ name: 'by 192.0.2.1' })
    expect(await enterConfirmed(world().needs, here), 'the page that waits').to.equal(undefined)
    world().advance(MINUTE_MS)
    expect(await type(here, code)).to.eql({ ok: false, reason: 'wrong_code' })
    expect(await signIn(here)).to.have.property('ok', true)
    const trail: { action: string }[] = await world().db('audit_events').select('action').orderBy('id')
    expect(trail.map(({ action }) => action)).to.include.members(['account.activated', 'factor.added'])
  })

  it('is confirmed by the link in its browser, and nowhere else without the passkey [S-2.280]', async () => {
    const here = await register('192.0.2.1')
    const mail = await world().lastMail()
    const { token, code } = mail
    const { needs } = world()
    expect(await activate(needs, { token, browser: randomToken() })).to.include({ reason: 'wrong_code' })
    expect(await activateElsewhere(needs, { ...mail, password: PASSWORD })).to.include({
      reason: 'wrong_password',
    })
    const strangers = newKey()
    answerOf(strangers)
    for (const [what, response] of Object.entries({
      'of a stranger': strangers.get(askFor(token)),
      'for another link': here.key.get(askFor('another token')),
      'for a sign-in': here.key.get(requestOptions(needs, { purpose: 'sign-in', browser: FORMS })!),
      none: '',
    }))
      expect(await withPasskey(token, code, response), what).to.include({ reason: 'wrong_passkey' })
    // Five guesses were made by now, and end this mail elsewhere. Here the link still works.
    const done = await activate(needs, { token, browser: here.browser, signsIn: true })
    if (!done.ok) throw new Error(done.reason)
    expect(await enterByLink(needs, done, { ip: here.ip })).to.have.nested.property('account.email', EMAIL)
    expect(await isTheirs(here)).to.equal(true)
  })

  it('is confirmed elsewhere by the code and the passkey, and then goes on here once', async () => {
    const here = await register('192.0.2.1')
    const { token, code } = await world().lastMail()
    const { needs } = world()
    const response = here.key.get(askFor(token))
    expect(await withPasskey(token, 'AAAA-3333', response)).to.eql({
      ok: false,
      reason: 'wrong_code',
    })
    const done = await withPasskey(token, code, response)
    expect(done.ok).to.equal(true)
    expect(await isConfirmed(needs, here)).to.equal(true)
    expect(await enterConfirmed(needs, here)).to.have.nested.property('account.email', EMAIL)
    expect(await enterConfirmed(needs, here)).to.equal(undefined)
  })

  it('of a stranger ends when the owner activates, in every way [S-2.281]', async () => {
    const ways: Record<string, (stranger: Place) => Promise<unknown>> = {
      async 'a passkey of one’s own'() {
        const owner = await register('192.0.2.1')
        return type(owner, (await world().lastMail()).code)
      },
      async 'a password'() {
        const owner = await withPassword('192.0.2.1')
        return type(owner, (await world().lastMail()).code)
      },
      async 'a new password'() {
        const { token, code } = await world().lastMail()
        return activateWithNewPassword(world().needs, { token, code, newPassword: PASSWORD })
      },
      async 'a forgotten password'() {
        await requestReset(world().needs, { email: EMAIL, ip: '192.0.2.1' })
        const { token, code } = await world().lastMail()
        return completeReset(world().needs, { token, code, newPassword: PASSWORD })
      },
    }
    for (const [way, run] of Object.entries(ways)) {
      await world().empty()
      const stranger = await register('192.0.2.9')
      const { code } = await world().lastMail()
      expect(await run(stranger), way).to.have.property('ok', true)
      expect(await isTheirs(stranger), way).to.equal(false)
      expect((await find())?.name, way).not.to.equal('by 192.0.2.9')
      expect(await isConfirmed(world().needs, stranger), way).to.equal(false)
      expect(await enterConfirmed(world().needs, stranger), way).to.equal(undefined)
      expect(await type(stranger, code), way).to.have.property('ok', false)
      expect(await signIn(stranger), way).to.have.property('ok', false)
    }
  })

  it('replaces the password and name of a stranger who registered the address first [S-2.281]', async () => {
    const stranger = await withPassword('192.0.2.9')
    const owner = await register('192.0.2.1')
    const { code } = await world().lastMail()
    expect(await type(owner, code)).to.have.nested.property('account.passwordHash', null)
    expect(await isConfirmed(world().needs, stranger)).to.equal(false)
  })

  it('gets no passkey into an account that is there, and the same answer [S-2.281]', async () => {
    await world().add({ email: EMAIL })
    const stranger = await register('192.0.2.9')
    expect((await world().lastMail()).template).to.equal('already-registered')
    expect(await type(stranger, 'AAAA-3333')).to.eql({ ok: false, reason: 'wrong_code' })
    expect(await world().count('passkeys')).to.equal(0)
  })

  it('travels along with another mail, a corrected address, and a mail for the address alone', async () => {
    const { needs } = world()
    const here = await register('192.0.2.1', 'adda@example.com')
    const first = await world().lastMail()
    const again = await registerAgain(needs, here.kept, { email: EMAIL, browser: here.browser, ip: here.ip })
    if (!again.ok) throw new Error('not registered')
    expect(await activate(needs, { token: first.token, browser: here.browser })).to.include({ ok: false })
    await resendActivation(needs, { email: EMAIL, ip: '192.0.2.7' })
    const { code } = await world().lastMail()
    expect(await type({ ...here, kept: again.kept }, code)).to.have.property('ok', true)
    expect(await isTheirs(here)).to.equal(true)
  })

  it('says so where the passkey is used before the mail: no password manager forgets it', async () => {
    const here = await register('192.0.2.1')
    expect(await signIn(here)).to.eql({ ok: false, reason: 'unconfirmed' })
    world().advance(3 * 24 * 60 * MINUTE_MS)
    expect(await signIn(here)).to.eql({ ok: false, reason: 'unknown' })
  })

  it('takes an answer once, of this browser, for ten minutes, with the person verified [S-2.282]', async () => {
    const { needs } = world()
    const answer = answerOf(newKey())
    expect(await checkRegistered(needs, { ...answer, browser: 'another' })).to.include({ why: 'refused' })
    const both = await Promise.all([checkRegistered(needs, answer), checkRegistered(needs, answer)])
    expect(both.map(({ ok }) => ok)).to.have.members([true, false])
    const late = answerOf(newKey())
    world().advance(10 * MINUTE_MS)
    expect(await checkRegistered(needs, late)).to.include({ why: 'expired' })
    const unverified = softwareKey({ origin: ISSUER, verifies: false })
    expect(await checkRegistered(needs, answerOf(unverified))).to.include({ why: 'refused' })
    const foreign = softwareKey({ origin: 'https://evil.example' })
    expect(await checkRegistered(needs, answerOf(foreign))).to.include({ why: 'refused' })
    const here = await register('192.0.2.1')
    await type(here, (await world().lastMail()).code)
    expect(await checkRegistered(needs, answerOf(here.key))).to.include({ why: 'taken' })
  })
})
