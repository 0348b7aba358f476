/** Sums over all processes, in Redis: one key per sum, which expires with its window. */
import type { Result } from 'ioredis'
import { defineScript } from './redis.ts'
import type { RedisClient } from './redis.ts'

declare module 'ioredis' {
  interface RedisCommander<Context> {
    sharedSum(keys: number, key: string, amount: number, ttlMs: number): Result<number, Context>
  }
}

// Only the first write sets the expiry: later ones do not prolong the window.
const LUA = `
  local sum = redis.call('INCRBY', KEYS[1], ARGV[1])
  if sum == tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
  return sum`

export function createSharedSum(redis: RedisClient, prefix: string) {
  defineScript(redis, 'sharedSum', LUA)
  return (name: string, amount: number, ttlMs: number): Promise<number> =>
    redis.sharedSum(1, `${prefix}:${name}`, amount, Math.max(1, Math.ceil(ttlMs)))
}
