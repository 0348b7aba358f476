import { expect } from 'chai'
import { recordGrant } from '../../../src/consents/account-grants.ts'
import { listSessions, recordSession } from '../../../src/sessions/account-sessions.ts'
import { disableAccount } from '../../../src/accounts/account-state.ts'
import { findAccountById } from '../../../src/accounts/account.ts'
import { createHasher } from '../../../src/passwords/hashing.ts'
import { issueToken, previewToken } from '../../../src/accounts/one-time-token.ts'
import { changePassword } from '../../../src/accounts/journeys/password-change.ts'
import { completeReset, requestReset } from '../../../src/accounts/journeys/password-reset.ts'
import type { ResetCompletion } from '../../../src/accounts/journeys/password-reset.ts'
import { register } from '../../../src/accounts/journeys/sign-up.ts'
import { signIn } from '../../../src/accounts/journeys/sign-in.ts'
import { digest, randomToken } from '../../../src/platform/tokens.ts'
import { CHEAP, ISSUER, onEachDatabase, PASSWORD, rejection } from '../account-world.ts'
import type { World } from '../account-world.ts'

const IP = '192.0.2.7'
const NEXT = 'another fine otter'
const HOUR_MS = 3_600_000

const canSignIn = async ({ needs }: World, password: string) =>
  (await signIn(needs, { email: 'ada@example.com', password, ip: IP })).ok

/** Two sessions, each with a grant, and a grant without one. */
async function openAccess({ db, needs }: World, accountId: string): Promise<void> {
  const expiresAtMs = needs.clock() + 100 * HOUR_MS
  for (const uid of ['here', 'there']) {
    await recordSession(db, { uid, accountId, ip: IP, expiresAtMs }, 10, needs.clock())
    const grant = { grantId: `grant-${uid}`, accountId, clientId: 'app', sessionUid: uid }
    await recordGrant(db, { ...grant, createdAtMs: needs.clock(), expiresAtMs })
  }
  await recordGrant(db, { grantId: 'offline', accountId, clientId: 'app', createdAtMs: 1, expiresAtMs })
}

