import { expect } from 'chai'
import { listGrants, recordGrant } from '../../src/consents/account-grants.ts'
import { listAccounts } from '../../src/accounts/search/account-list.ts'
import { endSession, listSessions, recordSession, touchSession } from '../../src/sessions/account-sessions.ts'
import {
  deleteAccount,
  disableAccount,
  enableAccount,
  signOutEverywhere,
} from '../../src/accounts/account-state.ts'
import { claimsOf, findAccountById, markVerified } from '../../src/accounts/account.ts'
import { findConsent, listConsents, rememberConsent, revokeConsent } from '../../src/consents/consents.ts'
import { purgeExpired } from '../../src/accounts/life/housekeeping.ts'
import { profileSchema, updateProfile } from '../../src/accounts/profile.ts'
import { register } from '../../src/accounts/journeys/sign-up.ts'
import { rolesOf } from '../../src/accounts/roles.ts'
import { signIn } from '../../src/accounts/journeys/sign-in.ts'
import { digest } from '../../src/platform/tokens.ts'
import { auditTrailOf } from '../support/audit-trail.ts'
import { onEachDatabase, PASSWORD } from './account-world.ts'

const IP = '192.0.2.7'
const HOUR_MS = 3_600_000
const BY = { actor: 'cli' }
const site = { issuer: 'https://accounts.example' }

