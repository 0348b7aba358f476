import { expect } from 'chai'
import { Redis } from 'ioredis'
import { sealedAccounts } from '../../src/account-cache/account-cache.ts'
import type { CachedAccount } from '../../src/account-cache/known-account.ts'
import { PLAIN_STATUSES } from '../../src/grant-store/token-statuses.ts'
import { openRedis } from '../../src/platform/redis/redis.ts'
import { createSealer, deriveKey } from '../../src/platform/tokens.ts'
import { ENTRY_TTL_MS } from '../../src/platform/versioned-cache/entries.ts'
import type { Entries } from '../../src/platform/versioned-cache/entries.ts'
import { createMemoryEntries } from '../../src/platform/versioned-cache/memory-entries.ts'
import { createRedisEntries } from '../../src/platform/versioned-cache/redis-entries.ts'
import { pause } from '../support/service-process.ts'
import { startRedis, startRedisCluster } from '../support/services.ts'

const codec = sealedAccounts(createSealer([deriveKey('test', 'account cache')]))

type Opened = { entries: Entries<CachedAccount>; close: () => Promise<void> }

async function openOn(dsn: string, stop: () => Promise<void>): Promise<Opened> {
  const redis = openRedis(dsn)
  // The cache waits for a moment only. To find the nodes of a cluster takes a busy machine longer.
  while (redis.status !== 'ready') await pause(10)
  const close = async () => {
    redis.disconnect()
    await stop()
  }
  return { entries: createRedisEntries(redis, codec), close }
}

const KINDS: [string, () => Promise<Opened>][] = [
  ['memory', async () => ({ entries: createMemoryEntries(), close: () => Promise.resolve() })],
  [
    'Redis',
    async () => {
      const { url, stop } = await startRedis()
      return openOn(url, stop)
    },
  ],
  [
    'Redis Cluster',
    async () => {
      const { nodes, stop } = await startRedisCluster()
      return openOn(`redis+cluster://${nodes.map(({ host, port }) => `${host}:${port}`).join(',')}`, stop)
    },
  ],
]

function account(id: string, name: string): CachedAccount {
  return {
    id,
    email: `${id}@example.org`,
    name,
    givenName: null,
    familyName: null,
    username: null,
    locale: null,
    zoneinfo: null,
    emailVerifiedAtMs: 1,
    disabledAtMs: null,
    newPasswordDue: false,
    secondFactorDue: false,
    termsVersion: null,
    termsAcceptedAtMs: null,
    deleteAtMs: null,
    sessionsValidFromMs: 1,
    createdAtMs: 1,
    updatedAtMs: 1,
    groups: [],
    groupIds: [],
    roles: [],
    pictureId: null,
  }
}

for (const [name, open] of KINDS)
  describe(`cached entries in ${name}`, () => {
    let opened: Opened
    let entries: Entries<CachedAccount>
    let turns = 0
    let [topic, id] = ['', '']

    before(async () => {
      opened = await open()
      ;({ entries } = opened)
    })
    after(() => opened.close())
    beforeEach(() => {
      turns += 1
      ;[topic, id] = [`account/${turns}`, `person-${turns}`]
    })

    const fill = (version: number, called: string, whose = id) =>
      entries.fill(topic, whose, { version, value: account(whose, called) })
    const nameOf = async (whose = id) => (await entries.read(topic, whose))?.value.name

    it('are what was filled in, and nothing else', async () => {
      expect(await entries.read(topic, id)).to.equal(undefined)
      await fill(3, 'Ada')
      expect(await entries.read(topic, id)).to.deep.equal({ version: 3, value: account(id, 'Ada') })
      expect(await entries.read(topic, `${id}0`)).to.equal(undefined)
      await fill(3, 'Grace', 'other')
      expect(await nameOf()).to.equal('Ada')
      expect(await nameOf('other')).to.equal('Grace')
    })

    it('are gone behind a fence, and those read before the change are refused', async () => {
      await fill(3, 'Ada')
      await fill(3, 'Grace', 'other')
      await entries.fence(topic, 4)
      for (const one of [id, 'other']) expect(await entries.read(topic, one), one).to.equal(undefined)
      await fill(3, 'Ada')
      expect(await nameOf(), 'a reader that was slow').to.equal(undefined)
      await fill(4, 'Ada L.')
      expect(await nameOf()).to.equal('Ada L.')
      expect(await nameOf('other'), 'not filled in again').to.equal(undefined)
    })

    it('are refused where they are older, as is an older fence', async () => {
      await fill(1_763_755_000_002, 'new')
      await fill(1_763_755_000_001, 'old')
      expect(await nameOf()).to.equal('new')
      await entries.fence(topic, 1_763_755_000_001)
      expect(await nameOf()).to.equal('new')
      await entries.fence(topic, 1_763_755_000_002)
      expect(await nameOf(), 'a fence of the same version').to.equal(undefined)
    })

    it('of an older version are removed by a newer one', async () => {
      await fill(3, 'Grace', 'other')
      await fill(4, 'Ada')
      expect(await nameOf()).to.equal('Ada')
      expect(await nameOf('other')).to.equal(undefined)
      await fill(3, 'Grace', 'other')
      expect(await nameOf('other')).to.equal(undefined)
    })

    it('have versions that are compared as numbers', async () => {
      await fill(10, 'ten')
      await fill(9, 'nine')
      expect(await nameOf()).to.equal('ten')
    })

    it('of other topics are left alone', async () => {
      await fill(3, 'Ada')
      await entries.fence(`${topic}-other`, 4)
      expect(await nameOf()).to.equal('Ada')
    })
  })

