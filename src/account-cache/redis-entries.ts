/**
 * The account cache in Redis: one key for each account, with a TTL. The value begins with the version, in the clear. The
 * account follows, sealed and bound to its key. A fence is a value without an account.
 */
import type { Result } from 'ioredis'
import { within } from '../platform/deadline.ts'
import { defineScript } from '../platform/redis/redis.ts'
import type { RedisClient } from '../platform/redis/redis.ts'
import type { Sealer } from '../platform/tokens.ts'
import type { KnownAccount } from './known-account.ts'
import { ENTRY_TTL_MS } from './entries.ts'
import type { Entries } from './entries.ts'

// KEYS: the account. ARGV: version, ttl, the sealed account ('' for a fence). Only a higher version is in the way.
const LUA = `
  local kept = redis.call('GET', KEYS[1])
  if kept and tonumber(string.match(kept, '^%d+')) > tonumber(ARGV[1]) then return end
  redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[3], 'PX', ARGV[2])`

declare module 'ioredis' {
  interface RedisCommander<Context> {
    keepAccount(
      keys: number,
      key: string,
      version: number,
      ttlMs: number,
      sealed: string,
    ): Result<null, Context>
  }
}

/** A Redis that takes longer is not waited for: SQL has the account. */
const READ_WITHIN_MS = 250
/** A change waits longer. Without Redis, other processes learn of it up to a second later. */
const FENCED_WITHIN_MS = 1000

export function createRedisEntries({ redis, sealer }: { redis: RedisClient; sealer: Sealer }): Entries {
  defineScript(redis, 'keepAccount', LUA)
  const keep = async (id: string, version: number, sealed: string) => {
    await redis.keepAccount(1, keyOf(id), version, ENTRY_TTL_MS, sealed)
  }
  const fence = async (id: string, version: number) => {
    // A Redis that is full refuses the fence, but still deletes.
    await keep(id, version, '').catch(() => redis.unlink(keyOf(id)))
  }
  return {
    async read(id) {
      const stored = await within(READ_WITHIN_MS, redis.get(keyOf(id)), tooSlow)
      const [version, sealed = ''] = stored?.split(' ') ?? []
      const plain = sealed === '' ? undefined : sealer.open(sealed, contextOf(id))
      return plain === undefined
        ? undefined
        : { version: Number(version), account: JSON.parse(plain) as KnownAccount }
    },
    fill: (id, version, account) => keep(id, version, sealer.seal(JSON.stringify(account), contextOf(id))),
    fence: (id, version) => within(FENCED_WITHIN_MS, fence(id, version), tooSlow),
  }
}

const tooSlow = () => new Error('the account cache in Redis does not answer')

function keyOf(id: string): string {
  return `account-server:account:${id}`
}

/** The number changes with the cached columns, so that one release does not read what another one wrote. */
function contextOf(id: string): string {
  return `account-cache 2 ${id}`
}