onEachDatabase('Password reset', (world) => {
  const ask = (over: Partial<Parameters<typeof requestReset>[1]> = {}) =>
    requestReset(world().needs, { email: 'ada@example.com', ip: IP, ...over })
  const complete = (given: Omit<ResetCompletion, 'newPassword'>, newPassword = NEXT) =>
    completeReset(world().needs, { newPassword, ...given })

  it('answers alike for known, unknown and disabled addresses; only the known one gets a mail', async () => {
    const { needs, add, mails } = world()
    await add({ email: 'ada@example.com', name: 'Ada' })
    const { id } = await add({ email: 'dis@example.com' })
    await disableAccount(needs, id, { actor: 'cli' })
    for (const email of ['Ada@Example.com', 'nobody@example.com', 'dis@example.com', 'no address'])
      expect(await ask({ email }), email).to.equal(undefined)
    const sent = await mails()
    expect(sent).to.have.lengthOf(1)
    expect(sent[0]).to.include({ template: 'reset', to: 'ada@example.com' })
    expect((sent[0]!.data as { link: string }).link).to.match(new RegExp(`^${ISSUER}/reset\\?token=`))
  })

  it('sets the password in the browser that asked, ends everything, sends a notice and signs nobody in [S-2.21]', async () => {
    const { db, needs, add, advance, ended, lastMail, count } = world()
    const { id } = await add({ email: 'ada@example.com' })
    await openAccess(world(), id)
    advance(5000)
    const browser = randomToken()
    await ask({ browser })
    const { token } = await lastMail()
    expect(await complete({ token, browser })).to.deep.equal({ ok: true, accountId: id })
    expect(await canSignIn(world(), PASSWORD)).to.equal(false)
    expect(await canSignIn(world(), NEXT)).to.equal(true)
    expect(await listSessions(db, id, needs.clock())).to.deep.equal([])
    expect(await count('account_grants')).to.equal(0)
    expect((await findAccountById(db, id))?.sessionsValidFromMs).to.equal(needs.clock())
    expect(ended).to.have.lengthOf(1)
    expect(ended[0]?.sessionUids).to.have.members(['here', 'there'])
    expect(ended[0]?.grantIdDigests).to.have.members(['grant-here', 'grant-there', 'offline'].map(digest))
    expect(await lastMail()).to.include({ template: 'password-changed', to: 'ada@example.com' })
  })

  it('takes the code from the mail in any other browser, and never the link alone [S-2.19]', async () => {
    const { add, lastMail } = world()
    await add({ email: 'ada@example.com' })
    await ask({ browser: randomToken() })
    const { token, code } = await lastMail()
    expect(await complete({ token })).to.deep.equal({ ok: false, reason: 'wrong_code' })
    const other = { token, browser: randomToken(), code: 'WXYW-XYWX' }
    expect(await complete(other)).to.deep.equal({ ok: false, reason: 'wrong_code' })
    expect(await canSignIn(world(), PASSWORD)).to.equal(true)
    expect(await complete({ ...other, code })).to.have.property('ok', true)
  })

  it('never goes on with a code that belongs to another link', async () => {
    const { add, lastMail } = world()
    await add({ email: 'ada@example.com' })
    await add({ email: 'eve@example.com' })
    await ask({ email: 'eve@example.com' })
    const eves = await lastMail()
    await ask()
    const adas = await lastMail()
    expect(await complete({ token: adas.token, code: eves.code })).to.include({ reason: 'wrong_code' })
    expect(await complete({ token: '', code: adas.code })).to.include({ reason: 'invalid_token' })
    expect(await complete({ token: 'undefined', code: adas.code })).to.include({ reason: 'invalid_token' })
  })

  it('allows five guesses of the code, also to many at once [S-2.20]', async () => {
    const { add, lastMail } = world()
    await add({ email: 'ada@example.com' })
    await ask()
    const { token, code } = await lastMail()
    const guesses = Array.from({ length: 20 }, () => complete({ token, code: 'WXYW-XYWX' }))
    const wrong = (await Promise.all(guesses)).filter((done) => !done.ok && done.reason === 'wrong_code')
    expect(wrong).to.have.lengthOf(5)
    expect(await complete({ token, code })).to.deep.equal({ ok: false, reason: 'exhausted' })
  })

  it('works once of 20 parallel uses [S-2.15]', async () => {
    const { add, lastMail } = world()
    await add({ email: 'ada@example.com' })
    const browser = randomToken()
    await ask({ browser })
    const { token } = await lastMail()
    const uses = Array.from({ length: 20 }, (_, i) => complete({ token, browser }, `${NEXT} ${i}`))
    expect((await Promise.all(uses)).filter(({ ok }) => ok)).to.have.lengthOf(1)
    expect(await complete({ token, browser })).to.deep.equal({ ok: false, reason: 'used' })
  })

  it('expires within an hour, and a new link revokes the old one [S-2.16]', async () => {
    const { db, needs, add, advance, lastMail } = world()
    await add({ email: 'ada@example.com' })
    const browser = randomToken()
    await ask({ browser })
    const first = await lastMail()
    await ask({ browser })
    const second = await lastMail()
    expect(await complete({ token: first.token, browser })).to.include({ reason: 'invalid_token' })
    advance(HOUR_MS)
    expect(await complete({ token: second.token, browser })).to.include({ reason: 'invalid_token' })
    const which = { token: second.token, purpose: 'reset' } as const
    expect(await previewToken(db, which, needs.clock())).to.deep.equal({ state: 'expired' })
  })

  it('leaves one link of 20 that are asked for at once', async () => {
    const { db, needs, add, count } = world()
    const { id: accountId } = await add({ email: 'ada@example.com' })
    const request = {
      accountId,
      purpose: 'reset',
      emailCanonical: 'ada@example.com',
      lifetimeMs: 1000,
    } as const
    const issue = () =>
      db.transaction(async (trx) => issueToken(trx, needs.config.keys.index, request, needs.clock()))
    await Promise.all(Array.from({ length: 20 }, issue))
    expect(await count('one_time_tokens')).to.equal(1)
  })

  it('keeps the link usable when the new password is refused or hashing is busy', async () => {
    const { needs, add, lastMail } = world()
    await add({ email: 'ada@example.com' })
    const browser = randomToken()
    await ask({ browser })
    const { token } = await lastMail()
    expect(await complete({ token, browser }, 'ada@example.com')).to.include({ problem: 'personal' })
    const busy = { ...needs, hasher: createHasher({ ...CHEAP, maxRunning: 0, maxWaiting: 0 }) }
    const refused = completeReset(busy, { token, browser, newPassword: NEXT })
    expect(await rejection(refused)).to.include({ code: 'hashing_busy' })
    expect(await complete({ token, browser })).to.have.property('ok', true)
  })

  it('proves the mailbox of an account that was never activated, and ends its pending activation', async () => {
    const { db, needs, lastMail } = world()
    await register(needs, { email: 'ada@example.com', password: 'a stranger picked this', ip: IP })
    const activation = await lastMail()
    const browser = randomToken()
    await ask({ browser })
    const done = await complete({ token: (await lastMail()).token, browser })
    if (!done.ok) throw new Error(done.reason)
    expect((await findAccountById(db, done.accountId))?.emailVerifiedAtMs).to.equal(needs.clock())
    const which = { token: activation.token, purpose: 'activation' } as const
    expect(await previewToken(db, which, needs.clock())).to.deep.equal({ state: 'unknown' })
    expect(await canSignIn(world(), 'a stranger picked this')).to.equal(false)
  })

  it('proves nothing about an address that the account has no more', async () => {
    const { db, add, lastMail } = world()
    const { id } = await add({ email: 'ada@example.com' })
    const browser = randomToken()
    await ask({ browser })
    const { token } = await lastMail()
    await db('accounts').where({ id }).update({ emailCanonical: 'new@example.com', email: 'new@example.com' })
    expect(await complete({ token, browser })).to.include({ reason: 'invalid_token' })
  })

  it('is refused for an account that was disabled or deleted meanwhile [S-2.23]', async () => {
    const { needs, add, lastMail } = world()
    const { id } = await add({ email: 'ada@example.com' })
    const browser = randomToken()
    await ask({ browser })
    const { token } = await lastMail()
    await disableAccount(needs, id, { actor: 'cli' })
    expect(await complete({ token, browser })).to.include({ reason: 'invalid_token' })
  })

  it('leaves everything as it was when the change fails half-way', async () => {
    const { needs, add, lastMail, ended } = world()
    const { id } = await add({ email: 'ada@example.com' })
    await openAccess(world(), id)
    const browser = randomToken()
    await ask({ browser })
    const { token } = await lastMail()
    const noOutbox = () => Promise.reject(new Error('no outbox'))
    const failing = { ...needs, outbox: { ...needs.outbox, enqueueMail: noOutbox } }
    await rejection(completeReset(failing, { token, browser, newPassword: NEXT }))
    expect(await canSignIn(world(), PASSWORD)).to.equal(true)
    expect(ended).to.deep.equal([])
    expect(await complete({ token, browser })).to.have.property('ok', true)
  })
})

