import { expect } from 'chai'
import { disableAccount } from '../../../src/accounts/account-state.ts'
import { takeFromBucket } from '../../../src/attempts/bucket.ts'
import { issueDeviceCookie, verifyDeviceCookie } from '../../../src/attempts/known-browser.ts'
import { createHasher } from '../../../src/passwords/hashing.ts'
import { networkOf } from '../../../src/attempts/network.ts'
import { confirmPassword, signIn } from '../../../src/accounts/journeys/sign-in.ts'
import { CHEAP, onEachDatabase, PASSWORD, rejection } from '../account-world.ts'

const IP = '192.0.2.7'
const MINUTE_MS = 60_000

onEachDatabase('Signing in', (world) => {
  const attempt = (over: Partial<Parameters<typeof signIn>[1]> = {}) =>
    signIn(world().needs, { email: 'ada@example.com', password: PASSWORD, ip: IP, ...over })
  const wrong = { ok: false, reason: 'wrong' }

  async function fail(times: number, over: Partial<Parameters<typeof signIn>[1]> = {}) {
    for (let i = 0; i < times; i += 1)
      expect(await attempt({ password: `wrong ${i}`, ...over }), `attempt ${i}`).to.deep.equal(wrong)
  }

  it('succeeds with any spelling of the address and the right password', async () => {
    const { id } = await world().add({ email: 'Ada@Example.com' })
    for (const email of ['ada@example.com', ' ADA@EXAMPLE.COM ']) {
      const result = await attempt({ email })
      expect(result.ok && result.account.id, email).to.equal(id)
    }
  })

  it('answers alike for a wrong password, an unknown address, text that is none, and one of a disabled account', async () => {
    const { needs, add } = world()
    await add({ email: 'ada@example.com' })
    const disabled = await add({ email: 'dis@example.com' })
    await disableAccount(needs, disabled.id, { actor: 'cli' })
    expect(await attempt({ password: 'not this one' })).to.deep.equal(wrong)
    expect(await attempt({ email: 'nobody@example.com' })).to.deep.equal(wrong)
    expect(await attempt({ email: 'no address\r\nat all' })).to.deep.equal(wrong)
    expect(await attempt({ email: 'dis@example.com', password: 'not this one' })).to.deep.equal(wrong)
    expect(await attempt({ password: 'x'.repeat(5000) })).to.deep.equal(wrong)
  })

  it('tells that an account is disabled after its right password alone', async () => {
    const { needs, add } = world()
    const { id } = await add({ email: 'dis@example.com' })
    await disableAccount(needs, id, { actor: 'cli' })
    const told = { ...wrong, isDisabled: true }
    expect(await attempt({ email: 'dis@example.com' })).to.deep.equal(told)
    expect(await attempt({ email: 'dis@example.com', password: 'not this one' })).to.deep.equal(wrong)
  })

  it('hashes for unknown and disabled accounts as for a wrong password [S-2.11]', async () => {
    const { needs, add } = world()
    await add({ email: 'ada@example.com' })
    const disabled = await add({ email: 'dis@example.com' })
    await disableAccount(needs, disabled.id, { actor: 'cli' })
    let hashes = 0
    const counting = {
      ...needs,
      hasher: {
        ...needs.hasher,
        verify: async (stored: string | null | undefined, password: string) => {
          hashes += 1
          return needs.hasher.verify(stored, password)
        },
      },
    }
    for (const email of ['ada@example.com', 'nobody@example.com', 'dis@example.com']) {
      hashes = 0
      await signIn(counting, { email, password: 'wrong', ip: IP })
      expect(hashes, email).to.equal(1)
    }
  })

  it('blocks after the limit for the configured time, then begins anew [S-2.39]', async () => {
    const { add, advance } = world()
    await add({ email: 'ada@example.com' })
    await fail(15)
    expect(await attempt()).to.deep.equal({ ok: false, reason: 'blocked', retryAfterSeconds: 300 })
    advance(4 * MINUTE_MS)
    expect(await attempt()).to.deep.equal({ ok: false, reason: 'blocked', retryAfterSeconds: 60 })
    advance(MINUTE_MS)
    await fail(14)
    expect(await attempt()).to.have.property('ok', true)
  })

  it('blocks unknown addresses alike', async () => {
    await fail(15, { email: 'nobody@example.com' })
    expect(await attempt({ email: 'NOBODY@example.com' })).to.include({ reason: 'blocked' })
  })

  it('counts consecutive failures only: the right password resets the count', async () => {
    await world().add({ email: 'ada@example.com' })
    await fail(14)
    expect(await attempt()).to.have.property('ok', true)
    await fail(14)
    expect(await attempt()).to.have.property('ok', true)
  })

  it('does not let the right password of a disabled account reset anything', async () => {
    const { needs, add } = world()
    const { id } = await add({ email: 'ada@example.com' })
    await disableAccount(needs, id, { actor: 'cli' })
    for (let i = 0; i < 15; i += 1) expect(await attempt(), `attempt ${i}`).to.include(wrong)
    expect(await attempt()).to.include({ reason: 'blocked' })
  })

  it('counts all spellings of an address and all addresses of a network together [S-6.23]', async () => {
    await world().add({ email: 'ada@example.com' })
    await fail(8, { email: 'ADA@example.com', ip: '192.0.2.99' })
    await fail(7, { email: ' Ada@EXAMPLE.com', ip: '::ffff:192.0.2.1' })
    expect(await attempt()).to.include({ reason: 'blocked' })
    expect(await attempt({ ip: '198.51.100.1' })).to.have.property('ok', true)
  })

  it('evaluates at most the limit of 200 simultaneous guesses', async () => {
    const { needs, add } = world()
    await add({ email: 'ada@example.com' })
    let evaluated = 0
    const counting = {
      ...needs,
      hasher: {
        ...needs.hasher,
        verify: async () => {
          evaluated += 1
          return Promise.resolve(false)
        },
      },
    }
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        signIn(counting, { email: 'ada@example.com', password: `guess ${i}`, ip: IP }),
      ),
    )
    expect(evaluated).to.equal(15)
    expect(results.filter((result) => !result.ok && result.reason === 'blocked')).to.have.lengthOf(185)
  })

  it('keeps a budget of its own for a browser that signed in before, so that strangers cannot lock the owner out', async () => {
    const { needs, add } = world()
    const account = await add({ email: 'ada@example.com' })
    const deviceCookie = issueDeviceCookie(needs.config.keys.device, account, needs.clock())
    await fail(15)
    expect(await attempt()).to.include({ reason: 'blocked' })
    expect(await attempt({ deviceCookie })).to.have.property('ok', true)
    await fail(15, { deviceCookie })
    expect(await attempt({ deviceCookie })).to.include({ reason: 'blocked' })
  })

  it('gives no budget for a device cookie that is forged, altered, old, or names another account', async () => {
    const { needs, add, advance } = world()
    const ada = await add({ email: 'ada@example.com' })
    const bob = await add({ email: 'bob@example.com' })
    const { device } = needs.config.keys
    const old = issueDeviceCookie(device, ada, needs.clock())
    advance(401 * 24 * 60 * MINUTE_MS)
    await fail(15)
    const good = issueDeviceCookie(device, ada, needs.clock())
    for (const deviceCookie of [
      old,
      issueDeviceCookie(device, bob, needs.clock()),
      issueDeviceCookie(needs.config.keys.index, ada, needs.clock()),
      good.slice(0, -1),
      `${good}.x`,
      good.replace(/^./, (letter) => (letter === 'a' ? 'b' : 'a')),
      '...',
    ])
      expect(await attempt({ deviceCookie }), deviceCookie).to.include({ reason: 'blocked' })
    expect(verifyDeviceCookie(device, undefined, 0)).to.equal(undefined)
  })

  it('does not count an attempt that was turned away because hashing is busy', async () => {
    const { needs, add } = world()
    await add({ email: 'ada@example.com' })
    const busy = { ...needs, hasher: createHasher({ ...CHEAP, maxRunning: 0, maxWaiting: 0 }) }
    for (let i = 0; i < 20; i += 1) {
      const refused = signIn(busy, { email: 'ada@example.com', password: PASSWORD, ip: IP })
      expect(await rejection(refused), `attempt ${i}`).to.include({ code: 'hashing_busy', status: 503 })
    }
    expect(await attempt()).to.have.property('ok', true)
  })

  it('keeps the count when work around it is rolled back [S-6.27]', async () => {
    const { db } = world()
    const take = { bucket: 'rolled-back', limit: 1, windowMs: 1000, nowMs: 5000 }
    await takeFromBucket(db, take)
    await rejection(
      db.transaction(async () => {
        throw new Error('the work around it failed')
      }),
    )
    expect(await takeFromBucket(db, take)).to.deep.equal({ allowed: false, retryAfterSeconds: 1 })
  })

  it('replaces a hash only when its parameters are outdated [S-2.6]', async () => {
    const { needs, add, db } = world()
    const { id, passwordHash } = await add({ email: 'ada@example.com' })
    const stored = async () => (await db('accounts').where({ id }).first('passwordHash'))?.passwordHash
    await attempt()
    expect(await stored()).to.equal(passwordHash)
    const stronger = { ...needs, hasher: createHasher({ ...CHEAP, passes: 2, maxWaiting: 10 }) }
    await signIn(stronger, { email: 'ada@example.com', password: PASSWORD, ip: IP })
    expect(await stored()).to.include('t=2')
    expect(await attempt()).to.have.property('ok', true)
  })

  it('leaves a line in the audit trail for a success and a failure, without the address or password', async () => {
    const { db, add } = world()
    const { id } = await add({ email: 'ada@example.com' })
    await attempt()
    await attempt({ password: 'wrong' })
    await attempt({ email: 'nobody@example.com' })
    const rows: { action: string; accountId: string | null }[] = await db('audit_events')
      .where('action', 'like', 'sign_in.%')
      .orderBy('id')
    expect(rows.map(({ action, accountId }) => [action, accountId])).to.deep.equal([
      ['sign_in.succeeded', id],
      ['sign_in.failed', id],
      ['sign_in.failed', null],
    ])
    expect(JSON.stringify(rows)).to.not.match(/example\.com|wrong/)
  })

  it('limits how often a signed-in person may be asked for the password, in the same count [S-2.52]', async () => {
    const { needs, add } = world()
    const { id } = await add({ email: 'ada@example.com' })
    await fail(10)
    for (let i = 0; i < 5; i += 1) await confirmPassword(needs, id, { password: 'wrong', ip: IP })
    expect(await confirmPassword(needs, id, { password: PASSWORD, ip: IP })).to.include({ reason: 'blocked' })
  })
})

