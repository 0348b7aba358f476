import { expect } from 'chai'
import { timesAudited } from '../support/audit-trail.ts'
import { deleteAccount, disableAccount } from '../../src/accounts/account-state.ts'
import { unlockAccount } from '../../src/accounts/operator/operator-unlock.ts'
import { factorsOf, hasSecondFactor, renewRecoveryCodes, resetFactors } from '../../src/factors/factors.ts'
import { checkSecondFactor } from '../../src/factors/second-factor.ts'
import {
  beginTotp,
  cancelTotp,
  confirmTotp,
  pendingTotp,
  removeTotp,
  SET_UP_LIFETIME_MS,
} from '../../src/factors/totp-set-up.ts'
import { MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'
import { onEachDatabase, rejection } from '../accounts/account-world.ts'
import type { World } from '../accounts/account-world.ts'
import { authenticator } from './authenticator.ts'

const STEP_MS = 30 * SECOND_MS
const IP = '192.0.2.1'

async function begun(world: World, email = 'ada@example.org') {
  const { id } = await world.add({ email })
  const app = authenticator((await beginTotp(world.needs, id)).uri)
  return { id, app, by: { actor: id, ip: IP } }
}

async function enrolled(world: World, email?: string) {
  const person = await begun(world, email)
  const code = person.app.codeAt(world.needs.clock())
  const confirmed = await confirmTotp(world.needs, { accountId: person.id, code }, person.by)
  if (!confirmed.ok) throw new Error(confirmed.reason)
  world.advance(STEP_MS)
  const check = (given: string) =>
    checkSecondFactor(world.needs, { accountId: person.id, code: given, ip: IP })
  const now = (steps = 0) => person.app.codeAt(world.needs.clock(), steps)
  return { ...person, codes: confirmed.recoveryCodes, check, now }
}

const kinds = async (world: World) =>
  (await world.mails()).map((mail) => (mail.template === 'factor-changed' ? mail.data.kind : mail.template))

onEachDatabase('an authenticator app', (of) => {
  it('is a factor once a code of it is right, and not before', async () => {
    const { id, app, by } = await begun(of())
    const { needs, db } = of()
    expect(await hasSecondFactor(db, id)).to.equal(false)
    const wrong = app.wrongCodeAt(needs.clock())
    expect(await confirmTotp(needs, { accountId: id, code: wrong }, by)).to.deep.equal({
      ok: false,
      reason: 'wrong_code',
    })
    expect(await hasSecondFactor(db, id)).to.equal(false)
    const confirmed = await confirmTotp(needs, { accountId: id, code: app.codeAt(needs.clock()) }, by)
    expect(confirmed).to.have.property('ok', true)
    expect(await factorsOf(db, id)).to.deep.equal({
      totp: { confirmedAtMs: needs.clock(), lastUsedAtMs: needs.clock() },
      passkeyAddedAtMs: null,
      recoveryCodesLeft: 10,
      recoveryCodesMadeAtMs: needs.clock(),
    })
    expect(await kinds(of())).to.deep.equal(['added'])
  })

  it('shows the same secret until it is confirmed, cancelled or an hour old', async () => {
    const { id, app, by } = await begun(of())
    const { needs } = of()
    const again = authenticator((await pendingTotp(needs, id))?.secret ?? '')
    expect(again.codeAt(0)).to.equal(app.codeAt(0))
    of().advance(SET_UP_LIFETIME_MS)
    expect(await pendingTotp(needs, id)).to.equal(undefined)
    const late = await confirmTotp(needs, { accountId: id, code: app.codeAt(needs.clock()) }, by)
    expect(late).to.deep.equal({ ok: false, reason: 'not_begun' })
    const renewed = authenticator((await beginTotp(needs, id)).uri)
    expect(renewed.codeAt(0)).not.to.equal(app.codeAt(0))
    await cancelTotp(needs, id)
    expect(await pendingTotp(needs, id)).to.equal(undefined)
  })

  it('is not replaced by another one while it is in use', async () => {
    const { id, check, now, by } = await enrolled(of())
    expect(await rejection(beginTotp(of().needs, id))).to.include({ code: 'totp_exists', status: 409 })
    expect(await rejection(confirmTotp(of().needs, { accountId: id, code: now() }, by))).to.include({
      code: 'totp_exists',
    })
    expect(await check(now())).to.have.property('ok', true)
  })

  it('signs in with a code of the step before, of this one and of the next', async () => {
    const { check, now } = await enrolled(of())
    of().advance(STEP_MS)
    for (const steps of [-1, 0, 1]) expect(await check(now(steps)), `${steps}`).to.have.property('ok', true)
    for (const steps of [-2, 2]) expect(await check(now(steps)), `${steps}`).to.have.property('ok', false)
  })

  it('tells its methods, and takes a code with blanks in it', async () => {
    const { check, now } = await enrolled(of())
    const result = await check(` ${now().slice(0, 3)} ${now().slice(3)}`)
    expect(result).to.deep.equal({ ok: true, factor: 'totp', amr: ['pwd', 'otp', 'mfa'] })
  })

  it('takes no code twice, also not the one that confirmed it, and no earlier one [S-2.62]', async () => {
    const { check, now } = await enrolled(of())
    expect(await check(now(-1)), 'the code that confirmed it').to.have.property('ok', false)
    expect(await check(now(1))).to.have.property('ok', true)
    expect(await check(now(1)), 'twice').to.have.property('ok', false)
    expect(await check(now()), 'earlier').to.have.property('ok', false)
  })

  it('takes one code of two in parallel once [S-2.64]', async () => {
    const { check, now } = await enrolled(of())
    const results = await Promise.all([check(now()), check(now())])
    expect(results.filter(({ ok }) => ok)).to.have.length(1)
  })

  it('is confirmed once of two in parallel, with one set of recovery codes', async () => {
    const { id, app, by } = await begun(of())
    const given = { accountId: id, code: app.codeAt(of().needs.clock()) }
    const results = await Promise.allSettled([1, 2].map(() => confirmTotp(of().needs, given, by)))
    expect(results.filter((one) => one.status === 'fulfilled' && one.value.ok)).to.have.length(1)
    expect(await of().count('recovery_codes')).to.equal(10)
  })

  it('takes its recovery codes along when it is removed', async () => {
    const { id, by, codes, check } = await enrolled(of())
    expect(await removeTotp(of().needs, id, by)).to.equal(true)
    expect(await removeTotp(of().needs, id, by), 'a second time').to.equal(false)
    expect(await hasSecondFactor(of().db, id)).to.equal(false)
    expect(await check(codes[0] ?? '')).to.have.property('ok', false)
    expect(await of().count('recovery_codes')).to.equal(0)
    expect(await kinds(of())).to.deep.equal(['added', 'removed'])
  })

  it('is gone with its account', async () => {
    const { id } = await enrolled(of())
    await deleteAccount(of().needs, id, { actor: 'cli' })
    expect([await of().count('account_totps'), await of().count('recovery_codes')]).to.deep.equal([0, 0])
  })

  it('is sealed in the database [S-2.65]', async () => {
    const { id } = await of().add({ email: 'ada@example.org' })
    const { secret } = await beginTotp(of().needs, id)
    const rows: Record<string, unknown>[] = await of().db('account_totps').select('*')
    expect(rows).to.have.length(1)
    expect(JSON.stringify(rows)).not.to.include(secret)
    // A value that was moved to another account does not open there.
    const other = await of().add({ email: 'bob@example.org' })
    await of().db('account_totps').update({ accountId: other.id })
    expect(await rejection(pendingTotp(of().needs, other.id))).to.be.an('error')
  })
})

onEachDatabase('recovery codes', (of) => {
  it('are ten, each signs in once, and each use is mailed with the number that is left', async () => {
    const { codes, check } = await enrolled(of())
    expect(new Set(codes)).to.have.length(10)
    for (const code of codes) expect(code, code).to.match(/^[A-Z0-9]{4}(-[A-Z0-9]{4}){2}$/)
    const typed = codes[0]?.toLowerCase().replaceAll('-', ' ') ?? ''
    expect(await check(typed)).to.deep.equal({ ok: true, factor: 'recovery_code', amr: ['pwd', 'mfa'] })
    expect(await check(typed)).to.have.property('ok', false)
    const mail = (await of().mails()).at(-1)
    expect(mail?.data).to.include({ kind: 'code_used', codesLeft: 9 })
  })

  it('of two in parallel sign in once [S-2.63]', async () => {
    const { codes, check } = await enrolled(of())
    const results = await Promise.all([check(codes[3] ?? ''), check(codes[3] ?? '')])
    expect(results.filter(({ ok }) => ok)).to.have.length(1)
    expect(await kinds(of())).to.deep.equal(['added', 'code_used'])
  })

  it('are not in the database [S-2.66]', async () => {
    const { codes } = await enrolled(of())
    const rows: unknown = await of().db('recovery_codes').select('*')
    for (const code of codes) expect(JSON.stringify(rows), code).not.to.include(code)
  })

  it('end when new ones are made, which takes a second factor', async () => {
    const { id, by, codes, check } = await enrolled(of())
    const renewed = (await renewRecoveryCodes(of().needs, id, by)) ?? []
    expect(renewed).to.have.length(10)
    expect(await check(codes[0] ?? '')).to.have.property('ok', false)
    expect(await check(renewed[0] ?? '')).to.have.property('ok', true)
    const other = await of().add({ email: 'bob@example.org' })
    expect(await renewRecoveryCodes(of().needs, other.id, by)).to.equal(undefined)
  })

  it('of somebody else are wrong', async () => {
    const ada = await enrolled(of())
    const bob = await enrolled(of(), 'bob@example.org')
    expect(await bob.check(ada.codes[0] ?? '')).to.have.property('ok', false)
  })
})

onEachDatabase('guesses of a second factor', (of) => {
  it('are five in five minutes, of both kinds together [S-2.60]', async () => {
    const { app, check, now, codes } = await enrolled(of())
    const wrong = app.wrongCodeAt(of().needs.clock())
    for (const code of [wrong, 'AAAA-AAAA-AAAA', wrong, 'AAAA-AAAA-AAAA', wrong])
      expect(await check(code), code).to.deep.equal({ ok: false, reason: 'wrong' })
    for (const code of [now(), codes[0] ?? '']) {
      const refused = await check(code)
      expect(refused, code).to.include({ ok: false, reason: 'blocked' })
      expect(refused, code).to.have.property('retryAfterSeconds').within(1, 300)
    }
    of().advance(5 * MINUTE_MS)
    expect(await check(now())).to.have.property('ok', true)
  })

  it('are mailed to the owner once a day, and an operator ends the pause', async () => {
    const { id, app, check, now } = await enrolled(of())
    const wrong = app.wrongCodeAt(of().needs.clock())
    for (let guess = 0; guess < 8; guess += 1) await check(wrong)
    expect(await kinds(of())).to.deep.equal(['added', 'codes_guessed'])
    expect(await unlockAccount(of().needs, id, { actor: 'cli' })).to.equal(true)
    expect(await check(now())).to.have.property('ok', true)
  })

  it('are counted before they are compared: of 200 at once five are evaluated [S-2.61]', async () => {
    const { app, check } = await enrolled(of())
    const wrong = app.wrongCodeAt(of().needs.clock())
    const results = await Promise.all(Array.from({ length: 200 }, () => check(wrong)))
    expect(results.filter((one) => !one.ok && one.reason === 'wrong')).to.have.length.within(1, 5)
    expect(await timesAudited(of().db, { action: 'second_factor.failed' })).to.be.within(1, 5)
  })

  it('are forgotten after a right code', async () => {
    const { app, check, now } = await enrolled(of())
    const wrong = app.wrongCodeAt(of().needs.clock())
    for (let guess = 0; guess < 4; guess += 1) await check(wrong)
    expect(await check(now())).to.have.property('ok', true)
    for (let guess = 0; guess < 4; guess += 1)
      expect(await check(wrong), `${guess}`).to.deep.equal({ ok: false, reason: 'wrong' })
  })

  it('never succeed for an account without a factor, or a disabled one', async () => {
    const bob = await begun(of(), 'bob@example.org')
    const { needs } = of()
    const unconfirmed = { accountId: bob.id, code: bob.app.codeAt(needs.clock()), ip: IP }
    expect(await checkSecondFactor(needs, unconfirmed)).to.deep.equal({ ok: false, reason: 'wrong' })
    const ada = await enrolled(of())
    await disableAccount(needs, ada.id, { actor: 'cli' })
    for (const code of [ada.now(), ada.codes[0] ?? ''])
      expect(await ada.check(code), code).to.deep.equal({ ok: false, reason: 'wrong' })
  })
})

onEachDatabase('a reset of factors', (of) => {
  it('removes all of them, ends all access, and is audited and mailed', async () => {
    const { id } = await enrolled(of())
    expect(await resetFactors(of().needs, id, { actor: 'cli' })).to.equal('reset')
    expect(await factorsOf(of().db, id)).to.include({ totp: undefined, recoveryCodesLeft: 0 })
    expect(of().ended).to.have.length(1)
    expect(await kinds(of())).to.deep.equal(['added', 'reset'])
    const trail: unknown = await of()
      .db('audit_events')
      .where({ action: 'factors.reset' })
      .first('actor', 'accountId')
    expect(trail).to.deep.equal({ actor: 'cli', accountId: id })
  })

  it('changes nothing where there is none', async () => {
    const { id } = await of().add({ email: 'ada@example.org' })
    expect(await resetFactors(of().needs, id, { actor: 'cli' })).to.equal('none')
    expect(await resetFactors(of().needs, 'unknown', { actor: 'cli' })).to.equal(undefined)
    expect(of().ended).to.have.length(0)
  })
})