describe('what Redis caches', () => {
  const KEY = 'account-server:cache:account/7f'
  let server: Awaited<ReturnType<typeof startRedis>>
  let redis: ReturnType<typeof openRedis>
  let thief: Redis

  before(async () => {
    server = await startRedis()
    ;[redis, thief] = [openRedis(server.url), new Redis(server.url)]
  })
  beforeEach(() => thief.flushall())
  after(async () => {
    redis.disconnect()
    thief.disconnect()
    await server.stop()
  })

  const expectTtl = async () =>
    expect(await thief.pttl(KEY)).to.be.within(ENTRY_TTL_MS - 60_000, ENTRY_TTL_MS)

  it('of an account is sealed, bound to its account and gone after five minutes [S-4.24]', async () => {
    const entries = createRedisEntries(redis, codec)
    await entries.fill('account/7f', 'one', { version: 1, value: account('one', 'Ada Lovelace') })
    const stored = (await thief.hget(KEY, 'one'))!
    expect(stored).not.to.match(/Ada Lovelace|example\.org/)
    await expectTtl()
    await thief.hset(KEY, 'two', stored)
    expect(await entries.read('account/7f', 'two'), 'moved to another account').to.equal(undefined)
    const other = sealedAccounts(createSealer([deriveKey('other', 'account cache')]))
    expect(await createRedisEntries(redis, other).read('account/7f', 'one'), 'of another secret').to.equal(
      undefined,
    )
    // More entries do not prolong it.
    await thief.pexpire(KEY, 60_000)
    await entries.fill('account/7f', 'three', { version: 1, value: account('three', 'Grace') })
    expect(await thief.pttl(KEY)).to.be.within(1, 60_000)
    await entries.fence('account/7f', 2)
    await expectTtl()
  })

  it('of a token says nothing but that its place is there', async () => {
    const entries = createRedisEntries(redis, PLAIN_STATUSES)
    await entries.fill('status/7f', 'a-list/127', { version: 5, value: true })
    expect(await thief.hgetall('account-server:cache:status/7f')).to.eql({ v: '5', 'a-list/127': '1' })
    expect(await entries.read('status/7f', 'a-list/127')).to.eql({ version: 5, value: true })
  })

  it('is removed by a change where Redis is full, and nothing more is written', async () => {
    const entries = createRedisEntries(redis, codec)
    const value = account('one', 'Ada')
    await entries.fill('account/7f', 'one', { version: 1, value })
    await redis.config('SET', 'maxmemory', '1')
    await entries.fence('account/7f', 2)
    expect(await entries.read('account/7f', 'one')).to.equal(undefined)
    for (const topic of ['account/7f', 'account/80'])
      expect(
        await entries.fill(topic, 'one', { version: 2, value }).catch((error: Error) => error.message),
        topic,
      ).to.match(/OOM/)
    await redis.config('SET', 'maxmemory', '0')
  })
})