onEachDatabase('An account', (world) => {
  it('has the standard claims, without those that have no value', async () => {
    const { needs, add } = world()
    const names = { name: 'Ada', givenName: 'Augusta Ada', familyName: 'King' }
    const ada = await add({ email: 'Ada@example.com', ...names, username: 'ada', locale: 'en-GB' })
    expect(claimsOf({ ...ada, groups: [], groupIds: [], roles: [], pictureId: 'aa' }, site)).to.deep.equal({
      sub: ada.id,
      email: 'Ada@example.com',
      email_verified: true,
      name: 'Ada',
      given_name: 'Augusta Ada',
      family_name: 'King',
      preferred_username: 'ada',
      picture: 'https://accounts.example/picture/aa',
      locale: 'en-GB',
      groups: [],
      roles: [],
      updated_at: needs.clock() / 1000,
    })
    const bob = await add({ email: 'bob@example.com', verified: false })
    const bare = { ...bob, groups: ['staff'], groupIds: ['1'], roles: [], pictureId: null }
    expect(claimsOf(bare, site)).to.have.all.keys(
      'sub',
      'email',
      'email_verified',
      'preferred_username',
      'groups',
      'roles',
      'updated_at',
    )
    expect(claimsOf(bare, site).preferred_username, 'apps show it').to.equal('bob@example.com')
    expect(claimsOf({ ...bare, givenName: 'Bob', familyName: 'Ray' }, site).name).to.equal('Bob Ray')
  })

  it('changes name, username and locale, and nothing else that is sent along [S-6.20]', async () => {
    const { db, add } = world()
    const { id } = await add({ email: 'ada@example.com', verified: false })
    const sent = {
      name: ' Ada L. ',
      roles: ['admin'],
      emailVerifiedAtMs: 1,
      email_verified: true,
      passwordHash: 'x',
    }
    expect(await updateProfile(db, id, sent, 7, BY)).to.equal(true)
    const account = await findAccountById(db, id)
    expect(account).to.include({ name: 'Ada L.', username: null, emailVerifiedAtMs: null, updatedAtMs: 7 })
    expect(account?.passwordHash).to.match(/^\$argon2id/)
    expect(await rolesOf(db, id)).to.deep.equal([])
    expect(await updateProfile(db, 'nobody', { name: 'x' }, 7, BY)).to.equal(false)
  })

  for (const bad of [
    { name: 'Ada\nBcc: eve@example.com' },
    { name: 'x'.repeat(101) },
    { name: 'visit www.spam.example' },
    { name: 'a\u202eb' },
    { username: '' },
    { username: 'a b' },
    { locale: '<script>' },
  ])
    it(`refuses ${JSON.stringify(bad).slice(0, 40)} in a profile`, () => {
      expect(profileSchema.safeParse(bad).success).to.equal(false)
    })

  it('is verified only for its current address [S-6.14]', async () => {
    const { db, add } = world()
    const { id } = await add({ email: 'ada@example.com', verified: false })
    expect(await markVerified(db, id, 'other@example.com', 5)).to.equal(false)
    expect(await markVerified(db, id, 'ada@example.com', 5)).to.equal(true)
    expect(await markVerified(db, id, 'ada@example.com', 9)).to.equal(true)
    expect((await findAccountById(db, id))?.emailVerifiedAtMs).to.equal(5)
  })

  it('is listed newest first, page by page', async () => {
    const { db, add, advance } = world()
    for (let i = 0; i < 7; i += 1) {
      if (i % 3 === 0) advance(1000)
      await add({ email: `p${i}@example.com`, name: `Person ${i}` })
    }
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = await listAccounts(db, { limit: 3, after })
      seen.push(...page.accounts.map(({ email }) => email))
      after = page.next
    } while (after)
    expect(seen).to.have.lengthOf(7)
    expect(new Set(seen).size).to.equal(7)
    expect(seen[0]).to.equal('p6@example.com')
    const nonsense = await listAccounts(db, { after: 'nonsense' }).catch((error: unknown) => error)
    expect(nonsense).to.include({ code: 'invalid_cursor' })
  })

  it('loses everything it has open when it is disabled, and can sign in again when enabled', async () => {
    const { db, needs, add, ended } = world()
    const { id } = await add({ email: 'ada@example.com' })
    const expiresAtMs = needs.clock() + HOUR_MS
    await recordSession(db, { uid: 's1', accountId: id, ip: IP, expiresAtMs }, 10, needs.clock())
    await recordGrant(db, { grantId: 'g1', accountId: id, clientId: 'app', createdAtMs: 1, expiresAtMs })
    expect(await disableAccount(needs, id, BY)).to.equal(true)
    expect(ended).to.deep.equal([{ sessionUids: ['s1'], grantIdDigests: [digest('g1')] }])
    expect(await listSessions(db, id, needs.clock())).to.deep.equal([])
    const attempt = () => signIn(needs, { email: 'ada@example.com', password: PASSWORD, ip: IP })
    expect(await attempt()).to.have.property('ok', false)
    expect(await enableAccount(needs, id, BY)).to.equal(true)
    expect(await attempt()).to.have.property('ok', true)
    expect(await disableAccount(needs, 'nobody', BY)).to.equal(false)
  })

  it('is deleted with its sessions, grants and consents, but its audit trail stays', async () => {
    const { db, needs, add, ended, count } = world()
    const { id } = await add({ email: 'ada@example.com' })
    const expiresAtMs = needs.clock() + HOUR_MS
    await recordSession(db, { uid: 's1', accountId: id, ip: IP, expiresAtMs }, 10, needs.clock())
    await recordGrant(db, { grantId: 'g1', accountId: id, clientId: 'app', createdAtMs: 1, expiresAtMs })
    await rememberConsent(db, id, 'app', { scopes: ['openid'] }, 1)
    await register(needs, { email: 'bob@example.com', password: PASSWORD, ip: IP })
    expect(await deleteAccount(needs, id, BY)).to.equal(true)
    expect(await findAccountById(db, id)).to.equal(undefined)
    for (const table of ['account_sessions', 'account_grants', 'consents'])
      expect(await count(table), table).to.equal(0)
    expect(await count('one_time_tokens')).to.equal(1)
    expect(ended[0]).to.deep.equal({ sessionUids: ['s1'], grantIdDigests: [digest('g1')] })
    expect((await auditTrailOf(db, id)).map(({ action }) => action)).to.include('account.deleted')
    expect(await deleteAccount(needs, id, BY)).to.equal(false)
  })

  it('can be signed out everywhere', async () => {
    const { db, needs, add, advance } = world()
    const { id } = await add({ email: 'ada@example.com' })
    advance(1000)
    const before = await findAccountById(db, id)
    expect(await signOutEverywhere(needs, id, { actor: id })).to.equal(true)
    const after = await findAccountById(db, id)
    expect(after?.sessionsValidFromMs).to.equal(needs.clock())
    expect(after?.updatedAtMs, 'the account itself stays as it was').to.equal(before?.updatedAtMs)
  })
})

