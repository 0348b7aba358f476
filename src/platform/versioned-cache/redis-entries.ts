/**
 * Entries in Redis: one hash for each topic, with a TTL. Its field `v` is the version. Every other field is an entry of
 * that version. A fence leaves the version alone.
 */
import type { Result } from 'ioredis'
import { within } from '../deadline.ts'
import { defineScript } from '../redis/redis.ts'
import type { RedisClient } from '../redis/redis.ts'
import { ENTRY_TTL_MS } from './entries.ts'
import type { Entries } from './entries.ts'

const VERSION = 'v'

// KEYS: the topic. ARGV: version, ttl, then id and value, or nothing for a fence. Only a higher version is in the way.
// A Redis that is full takes a deletion, and what the same script writes after it.
const LUA = `
  local known = redis.call('HGET', KEYS[1], '${VERSION}')
  if known and tonumber(known) > tonumber(ARGV[1]) then return end
  if not known or not ARGV[3] or tonumber(known) < tonumber(ARGV[1]) then
    if known then redis.call('UNLINK', KEYS[1]) end
    redis.call('HSET', KEYS[1], '${VERSION}', ARGV[1])
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
  end
  if ARGV[3] then redis.call('HSET', KEYS[1], ARGV[3], ARGV[4]) end`

declare module 'ioredis' {
  interface RedisCommander<Context> {
    keepEntry(
      keys: number,
      key: string,
      version: number,
      ttlMs: number,
      ...entry: string[]
    ): Result<null, Context>
  }
}

/** How a value is written. What cannot be read is loaded again. */
export type Codec<Value> = {
  encode: (value: Value, id: string) => string
  decode: (text: string, id: string) => Value | undefined
}

/** A Redis that takes longer is not waited for: SQL has the row. */
const READ_WITHIN_MS = 250
/** A change waits longer. Without Redis, other processes learn of it up to a second later. */
const FENCED_WITHIN_MS = 1000

export function createRedisEntries<Value>(
  redis: RedisClient,
  { encode, decode }: Codec<Value>,
): Entries<Value> {
  defineScript(redis, 'keepEntry', LUA)
  const keep = async (topic: string, version: number, ...entry: string[]) => {
    await redis.keepEntry(1, keyOf(topic), version, ENTRY_TTL_MS, ...entry)
  }
  return {
    async read(topic, id) {
      const [version, text] = await within(READ_WITHIN_MS, redis.hmget(keyOf(topic), VERSION, id), tooSlow)
      const value = text == null ? undefined : decode(text, id)
      return value === undefined ? undefined : { version: Number(version), value }
    },
    fill: (topic, id, { version, value }) => keep(topic, version, id, encode(value, id)),
    fence: (topic, version) => within(FENCED_WITHIN_MS, keep(topic, version), tooSlow),
  }
}

const tooSlow = () => new Error('the cache in Redis does not answer')

function keyOf(topic: string): string {
  return `account-server:cache:${topic}`
}
