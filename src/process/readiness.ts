/**
 * Checks that the stores accept writes, because a full Redis or a read-only database still answers reads. Each store is
 * written at most once a second.
 */
import { randomUUID } from 'node:crypto'
import { Cluster } from 'ioredis'
import { MINUTE_MS, SECOND_MS } from '../platform/clock.ts'
import type { Db } from '../platform/sql/database.ts'
import { loggableError } from '../platform/logging/loggable-error.ts'
import type { Logger } from '../platform/logging/log.ts'
import type { RedisClient } from '../platform/redis/redis.ts'
import type { Parts } from './start/parts.ts'

export type Probes = Record<string, () => Promise<unknown>>

/** Enough keys that every master of a cluster almost certainly gets one of them. */
const CLUSTER_KEYS = 32
const REMEMBERED_MS = SECOND_MS
const REDIS_TTL_MS = 5 * SECOND_MS

/** Before the start is complete there may be no schema, so the probes read. */
export function readinessProbes(
  needs: Pick<Parts, 'db' | 'redis' | 'clock' | 'log'>,
  isOpen: () => boolean,
): Probes {
  const { db, redis } = needs
  const writes = writeProbes(needs)
  const reads: Probes = {
    database: async () => await db.raw('SELECT 1'),
    ...(redis ? { redis: () => redis.ping() } : {}),
  }
  const chosen = Object.keys(writes).map((name) => [name, () => (isOpen() ? writes : reads)[name]!()])
  return {
    startup: () => (isOpen() ? Promise.resolve() : Promise.reject(new Error('not prepared yet'))),
    ...(Object.fromEntries(chosen) as Probes),
  }
}

/** Each probe rejects on failure, and logs why when a failure begins. */
export function writeProbes({
  db,
  redis,
  clock,
  log,
}: Pick<Parts, 'db' | 'redis' | 'clock' | 'log'>): Probes {
  const own = randomUUID()
  const probe = (name: string, write: () => Promise<unknown>) => onceASecond(reported(log, name, write))
  return {
    database: probe('database', () => writeRow(db, `ready:${own}`, clock())),
    ...(redis ? { redis: probe('redis', () => writeKeys(redis, own)) } : {}),
  }
}

/**
 * A row of the limits' table, which upkeep purges. Each process has its own, because a shared row would conflict in a
 * cluster.
 */
async function writeRow(db: Db, bucket: string, nowMs: number): Promise<void> {
  const row = { bucket, failures: 0, expiresAtMs: nowMs + MINUTE_MS }
  await db('attempt_buckets').insert(row).onConflict('bucket').merge(['expiresAtMs'])
}

function writeKeys(redis: RedisClient, own: string): Promise<unknown> {
  const keys = redis instanceof Cluster ? CLUSTER_KEYS : 1
  const tags = Array.from({ length: keys }, (_, turn) => `ready:{${own}:${turn}}`)
  return Promise.all(tags.map((key) => redis.set(key, '1', 'PX', REDIS_TTL_MS)))
}

function onceASecond(work: () => Promise<unknown>): () => Promise<unknown> {
  let latest: { atMs: number; outcome: Promise<unknown> } | undefined
  return () => {
    const nowMs = performance.now()
    if (!latest || nowMs - latest.atMs >= REMEMBERED_MS) latest = { atMs: nowMs, outcome: work() }
    return latest.outcome
  }
}

function reported(log: Logger, name: string, write: () => Promise<unknown>): () => Promise<unknown> {
  let failing = false
  return async () => {
    try {
      await write()
      if (failing) log.info({ store: name }, 'ready.written_again')
      failing = false
    } catch (error) {
      if (!failing) log.error({ store: name, err: loggableError(error) }, 'ready.not_written')
      failing = true
      throw error
    }
  }
}
