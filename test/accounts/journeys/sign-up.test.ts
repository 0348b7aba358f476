import { expect } from 'chai'
import { randomToken } from '../../../src/platform/tokens.ts'
import { createAccount, findAccountByEmail } from '../../../src/accounts/account.ts'
import { disableAccount } from '../../../src/accounts/account-state.ts'
import { evenly } from '../../../src/attempts/even-timing.ts'
import { purgeUnverified } from '../../../src/accounts/life/housekeeping.ts'
import { register, resendActivation } from '../../../src/accounts/journeys/sign-up.ts'
import { signIn } from '../../../src/accounts/journeys/sign-in.ts'
import { ISSUER, onEachDatabase, PASSWORD, rejection } from '../account-world.ts'

const IP = '192.0.2.7'
const DAY_MS = 86_400_000

onEachDatabase('Registration', (world) => {
  const ask = (over: Partial<Parameters<typeof register>[1]> = {}) =>
    register(world().needs, { email: 'ada@example.com', password: PASSWORD, name: 'Ada', ip: IP, ...over })
  const canSignIn = async (password: string) =>
    (await signIn(world().needs, { email: 'ada@example.com', password, ip: IP })).ok
  const find = async () => findAccountByEmail(world().db, 'ada@example.com')

  it('makes an unverified account and one mail, with a link that is built from the issuer [S-2.13]', async () => {
    expect(await ask({ email: 'Ada@Example.com' })).to.deep.equal({ ok: true })
    const mails = await world().mails()
    expect(mails).to.have.lengthOf(1)
    expect(mails[0]).to.include({ template: 'activation', to: 'Ada@Example.com' })
    const { link } = mails[0]!.data as { link: string }
    expect(link).to.match(new RegExp(`^${ISSUER}/activate\\?token=[\\w-]{43}$`))
    const account = await find()
    expect(account).to.include({ email: 'Ada@Example.com', name: 'Ada', emailVerifiedAtMs: null })
    expect(await canSignIn(PASSWORD)).to.equal(true)
  })

  it('answers alike for a new, a waiting, a verified and a disabled address, for one hash each', async () => {
    const { needs, add } = world()
    await add({ email: 'verified@example.com' })
    const { id } = await add({ email: 'disabled@example.com' })
    await disableAccount(needs, id, { actor: 'cli' })
    await ask({ email: 'waiting@example.com' })
    let hashes = 0
    const counting = {
      ...needs,
      hasher: {
        ...needs.hasher,
        hash: async (password: string) => {
          hashes += 1
          return needs.hasher.hash(password)
        },
      },
    }
    for (const who of ['new', 'waiting', 'verified', 'disabled']) {
      hashes = 0
      const given = { email: `${who}@example.com`, password: PASSWORD, name: 'Ada', ip: IP }
      expect(await register(counting, given), who).to.deep.equal({ ok: true })
      expect(hashes, who).to.equal(1)
    }
    const sent = (await world().mails()).map(({ template, to }) => `${template} ${to}`)
    expect(sent).to.deep.equal([
      'activation waiting@example.com',
      'activation new@example.com',
      'activation waiting@example.com',
      'already-registered verified@example.com',
    ])
  })

  it('says what is wrong with the input before it looks up any account', async () => {
    await world().add({ email: 'ada@example.com' })
    for (const email of ['ada@example.com', 'new@example.com']) {
      const weak = { reason: 'password_refused', problem: 'common' }
      expect(await ask({ email, password: 'password' }), email).to.deep.equal({ ok: false, problems: [weak] })
      const named = { ok: false, problems: [{ reason: 'profile_invalid', field: 'name' }] }
      expect(await ask({ email, name: 'see https://spam.example' }), email).to.deep.equal(named)
      expect(await ask({ email, name: 'Ada\r\nBcc: x' }), email).to.deep.equal(named)
    }
    expect(await ask({ email: 'ada', name: 'www.spam.example', password: 'short' })).to.deep.equal({
      ok: false,
      problems: [
        { reason: 'profile_invalid', field: 'name' },
        { reason: 'email_invalid', problem: 'malformed' },
        { reason: 'password_refused', problem: 'too_short' },
      ],
    })
    expect(await world().mails()).to.have.lengthOf(0)
  })

  it('makes no account when the mail cannot be stored', async () => {
    const { needs, count } = world()
    const noOutbox = () => Promise.reject(new Error('no outbox'))
    const failing = { ...needs, outbox: { ...needs.outbox, enqueueMail: noOutbox } }
    const given = { email: 'ada@example.com', password: PASSWORD, ip: IP }
    await rejection(register(failing, given))
    expect(await find()).to.equal(undefined)
    expect(await count('one_time_tokens')).to.equal(0)
    expect(await ask()).to.deep.equal({ ok: true })
  })

  it('makes one account of 20 parallel registrations of one address', async () => {
    const { needs, count } = world()
    const given = { email: 'ada@example.com', password: PASSWORD }
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, network) => register(needs, { ...given, ip: `198.51.${network}.1` })),
    )
    expect(answers.every(({ ok }) => ok)).to.equal(true)
    expect(await count('accounts')).to.equal(1)
    expect(await count('one_time_tokens')).to.equal(1)
  })

  it('limits the mails to an address, with the same answer, and leaves some for the owner', async () => {
    for (let i = 0; i < 8; i += 1)
      expect(await ask({ email: 'ADA@example.com' }), `time ${i}`).to.deep.equal({ ok: true })
    expect(await world().mails()).to.have.lengthOf(5)
    await ask({ ip: '198.51.100.1' })
    expect(await world().mails()).to.have.lengthOf(6)
  })

  it('tells a network that asks too often to wait', async () => {
    const { needs } = world()
    const once = (i: number) => register(needs, { email: `a${i}@example.com`, password: PASSWORD, ip: IP })
    await Promise.all(Array.from({ length: 60 }, (_, i) => once(i)))
    expect(await rejection(once(60))).to.include({
      code: 'too_many_requests',
      status: 429,
      retryAfterSeconds: 3600,
    })
  })

  it('sends nothing again for unknown, verified and disabled addresses, with the same answer', async () => {
    const { needs, add, mails } = world()
    await add({ email: 'verified@example.com' })
    for (const email of ['nobody@example.com', 'verified@example.com', 'no address'])
      expect(await resendActivation(needs, { email, ip: IP }), email).to.equal(undefined)
    expect(await mails()).to.have.lengthOf(0)
  })

  it('is forgotten after two days without activation; others stay', async () => {
    const { db, needs, add, advance, count } = world()
    await ask()
    await add({ email: 'verified@example.com' })
    await add({ email: 'added@example.com', verified: false })
    advance(2 * DAY_MS - 1)
    await ask({ email: 'late@example.com' })
    expect(await purgeUnverified(db, needs.clock(), 2 * DAY_MS)).to.equal(0)
    advance(1)
    expect(await purgeUnverified(db, needs.clock(), 2 * DAY_MS)).to.equal(1)
    expect(await find()).to.equal(undefined)
    expect(await count('accounts')).to.equal(3)
  })

  it('stores neither token nor code nor browser secret [S-2.14]', async () => {
    const browser = randomToken()
    await ask({ browser })
    const { token, code } = await world().lastMail()
    const rows = JSON.stringify(await world().db('one_time_tokens'))
    for (const secret of [token, code, code.replace('-', ''), browser, PASSWORD])
      expect(rows, secret).to.not.include(secret)
  })

  it('cannot make a second account for an address in another spelling [S-2.54]', async () => {
    const { db, needs } = world()
    await createAccount(db, { email: 'ada@example.com', passwordHash: null }, needs.clock())
    const again = createAccount(db, { email: 'ADA@EXAMPLE.com', passwordHash: null }, needs.clock())
    await rejection(again)
  })
})

describe('An answer in steps of time', () => {
  it('is sent at a full step, even when the work was quick or failed', async () => {
    const startedAt = performance.now()
    expect(await evenly(40, () => Promise.resolve(7))).to.equal(7)
    await rejection(evenly(40, () => Promise.reject(new Error('no'))))
    expect(performance.now() - startedAt).to.be.at.least(76)
  })
})
