import { expect } from 'chai'
import { createBlockedAttempts } from '../../src/attempts/blocked-attempts.ts'
import { issueDeviceCookie } from '../../src/attempts/known-browser.ts'
import { createHasher } from '../../src/passwords/hashing.ts'
import { networksOf } from '../../src/attempts/network.ts'
import { signIn } from '../../src/accounts/journeys/sign-in.ts'
import { CHEAP, onEachDatabase, PASSWORD, rejection } from './account-world.ts'

const IP = '192.0.2.7'
const MADE_UP = 2000
/** What decision 0005 names: slots of one group, and levels of a network. */
const SLOTS = 256

onEachDatabase('A flood of sign-ins', (world) => {
  let hashes: number
  beforeEach(() => {
    hashes = 0
  })

  /** Everything is real but the hash, of which there are thousands. */
  const guess = (over: Partial<Parameters<typeof signIn>[1]> = {}) => {
    const { needs } = world()
    const verify = () => {
      hashes += 1
      return Promise.resolve(false)
    }
    const given = { email: 'ada@example.com', password: 'wrong', ip: IP, ...over }
    return signIn({ ...needs, hasher: { ...needs.hasher, verify } }, given)
  }
  const queriesOf = async (work: () => Promise<unknown>): Promise<string[]> => {
    const seen: string[] = []
    const hear = ({ sql }: { sql: string }) => void seen.push(sql)
    world().db.on('query', hear)
    await work()
    world().db.removeListener('query', hear)
    return seen
  }

  it(`of ${MADE_UP} made-up addresses from one network leaves a bounded number of rows [S-2.47]`, async function () {
    for (let n = 0; n < MADE_UP; n += 20)
      await Promise.all(
        Array.from({ length: 20 }, (_, i) => guess({ email: `made-up-${n + i}@example.com` })),
      )
    expect(await world().count('attempt_buckets')).to.be.within(SLOTS / 2, SLOTS)
  })

  it('from many /64 of one IPv6 /48 evaluates four times the limit, also in parallel [S-2.44]', async () => {
    await world().add({ email: 'ada@example.com' })
    const from = (n: number) => guess({ ip: `2001:db8:77:${n.toString(16)}::1` })
    await Promise.all(Array.from({ length: 200 }, (_, n) => from(n)))
    expect(hashes).to.equal(60)
    for (let n = 200; n < 240; n += 1)
      expect(await from(n), `from ${n}`).to.deep.equal({
        ok: false,
        reason: 'blocked',
        retryAfterSeconds: 300,
      })
    expect(hashes).to.equal(60)
    expect(await guess({ ip: '2001:db8:78::1' })).to.include({ reason: 'wrong' })
  })

  it('does not count an attempt for the /64 when its /48 refuses it, and leaves known browsers alone', async () => {
    const { needs, add, db, advance } = world()
    const account = await add({ email: 'ada@example.com' })
    const deviceCookie = issueDeviceCookie(needs.config.keys.device, account, needs.clock())
    for (let n = 0; n < 60; n += 1) await guess({ ip: `2001:db8:77:${n.toString(16)}::1` })
    const sum = async () => Number((await db('attempt_buckets').sum({ n: 'failures' }))[0]?.['n'])
    const before = await sum()
    needs.blocked = createBlockedAttempts()
    expect(await guess({ ip: '2001:db8:77:ff::1' })).to.include({ reason: 'blocked' })
    expect(await sum()).to.equal(before)
    const owner = { email: 'ada@example.com', password: PASSWORD, ip: '2001:db8:77:ff::1', deviceCookie }
    expect(await signIn(needs, owner)).to.have.property('ok', true)
    advance(300_000)
    expect(await guess({ ip: '2001:db8:77:ff::1' })).to.include({ reason: 'wrong' })
  })

  for (const [who, email] of [
    ['a known', 'ada@example.com'],
    ['an unknown', 'nobody@example.com'],
  ] as const)
    it(`is refused for ${who} address without a hash and without a query, until its block ends [S-2.48]`, async () => {
      const { add, advance } = world()
      await add({ email: 'ada@example.com' })
      for (let n = 0; n < 16; n += 1) await guess({ email })
      expect(hashes).to.equal(15)
      advance(5000)
      const refused = { ok: false, reason: 'blocked', retryAfterSeconds: 295 }
      const queries = await queriesOf(async () => {
        for (let n = 0; n < 50; n += 1) expect(await guess({ email }), `guess ${n}`).to.deep.equal(refused)
      })
      expect(queries).to.deep.equal([])
      advance(295_000)
      expect(await guess({ email })).to.include({ reason: 'wrong' })
      expect(hashes).to.equal(16)
    })

  it('writes nothing when another process counted the block', async () => {
    for (let n = 0; n < 15; n += 1) await guess()
    world().needs.blocked = createBlockedAttempts()
    const queries = await queriesOf(() => guess())
    expect(queries.length).to.be.greaterThan(0)
    const rows = () => world().db('attempt_buckets').select('*').orderBy('bucket')
    const before = await rows()
    world().needs.blocked = createBlockedAttempts()
    expect(await guess()).to.include({ reason: 'blocked' })
    expect(await rows()).to.deep.equal(before)
    expect(queries.filter((sql) => /^(insert|begin)/i.test(sql))).to.deep.equal([])
  })

  it('is refused without a query when the queue for hashing is full', async () => {
    const { needs } = world()
    const full = { ...needs, hasher: createHasher({ ...CHEAP, maxRunning: 0, maxWaiting: 0 }) }
    const queries = await queriesOf(async () => {
      const refused = signIn(full, { email: 'ada@example.com', password: PASSWORD, ip: IP })
      expect(await rejection(refused)).to.include({ code: 'hashing_busy', status: 503 })
    })
    expect(queries).to.deep.equal([])
  })

  it('forgets the failures of a person once the password is right, and not those of others', async () => {
    const { needs, add, db } = world()
    await add({ email: 'ada@example.com' })
    for (let n = 0; n < 10; n += 1) await guess()
    await db('attempt_buckets').where('bucket', 'like', 'sign-in %').increment('failures', 3)
    const right = { email: 'ada@example.com', password: PASSWORD, ip: IP }
    expect(await signIn(needs, right)).to.have.property('ok', true)
    const slots = await db('attempt_buckets').where('bucket', 'like', 'sign-in %').select('failures')
    expect(slots).to.deep.equal([{ failures: 3 }])
  })

  it('remembers a bounded number of blocks', () => {
    const blocked = createBlockedAttempts(100)
    for (let n = 0; n < 1000; n += 1) blocked.note(`slot ${n}`, 300, 0)
    const known = Array.from({ length: 1000 }, (_, n) => blocked.recall(`slot ${n}`, 1))
    expect(known.filter((seconds) => seconds !== undefined)).to.have.lengthOf(100)
    expect(known[999]).to.equal(300)
    expect(blocked.recall('slot 999', 10_000)).to.equal(undefined)
  })
})

describe('The networks of an address', () => {
  for (const [ip, networks] of [
    ['192.0.2.7', ['192.0.2.0/24']],
    ['::ffff:192.0.2.7', ['192.0.2.0/24']],
    ['2001:db8:1:2:3::4', ['2001:db8:1:2::/64', '2001:db8:1::/48']],
    ['2001:db8::1', ['2001:db8:0:0::/64', '2001:db8:0::/48']],
    ['evil', ['unknown']],
  ] as const)
    it(`are ${networks.join(' and ')} for ${ip}`, () => {
      expect(networksOf(ip)).to.deep.equal([...networks])
    })
})
