/** Two processes with a cache of their own kind of rows, on one database, with Redis and without. */
import { createLogger } from '../../src/platform/logging/log.ts'
import { openRedis } from '../../src/platform/redis/redis.ts'
import { createChangeFeed } from '../../src/platform/sql/change-feed.ts'
import type { Db } from '../../src/platform/sql/database.ts'
import { createMemoryEntries } from '../../src/platform/versioned-cache/memory-entries.ts'
import { createRedisEntries } from '../../src/platform/versioned-cache/redis-entries.ts'
import type { Codec } from '../../src/platform/versioned-cache/redis-entries.ts'
import type { CacheServices } from '../../src/platform/versioned-cache/versioned-cache.ts'
import { DATABASES } from '../platform/change-feed-databases.ts'
import { startRedis } from './services.ts'

const log = createLogger('silent', 'test')

/** What a process has: connections of its own, a change feed that runs, and how often its cache asked SQL. */
export type CacheProcess<Cache> = {
  db: Db
  cache: Cache
  reads: () => number
  poll: () => Promise<void>
  close: () => Promise<void>
}

export type CacheUnderTest<Value, Cache> = {
  create: (services: CacheServices<Value>) => Cache
  codec: Codec<Value>
  /** The statements by which it asks SQL. */
  reads: RegExp
}

type Kind = {
  name: string
  database: string
  redis: boolean
  /** How much later than the process that makes a change the other one may see it. */
  otherLagsMs: number
}

export const CACHE_KINDS: Kind[] = [
  { name: 'MariaDB and Redis', database: 'MariaDB', redis: true, otherLagsMs: 0 },
  { name: 'SQLite', database: 'SQLite', redis: false, otherLagsMs: 0 },
  { name: 'MariaDB alone', database: 'MariaDB', redis: false, otherLagsMs: 1000 },
]

export async function openCacheProcesses<Value extends object | true, Cache>(
  { database, redis }: Kind,
  cache: CacheUnderTest<Value, Cache>,
) {
  const opened = await DATABASES.find((one) => one.name === database)!.open()
  const server = redis ? await startRedis() : undefined
  const changer = await startProcess(opened.db, server?.url, cache)
  const other = await startProcess(opened.openAnother(), server?.url, cache)
  const close = async () => {
    await Promise.all([changer.close(), other.close()])
    await opened.drop()
    await server?.stop()
  }
  return { changer, other, close }
}

async function startProcess<Value extends object | true, Cache>(
  db: Db,
  redisUrl: string | undefined,
  { create, codec, reads: isRead }: CacheUnderTest<Value, Cache>,
): Promise<CacheProcess<Cache>> {
  const redis = redisUrl === undefined ? undefined : openRedis(redisUrl)
  const feed = createChangeFeed({ db, log, clock: Date.now })
  const entries = redis ? createRedisEntries(redis, codec) : createMemoryEntries<Value>()
  let reads = 0
  db.on('query', ({ sql }: { sql: string }) => void (reads += isRead.test(sql) ? 1 : 0))
  const cache = create({ db, log, feed, entries })
  feed.start()
  await feed.check()
  const close = async () => {
    await feed.stop()
    redis?.disconnect()
  }
  return { db, cache, reads: () => reads, poll: feed.check, close }
}
