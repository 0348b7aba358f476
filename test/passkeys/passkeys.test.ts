import { expect } from 'chai'
import { disableAccount } from '../../src/accounts/account-state.ts'
import { existing, findAccountById } from '../../src/accounts/account.ts'
import { updateAccount } from '../../src/account-cache/changed-account.ts'
import { levelOf } from '../../src/accounts/levels.ts'
import { factorsOf, hasSecondFactor, resetFactors } from '../../src/factors/factors.ts'
import { passwordProof } from '../../src/factors/finish-sign-in.ts'
import { removeTotp } from '../../src/factors/totp-set-up.ts'
import { addPasskey, beginPasskey, removePasskey } from '../../src/passkeys/adding.ts'
import { CHALLENGE_LIFETIME_MS } from '../../src/passkeys/challenges.ts'
import type { ChallengePlace } from '../../src/passkeys/challenges.ts'
import { requestOptions } from '../../src/passkeys/options.ts'
import { MOST_PASSKEYS, passkeysOf } from '../../src/accounts/passkeys/passkey.ts'
import { finishWithPasskey, secondStepPlace, signInWithPasskey } from '../../src/passkeys/sign-in.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { ISSUER, onEachDatabase, rejection } from '../accounts/account-world.ts'
import type { World } from '../accounts/account-world.ts'
import { enroll } from '../factors/enrolled.ts'
import { softwareKey } from './software-key.ts'
import type { KeyOptions, SoftwareKey } from './software-key.ts'

const IP = '192.0.2.1'
const BROWSER = 'the token of one browser'
const SIGN_IN: ChallengePlace = { purpose: 'sign-in', browser: BROWSER }

async function addKey(world: World, id: string, options: Partial<KeyOptions> = {}) {
  const { needs, db } = world
  const key = softwareKey({ origin: ISSUER, ...options })
  const begun = await beginPasskey(needs, existing(await findAccountById(db, id)), BROWSER)
  const answer = {
    accountId: id,
    response: key.create(begun!),
    state: begun!.state,
    browser: BROWSER,
    browserName: 'Firefox on Linux',
  }
  return { key, begun: begun!, answer, added: await addPasskey(needs, answer, { actor: id, ip: IP }) }
}

async function owner(world: World, options: Partial<KeyOptions> = {}, email = 'ada@example.org') {
  const { id } = await world.add({ email })
  return { id, ...(await addKey(world, id, options)) }
}

const ask = (world: World, place = SIGN_IN) => requestOptions(world.needs, place)!
const give = (world: World, response: string, browser = BROWSER) =>
  signInWithPasskey(world.needs, { response, browser, ip: IP })
const signInBy = (world: World, key: SoftwareKey) => give(world, key.get(ask(world)))

const kinds = async (world: World) =>
  (await world.mails()).map((mail) => (mail.template === 'factor-changed' ? mail.data.kind : mail.template))