onEachDatabase('A bucket', (world) => {
  const take = (over: { limit?: number; blockMs?: number; nowMs?: number } = {}) =>
    takeFromBucket(world().db, { bucket: 'b', limit: 3, windowMs: 10_000, nowMs: 100_000, ...over })
  const allowed = async (times: number, over: Parameters<typeof take>[0]) =>
    (await Promise.all(Array.from({ length: times }, () => take(over)))).filter((taken) => taken.allowed)
      .length

  it('allows the limit within the window, also to many at once', async () => {
    expect(await allowed(20, {})).to.equal(3)
    expect(await take({ nowMs: 105_000 })).to.deep.equal({ allowed: false, retryAfterSeconds: 5 })
    expect(await allowed(20, { nowMs: 110_000 })).to.equal(3)
  })

  it('blocks for longer than the window when it is configured to', async () => {
    expect(await allowed(20, { blockMs: 60_000 })).to.equal(3)
    expect(await take({ blockMs: 60_000, nowMs: 159_000 })).to.deep.equal({
      allowed: false,
      retryAfterSeconds: 1,
    })
    expect(await allowed(20, { blockMs: 60_000, nowMs: 160_000 })).to.equal(3)
  })

  it('works with a limit of one', async () => {
    expect(await allowed(20, { limit: 1, blockMs: 60_000 })).to.equal(1)
    expect(await take({ limit: 1, blockMs: 60_000, nowMs: 159_999 })).to.have.property('allowed', false)
    expect(await take({ limit: 1, blockMs: 60_000, nowMs: 160_000 })).to.have.property('allowed', true)
  })
})

describe('The network of an address', () => {
  const cases = [
    ['192.0.2.7', '192.0.2.0/24'],
    ['::ffff:192.0.2.7', '192.0.2.0/24'],
    ['::ffff:c000:207', '192.0.2.0/24'],
    ['2001:db8:0:1:aaaa::1', '2001:db8:0:1::/64'],
    ['2001:DB8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', 'unknown'],
    ['evil', 'unknown'],
  ]
  for (const [ip = '', network] of cases)
    it(`takes ${JSON.stringify(ip)} for ${network}`, () => {
      expect(networkOf(ip)).to.equal(network)
    })
})