onEachDatabase('Password change', (world) => {
  const change = (accountId: string, over: Partial<Parameters<typeof changePassword>[1]> = {}) =>
    changePassword(world().needs, {
      accountId,
      currentPassword: PASSWORD,
      newPassword: NEXT,
      sessionUid: 'here',
      ip: IP,
      ...over,
    })

  it('keeps this session, ends the others with their grants, and sends a notice', async () => {
    const { db, needs, add, ended, lastMail } = world()
    const { id } = await add({ email: 'ada@example.com' })
    await openAccess(world(), id)
    expect(await change(id)).to.include({ ok: true })
    expect((await listSessions(db, id, needs.clock())).map(({ uid }) => uid)).to.deep.equal(['here'])
    expect(ended[0]?.sessionUids).to.deep.equal(['there'])
    expect(ended[0]?.grantIdDigests).to.have.members(['grant-there', 'offline'].map(digest))
    expect(await lastMail()).to.include({ template: 'password-changed' })
    expect(await canSignIn(world(), NEXT)).to.equal(true)
    expect(await canSignIn(world(), PASSWORD)).to.equal(false)
  })

  it('revokes a pending reset link', async () => {
    const { needs, add, lastMail } = world()
    const { id } = await add({ email: 'ada@example.com' })
    const browser = randomToken()
    await requestReset(needs, { email: 'ada@example.com', browser, ip: IP })
    const { token } = await lastMail()
    await change(id)
    const late = { token, browser, newPassword: 'a third fine otter' }
    expect(await completeReset(needs, late)).to.include({ reason: 'invalid_token' })
  })

  it('needs the current password, and counts wrong ones', async () => {
    const { id } = await world().add({ email: 'ada@example.com' })
    for (let i = 0; i < 15; i += 1)
      expect(await change(id, { currentPassword: 'wrong' }), `attempt ${i}`).to.include({ reason: 'wrong' })
    expect(await change(id)).to.include({ reason: 'blocked' })
  })

  it('refuses a weak new password', async () => {
    const { id } = await world().add({ email: 'ada@example.com' })
    expect(await change(id, { newPassword: 'password1' })).to.include({ problem: 'common' })
    expect(await canSignIn(world(), PASSWORD)).to.equal(true)
  })

  it('happens once of several at the same time', async () => {
    const { id } = await world().add({ email: 'ada@example.com' })
    const changes = Array.from({ length: 5 }, (_, i) => change(id, { newPassword: `${NEXT} ${i}` }))
    expect((await Promise.all(changes)).filter(({ ok }) => ok)).to.have.lengthOf(1)
  })
})