onEachDatabase('a passkey', (of) => {
  it('signs in alone, at the strongest level, and says where it is kept', async () => {
    const { key, id } = await owner(of(), { aaguid: 'bada5566-a7aa-401f-bd96-45619a55120d', synced: true })
    const done = await signInBy(of(), key)
    if (!done.ok) throw new Error(done.reason)
    expect(done.account.id).to.equal(id)
    expect(done.amr).to.eql(['pop', 'swk', 'user', 'mfa'])
    expect(levelOf(done.amr)).to.equal('urn:account-server:acr:phishing-resistant')
    const [passkey] = await passkeysOf(of().db, id)
    expect(passkey).to.include({ name: '1Password', synced: true, lastUsedAtMs: of().needs.clock() })
  })

  it('has a random user handle, which all passkeys of an account share, and no other account', async () => {
    const { begun, id } = await owner(of())
    const second = await addKey(of(), id)
    const other = await owner(of(), {}, 'eve@example.org')
    expect(begun.options.user.id).to.have.length(43).and.not.contain(id)
    expect(second.begun.options.user.id).to.equal(begun.options.user.id)
    expect(other.begun.options.user.id).not.to.equal(begun.options.user.id)
    expect(second.begun.options.excludeCredentials).to.have.length(1)
  })

  it('makes the password alone too little, and brings recovery codes with the first one only', async () => {
    const { id, added } = await owner(of())
    expect(added).to.have.property('recoveryCodes').with.length(10)
    expect(await hasSecondFactor(of().db, id)).to.equal(true)
    const { added: second } = await addKey(of(), id)
    expect(second).not.to.have.property('recoveryCodes')
    expect(await passkeysOf(of().db, id)).to.have.length(2)
    expect((await passkeysOf(of().db, id)).map(({ name }) => name)).to.have.members([
      'Firefox on Linux',
      'Firefox on Linux 2',
    ])
    expect(await kinds(of())).to.eql(['passkey_added', 'passkey_added'])
  })

  it('is refused from another origin, for another domain, and without the person verified [S-2.120]', async () => {
    for (const lie of [{ origin: 'https://evil.example' }, { rpId: 'evil.example' }, { verifies: false }]) {
      const { key } = await owner(of(), {}, `${Object.keys(lie).join()}@example.org`)
      Object.assign(key.options, lie)
      expect(await signInBy(of(), key), JSON.stringify(lie)).to.include({ ok: false, reason: 'refused' })
    }
  })

  it('is not added from another origin, for another domain, or without the person verified [S-2.120]', async () => {
    for (const lie of [{ origin: 'https://evil.example' }, { rpId: 'evil.example' }, { verifies: false }]) {
      const { added } = await owner(of(), lie, `${Object.keys(lie).join()}@example.org`)
      expect(added, JSON.stringify(lie)).to.eql({ ok: false, reason: 'refused' })
    }
  })

  it('answers a challenge once, also when twenty try at the same time [S-2.121]', async () => {
    const { key } = await owner(of())
    const answer = key.get(ask(of()))
    const tries = await Promise.all(Array.from({ length: 20 }, () => give(of(), answer)))
    expect(tries.filter(({ ok }) => ok)).to.have.length(1)
    expect(await give(of(), answer)).to.include({ reason: 'refused' })
  })

  it('answers only a challenge of this browser and purpose, for ten minutes [S-2.121]', async () => {
    const { key, id } = await owner(of())
    const refused = { ok: false, reason: 'refused' }
    expect(await give(of(), key.get(ask(of())), 'another browser')).to.include(refused)
    const confirming = ask(of(), { purpose: 'confirm', browser: BROWSER, subject: id })
    expect(await give(of(), key.get(confirming))).to.include(refused)
    const bent = ask(of())
    const challenge = `${bent.challenge.slice(0, -4)}AAAA`
    expect(await give(of(), key.get({ ...bent, challenge }))).to.include(refused)
    const old = ask(of())
    of().advance(CHALLENGE_LIFETIME_MS)
    expect(await give(of(), key.get(old))).to.include({ reason: 'expired' })
  })

  it('is refused where it belongs to nobody, to a disabled account, or names another handle', async () => {
    const { key, id } = await owner(of())
    const stranger = softwareKey({ origin: ISSUER })
    expect(await signInBy(of(), stranger)).to.include({ reason: 'unknown' })
    expect(await give(of(), key.get(ask(of()), 'c29tZWJvZHkgZWxzZQ'))).to.include({ reason: 'refused' })
    await disableAccount(of().needs, id, { actor: 'cli' })
    expect(await signInBy(of(), key)).to.include({ reason: 'disabled' })
  })

  it('is the second step after the password of its own account alone [S-2.122]', async () => {
    const ada = await owner(of())
    const eve = await owner(of(), {}, 'eve@example.org')
    const account = existing(await findAccountById(of().db, ada.id))
    const proof = passwordProof(account, of().needs.clock())
    const finish = (key: SoftwareKey) => {
      const asked = ask(of(), secondStepPlace(BROWSER, ada.id))
      expect(asked.userVerification).to.equal('discouraged')
      return finishWithPasskey(of().needs, { proof, response: key.get(asked), browser: BROWSER, ip: IP })
    }
    expect(await finish(eve.key)).to.include({ ok: false, reason: 'refused' })
    Object.assign(ada.key.options, { verifies: false })
    const done = await finish(ada.key)
    expect(done).to.deep.include({ ok: true, amr: ['pwd', 'pop', 'hwk', 'user', 'mfa'] })
    await updateAccount(of().db, { id: ada.id }, { passwordHash: 'changed' })
    expect(await finish(ada.key)).to.include({ reason: 'over' })
  })

  it('warns once a day when its counter goes back, and still signs in [S-2.123]', async () => {
    const { key, id } = await owner(of())
    key.setCounter(50)
    expect(await signInBy(of(), key)).to.include({ ok: true })
    for (const counter of [3, 4, 49]) {
      key.setCounter(counter)
      expect(await signInBy(of(), key), String(counter)).to.include({ ok: true })
    }
    expect(await kinds(of())).to.eql(['passkey_added', 'passkey_copied'])
    of().advance(DAY_MS)
    key.setCounter(10)
    await signInBy(of(), key)
    expect((await kinds(of())).filter((kind) => kind === 'passkey_copied')).to.have.length(2)
    const warned: unknown[] = await of().db('audit_events').where({ action: 'passkey.copied', accountId: id })
    expect(warned).to.have.length(2)
    const uncounted = await addKey(of(), id, { counts: false })
    await signInBy(of(), uncounted.key)
    await signInBy(of(), uncounted.key)
    expect((await kinds(of())).filter((kind) => kind === 'passkey_copied')).to.have.length(2)
  })

  it('is not added twice, nor before the address is confirmed, nor beyond the most', async () => {
    const { answer, id, begun, key } = await owner(of())
    const by = { actor: id, ip: IP }
    expect(await addPasskey(of().needs, answer, by)).to.eql({ ok: false, reason: 'refused' })
    const again = await beginPasskey(of().needs, existing(await findAccountById(of().db, id)), BROWSER)
    const { state } = again!
    const once = { ...answer, response: key.create(again!), state }
    expect(await addPasskey(of().needs, once, by)).to.eql({ ok: false, reason: 'taken' })
    expect(begun.options.attestation).to.equal('none')
    for (let at = 1; at < MOST_PASSKEYS; at += 1) await addKey(of(), id)
    expect((await addKey(of(), id)).added).to.eql({ ok: false, reason: 'too_many' })
    const { id: unproven } = await of().add({ email: 'new@example.org', verified: false })
    expect(await rejection(addKey(of(), unproven))).to.include({ code: 'email_unverified' })
  })

  it('takes the recovery codes along when it was the last factor, and leaves them otherwise', async () => {
    const { id } = await owner(of())
    const { needs, db } = of()
    const by = { actor: id, ip: IP }
    await enroll(needs, id)
    const [passkey] = await passkeysOf(db, id)
    expect(await removePasskey(needs, { accountId: id, id: passkey!.id }, by)).to.equal(true)
    expect(await removePasskey(needs, { accountId: id, id: passkey!.id }, by)).to.equal(false)
    expect((await factorsOf(db, id)).recoveryCodesLeft).to.equal(10)
    await addKey(of(), id)
    await removeTotp(needs, id, by)
    expect((await factorsOf(db, id)).recoveryCodesLeft).to.equal(10)
    const [left] = await passkeysOf(db, id)
    await removePasskey(needs, { accountId: id, id: left!.id }, by)
    expect(await of().count('recovery_codes')).to.equal(0)
    expect(await kinds(of())).to.eql([
      'passkey_added',
      'added',
      'passkey_removed',
      'passkey_added',
      'app_removed',
      'last_passkey_removed',
    ])
  })

  it('is not removed where it is the only way to sign in [S-2.124]', async () => {
    const { id } = await owner(of())
    await updateAccount(of().db, { id }, { passwordHash: null })
    const [first] = await passkeysOf(of().db, id)
    const by = { actor: id, ip: IP }
    const remove = (passkeyId: string) => removePasskey(of().needs, { accountId: id, id: passkeyId }, by)
    expect(await rejection(remove(first!.id))).to.include({ code: 'last_way_in' })
    await addKey(of(), id)
    expect(await remove(first!.id)).to.equal(true)
  })

  it('goes when an operator resets the factors', async () => {
    const { id, key } = await owner(of())
    expect(await resetFactors(of().needs, id, { actor: 'cli' })).to.equal('reset')
    expect(await signInBy(of(), key)).to.include({ reason: 'unknown' })
    expect(await hasSecondFactor(of().db, id)).to.equal(false)
  })

  it('leaves no entry in the audit trail for an answer that belongs to nobody', async () => {
    const before = await of().count('audit_events')
    for (const nonsense of ['', '{', '{}', JSON.stringify({ id: 'x' }), 'x'.repeat(30_000)])
      expect(await give(of(), nonsense), nonsense.slice(0, 20)).to.include({ reason: 'refused' })
    await signInBy(of(), softwareKey({ origin: ISSUER }))
    expect(await of().count('audit_events')).to.equal(before)
  })
})
