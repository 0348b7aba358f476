import { expect } from 'chai'
import { Redis } from 'ioredis'
import type { KnownAccount } from '../../src/account-cache/known-account.ts'
import { ENTRY_TTL_MS } from '../../src/account-cache/entries.ts'
import type { Entries } from '../../src/account-cache/entries.ts'
import { createMemoryEntries } from '../../src/account-cache/memory-entries.ts'
import { createRedisEntries } from '../../src/account-cache/redis-entries.ts'
import { openRedis } from '../../src/platform/redis/redis.ts'
import { createSealer, deriveKey } from '../../src/platform/tokens.ts'
import { startRedis, startRedisCluster } from '../support/services.ts'

const sealer = createSealer([deriveKey('test', 'account cache')])

type Opened = { entries: Entries; url?: string; close: () => Promise<void> }

async function openOn(dsn: string, url: string, stop: () => Promise<void>): Promise<Opened> {
  const redis = openRedis(dsn)
  const close = async () => {
    redis.disconnect()
    await stop()
  }
  return { entries: createRedisEntries({ redis, sealer }), url, close }
}

const KINDS: [string, () => Promise<Opened>][] = [
  ['memory', async () => ({ entries: createMemoryEntries(), close: () => Promise.resolve() })],
  [
    'Redis',
    async () => {
      const { url, stop } = await startRedis()
      return openOn(url, url, stop)
    },
  ],
  [
    'Redis Cluster',
    async () => {
      const { nodes, url, stop } = await startRedisCluster()
      return openOn(
        `redis+cluster://${nodes.map(({ host, port }) => `${host}:${port}`).join(',')}`,
        url,
        stop,
      )
    },
  ],
]

function account(id: string, name: string): KnownAccount {
  return {
    id,
    email: `${id}@example.org`,
    name,
    givenName: null,
    familyName: null,
    username: null,
    locale: null,
    emailVerifiedAtMs: 1,
    disabledAtMs: null,
    sessionsValidFromMs: 1,
    createdAtMs: 1,
    updatedAtMs: 1,
  }
}

for (const [name, open] of KINDS)
  describe(`the account cache in ${name}`, () => {
    let opened: Opened
    let entries: Entries
    let id = ''
    let people = 0

    before(async () => {
      opened = await open()
      ;({ entries } = opened)
    })
    after(() => opened.close())
    beforeEach(() => void (id = `person-${(people += 1)}`))

    it('finds what was filled in, and nothing else', async () => {
      expect(await entries.read(id)).to.equal(undefined)
      await entries.fill(id, 3, account(id, 'Ada'))
      expect(await entries.read(id)).to.deep.equal({ version: 3, account: account(id, 'Ada') })
      expect(await entries.read(`${id}0`)).to.equal(undefined)
    })

    it('finds nothing behind a fence, and refuses what was read before the change', async () => {
      await entries.fill(id, 3, account(id, 'Ada'))
      await entries.fence(id, 4)
      expect(await entries.read(id)).to.equal(undefined)
      await entries.fill(id, 3, account(id, 'Ada'))
      expect(await entries.read(id), 'a reader that was slow').to.equal(undefined)
      await entries.fill(id, 4, account(id, 'Ada L.'))
      expect((await entries.read(id))?.account.name).to.equal('Ada L.')
    })

    it('refuses an older entry over a newer one, and an older fence', async () => {
      await entries.fill(id, 1_763_755_000_002, account(id, 'new'))
      await entries.fill(id, 1_763_755_000_001, account(id, 'old'))
      expect((await entries.read(id))?.account.name).to.equal('new')
      await entries.fence(id, 1_763_755_000_001)
      expect((await entries.read(id))?.account.name).to.equal('new')
      await entries.fence(id, 1_763_755_000_002)
      expect(await entries.read(id), 'a fence of the same version').to.equal(undefined)
    })

    it('compares versions as numbers', async () => {
      await entries.fill(id, 10, account(id, 'ten'))
      await entries.fill(id, 9, account(id, 'nine'))
      expect((await entries.read(id))?.account.name).to.equal('ten')
    })
  })

describe('what Redis holds of an account', () => {
  it('is sealed, bound to its account and gone after five minutes [S-4.24]', async () => {
    const { url, stop } = await startRedis()
    const [redis, thief] = [openRedis(url), new Redis(url)]
    try {
      const entries = createRedisEntries({ redis, sealer })
      await entries.fill('one', 1, account('one', 'Ada Lovelace'))
      const stored = (await thief.get('account-server:account:one'))!
      expect(stored).not.to.match(/Ada|example\.org/)
      expect(await thief.pttl('account-server:account:one')).to.be.within(ENTRY_TTL_MS - 60_000, ENTRY_TTL_MS)
      await thief.set('account-server:account:two', stored)
      expect(await entries.read('two'), 'moved to another account').to.equal(undefined)
      const other = createRedisEntries({ redis, sealer: createSealer([deriveKey('other', 'account cache')]) })
      expect(await other.read('one'), 'of another secret').to.equal(undefined)
      await entries.fence('one', 2)
      expect(await thief.pttl('account-server:account:one')).to.be.within(ENTRY_TTL_MS - 60_000, ENTRY_TTL_MS)
    } finally {
      redis.disconnect()
      thief.disconnect()
      await stop()
    }
  })

  it('is removed by a change where Redis is full', async () => {
    const { url, stop } = await startRedis()
    const redis = openRedis(url)
    try {
      const entries = createRedisEntries({ redis, sealer })
      await entries.fill('one', 1, account('one', 'Ada'))
      await redis.config('SET', 'maxmemory', '1')
      await entries.fence('one', 2)
      expect(await entries.read('one')).to.equal(undefined)
    } finally {
      redis.disconnect()
      await stop()
    }
  })
})
