import { expect } from 'chai'
import { randomToken } from '../../../src/platform/tokens.ts'
import { disableAccount } from '../../../src/accounts/account-state.ts'
import { findAccountByEmail } from '../../../src/accounts/account.ts'
import { activateHere, enterConfirmed, isConfirmed } from '../../../src/accounts/journeys/activation-here.ts'
import {
  activate,
  activateElsewhere,
  activateWithNewPassword,
} from '../../../src/accounts/journeys/activation.ts'
import { registerAgain, registerHere } from '../../../src/accounts/journeys/sign-up.ts'
import type { KeptRegistration } from '../../../src/accounts/journeys/kept-registration.ts'
import { HOUR_MS, MINUTE_MS } from '../../../src/platform/clock.ts'
import { onEachDatabase, PASSWORD } from '../account-world.ts'

const EMAIL = 'ada@example.com'
const STRANGERS = 'a stranger’s red lantern'

onEachDatabase('The browser that registered', (world) => {
  type Place = { browser: string; ip: string; kept: KeptRegistration }

  async function register(ip: string, password = PASSWORD, email = EMAIL): Promise<Place> {
    const browser = randomToken()
    const registered = await registerHere(world().needs, { email, password, name: `by ${ip}`, browser, ip })
    if (!registered.ok) throw new Error('not registered')
    return { browser, ip, kept: registered.kept }
  }
  const type = (place: Place, code: string) => activateHere(world().needs, { ...place, code })
  const enter = (place: Place) => enterConfirmed(world().needs, place)
  const find = async () => findAccountByEmail(world().db, EMAIL)

  it('is confirmed and signed in by the code, and only once [S-2.161]', async () => {
    const here = await register('192.0.2.1')
    const { code } = await world().lastMail()
    expect(await isConfirmed(world().needs, here)).to.equal(false)
    const done = await type(here, ` ${code.toLowerCase()}`)
    expect(done).to.have.nested.property('account.email', EMAIL)
    expect(await find())
      .to.include({ name: 'by 192.0.2.1' })
      .and.have.property('emailVerifiedAtMs')
      .that.is.a('number')
    expect(await enter(here), 'the page that waits').to.equal(undefined)
    world().advance(MINUTE_MS)
    expect(await type(here, code), 'a minute later').to.eql({ ok: false, reason: 'wrong_code' })
  })

  it('has the same answer to a form that was sent twice, also at once', async () => {
    const here = await register('192.0.2.1')
    const { code } = await world().lastMail()
    const both = await Promise.all([type(here, code), type(here, code)])
    expect(both.map(({ ok }) => ok)).to.eql([true, true])
    const activated: unknown[] = await world().db('audit_events').where({ action: 'account.activated' })
    expect(activated).to.have.length(1)
  })

  it('takes the code of a mail that a stranger asked for, and keeps what was typed here', async () => {
    const here = await register('192.0.2.1')
    const stranger = await register('192.0.2.9', STRANGERS)
    const { code } = await world().lastMail()
    expect(await type(here, code)).to.have.nested.property('account.name', 'by 192.0.2.1')
    expect((await find())?.passwordHash).to.equal(here.kept.passwordHash)
    expect(await isConfirmed(world().needs, stranger), 'the stranger’s page learns nothing').to.equal(false)
    expect(await enter(stranger)).to.equal(undefined)
  })

  it('goes on once after the link was used elsewhere with its password, within the hour', async () => {
    const here = await register('192.0.2.1')
    await activateElsewhere(world().needs, { ...(await world().lastMail()), password: PASSWORD })
    const both = await Promise.all([enter(here), enter(here)])
    expect(both.map((entered) => entered?.account?.email)).to.have.members([EMAIL, undefined])
    const late = await register('192.0.2.2', PASSWORD, 'late@example.com')
    await activateElsewhere(world().needs, { ...(await world().lastMail()), password: PASSWORD })
    world().advance(HOUR_MS)
    expect(await enter(late)).to.equal(undefined)
    expect(await isConfirmed(world().needs, late), 'it may say so').to.equal(true)
  })

  it('is never signed in where the owner chose another password elsewhere [S-2.162]', async () => {
    const stranger = await register('192.0.2.9', STRANGERS)
    const mail = await world().lastMail()
    await activateWithNewPassword(world().needs, { ...mail, newPassword: PASSWORD, name: 'Ada' })
    expect(await isConfirmed(world().needs, stranger), 'their page learns nothing').to.equal(false)
    expect(await enter(stranger)).to.equal(undefined)
    expect(await type(stranger, mail.code)).to.eql({ ok: false, reason: 'wrong_code' })
    expect((await find())?.name).to.equal('Ada')
  })

  it('is not signed in where the account was disabled meanwhile, or needs a second factor', async () => {
    const here = await register('192.0.2.1')
    await activateElsewhere(world().needs, { ...(await world().lastMail()), password: PASSWORD })
    const { id = '' } = (await find()) ?? {}
    await disableAccount(world().needs, id, { actor: 'cli' })
    expect(await enter(here)).to.equal(undefined)
    const other = await register('192.0.2.2', PASSWORD, 'factor@example.com')
    const { code } = await world().lastMail()
    const account = await findAccountByEmail(world().db, 'factor@example.com')
    await world().db('account_totps').insert({
      accountId: account!.id,
      secretSealed: 'x',
      algorithm: 'SHA1',
      digits: 6,
      periodSeconds: 30,
      confirmedAtMs: 1,
      createdAtMs: 1,
    })
    expect(await type(other, code)).to.eql({ ok: true, waits: false })
  })

  it('may guess five codes of a mail, for a taken address alike', async () => {
    await world().add({ email: 'taken@example.com' })
    for (const email of [EMAIL, 'taken@example.com']) {
      const here = await register('192.0.2.1', PASSWORD, email)
      const guesses = await Promise.all(Array.from({ length: 7 }, () => type(here, 'AAAA-3333')))
      const reasons = guesses.map((guess) => !guess.ok && guess.reason)
      expect(
        reasons.filter((reason) => reason === 'wrong_code'),
        email,
      ).to.have.length(5)
      expect(
        reasons.filter((reason) => reason === 'exhausted'),
        email,
      ).to.have.length(2)
    }
  })

  it('corrects the address with the same password, and ends the link of the old one', async () => {
    const here = await register('192.0.2.1', PASSWORD, 'ada@exmaple.com')
    const old = await world().lastMail()
    const given = { email: EMAIL, browser: here.browser, ip: here.ip }
    const again = await registerAgain(world().needs, here.kept, given)
    if (!again.ok) throw new Error('not registered')
    const { to, code } = await world().lastMail()
    expect(to).to.equal(EMAIL)
    expect(await activate(world().needs, { token: old.token, browser: here.browser })).to.include({
      ok: false,
    })
    const done = await activateHere(world().needs, { ...here, kept: again.kept, code })
    expect(done).to.have.nested.property('account.name', 'by 192.0.2.1')
    expect((await find())?.passwordHash, 'a hash of the same password').to.equal(here.kept.passwordHash)
  })

  it('corrects it to none that is the password', async () => {
    const here = await register('192.0.2.1', 'kingfisher-lane')
    const given = { email: 'kingfisher-lane@example.com', browser: here.browser, ip: here.ip }
    expect(await registerAgain(world().needs, here.kept, given)).to.eql({
      ok: false,
      problems: [{ reason: 'password_refused', problem: 'personal' }],
    })
  })
})
