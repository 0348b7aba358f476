/** Every implementation of the grant store, each on a real, empty service, for suites that must hold on all of them. */
import { Redis } from 'ioredis'
import type { GrantStore } from '../../src/grant-store/grant-store.ts'
import { createRedisStore } from '../../src/grant-store/redis-store.ts'
import { createSqlStore } from '../../src/grant-store/sql-store.ts'
import type { Clock } from '../../src/platform/clock.ts'
import { openRedis } from '../../src/platform/redis/redis.ts'
import { countRoundTrips } from '../support/round-trips.ts'
import type { RoundTrips } from '../support/round-trips.ts'
import { DATABASES } from '../platform/change-feed-databases.ts'
import { startRedis, startRedisCluster } from '../support/services.ts'
import type { RedisNode } from '../support/services.ts'

export type StoredEntry = { key: string; value: string; expiresInMs: number }

export type OpenStore = {
  store: GrantStore
  /**
   * The same data through connections of its own, as another server process has it. On SQLite the same connection:
   * its calls block, so two in one process would wait for each other.
   */
  openAnother: () => GrantStore
  /** Takes the service away while its clients stay. */
  fail: () => Promise<void>
  /** Everything that is stored, as a thief would see it. */
  dump: () => Promise<StoredEntry[]>
  roundTrips?: RoundTrips
  close: () => Promise<void>
}

export type StoreKind = { name: string; open: (clock: Clock) => Promise<OpenStore> }

const SQL_STORES = DATABASES.map(({ name, open }): StoreKind => ({
  name,
  async open(clock) {
    const database = await open()
    return {
      store: createSqlStore({ db: database.db, clock }),
      openAnother: () =>
        createSqlStore({ db: name === 'SQLite' ? database.db : database.openAnother(), clock }),
      fail: () => database.db.destroy(),
      async dump() {
        const rows = await database.db('oidc_records').select<Record<string, unknown>[]>('*')
        return rows.map((row) => ({
          key: String(row.recordKey),
          value: JSON.stringify(row),
          expiresInMs: Number(row.expiresAtMs) - clock(),
        }))
      },
      close: () => database.drop(),
    }
  },
}))

const STANDALONE: StoreKind = {
  name: 'Redis',
  async open(clock) {
    const server = await startRedis()
    const { hostname, port } = new URL(server.url)
    return openOnRedis(clock, server.url, [{ host: hostname, port: Number(port) }], server.stop)
  },
}

const CLUSTER: StoreKind = {
  name: 'Redis Cluster',
  async open(clock) {
    const cluster = await startRedisCluster()
    const hosts = cluster.nodes.map(({ host, port }) => `${host}:${port}`).join(',')
    return openOnRedis(clock, `redis+cluster://${hosts}`, cluster.nodes, cluster.stop)
  },
}

export const REDIS_STORES = [STANDALONE, CLUSTER]
export const STORES = [...SQL_STORES, ...REDIS_STORES]

function openOnRedis(clock: Clock, dsn: string, nodes: RedisNode[], stop: () => Promise<void>): OpenStore {
  const clients = [openRedis(dsn)]
  const [redis] = clients
  return {
    store: createRedisStore({ redis: redis!, clock }),
    openAnother() {
      const another = openRedis(dsn)
      clients.push(another)
      return createRedisStore({ redis: another, clock })
    },
    dump: async () => (await Promise.all(nodes.map(dumpNode))).flat(),
    fail: stop,
    roundTrips: countRoundTrips(redis!),
    async close() {
      for (const client of clients) client.disconnect()
      await stop()
    },
  }
}

async function dumpNode(address: RedisNode): Promise<StoredEntry[]> {
  const client = new Redis(address)
  try {
    const keys = await client.keys('*')
    return await Promise.all(
      keys.map(async (key) => ({
        key,
        value: (await client.get(key)) ?? '',
        expiresInMs: await client.pttl(key),
      })),
    )
  } finally {
    client.disconnect()
  }
}