onEachDatabase('Sessions of an account', (world) => {
  const record = async (accountId: string, uid: string, max = 10) => {
    const { db, needs } = world()
    const session = {
      uid,
      accountId,
      ip: IP,
      userAgent: 'x'.repeat(400),
      expiresAtMs: needs.clock() + HOUR_MS,
    }
    return recordSession(db, session, max, needs.clock())
  }

  it('are limited in number: the oldest ends first', async () => {
    const { db, needs, add, advance } = world()
    const { id } = await add({ email: 'ada@example.com' })
    for (let i = 0; i < 10; i += 1) {
      expect(await record(id, `s${i}`), `s${i}`).to.deep.equal([])
      advance(1000)
    }
    expect(await record(id, 's10')).to.deep.equal(['s0'])
    const active = await listSessions(db, id, needs.clock())
    expect(active.map(({ uid }) => uid)).to.eql(Array.from({ length: 10 }, (_, i) => `s${10 - i}`))
  })

  it('are limited in number also when 20 begin at once', async () => {
    const { db, needs, add } = world()
    const { id } = await add({ email: 'ada@example.com' })
    await Promise.all(Array.from({ length: 20 }, (_, i) => record(id, `s${i}`)))
    expect(await listSessions(db, id, needs.clock())).to.have.lengthOf(10)
  })

  it('are ended only by their owner, and only once', async () => {
    const { needs, add } = world()
    const ada = await add({ email: 'ada@example.com' })
    const eve = await add({ email: 'eve@example.com' })
    await record(ada.id, 's1')
    expect(await endSession(needs, eve.id, 's1')).to.equal(false)
    expect(await endSession(needs, ada.id, 's1')).to.equal(true)
    expect(await endSession(needs, ada.id, 's1')).to.equal(false)
  })

  it('note their use once a minute, and are over at the absolute limit [S-2.31]', async () => {
    const { db, needs, add, advance } = world()
    const { id } = await add({ email: 'ada@example.com' })
    await record(id, 's1')
    const startedAt = needs.clock()
    const lastSeen = async () => (await listSessions(db, id, needs.clock()))[0]?.lastSeenAtMs
    advance(59_000)
    await touchSession(db, 's1', needs.clock())
    expect(await lastSeen()).to.equal(startedAt)
    advance(1000)
    await touchSession(db, 's1', needs.clock())
    expect(await lastSeen()).to.equal(startedAt + 60_000)
    advance(HOUR_MS)
    expect(await lastSeen()).to.equal(undefined)
    expect(await listSessions(db, id, needs.clock())).to.deep.equal([])
    await purgeExpired(db, needs.clock() + 31 * 24 * HOUR_MS)
    expect(await world().count('account_sessions')).to.equal(0)
  })
})

onEachDatabase('Consents and grants', (world) => {
  it('are remembered, added to, listed and revoked with their grants', async () => {
    const { db, needs, add } = world()
    const { id } = await add({ email: 'ada@example.com' })
    await rememberConsent(db, id, 'app', { scopes: ['openid'], resources: { 'urn:a': ['read'] } }, 10)
    await rememberConsent(
      db,
      id,
      'app',
      { scopes: ['openid', 'email'], claims: ['name'], resources: { 'urn:a': ['write'], 'urn:b': ['x'] } },
      20,
    )
    await rememberConsent(db, id, 'other', { scopes: ['openid'] }, 30)
    expect(await findConsent(db, id, 'app')).to.deep.equal({
      accountId: id,
      clientId: 'app',
      scopes: ['openid', 'email'],
      claims: ['name'],
      resources: { 'urn:a': ['read', 'write'], 'urn:b': ['x'] },
      clientPin: null,
      grantedAtMs: 10,
      updatedAtMs: 20,
      lastUsedAtMs: null,
    })
    expect((await listConsents(db, id)).map(({ clientId }) => clientId)).to.deep.equal(['other', 'app'])
    for (const [grantId, clientId] of [
      ['g1', 'app'],
      ['g2', 'app'],
      ['g3', 'other'],
    ] as const)
      await recordGrant(db, { grantId, accountId: id, clientId, createdAtMs: 1, expiresAtMs: 2 })
    expect(await revokeConsent(needs, id, 'app')).to.have.members([digest('g1'), digest('g2')])
    expect(await findConsent(db, id, 'app')).to.equal(undefined)
    expect(await revokeConsent(needs, id, 'app')).to.equal(undefined)
    expect(await listGrants(db, { accountId: id })).to.have.lengthOf(1)
    await revokeConsent(needs, id, 'other')
    expect(await listGrants(db, { clientId: 'other' })).to.deep.equal([])
  })

  it('lose nothing when consents are given at the same time', async () => {
    const { db, add } = world()
    const { id } = await add({ email: 'ada@example.com' })
    const scopes = Array.from({ length: 10 }, (_, i) => `s${i}`)
    await Promise.all(scopes.map(async (scope) => rememberConsent(db, id, 'app', { scopes: [scope] }, 1)))
    expect((await findConsent(db, id, 'app'))?.scopes).to.have.members(scopes)
  })

  it('record a grant once, and move its end when it is recorded again', async () => {
    const { db, add } = world()
    const { id } = await add({ email: 'ada@example.com' })
    const grant = { grantId: 'g1', accountId: id, clientId: 'app', sessionUid: 's1', createdAtMs: 1 }
    await recordGrant(db, { ...grant, expiresAtMs: 10 })
    await recordGrant(db, { ...grant, expiresAtMs: 20 })
    const grants = await listGrants(db, { accountId: id, clientId: 'app' })
    expect(grants).to.have.lengthOf(1)
    expect(grants[0]).to.include({ grantIdDigest: digest('g1'), sessionUid: 's1', expiresAtMs: 20 })
  })
})
