/**
 * The grant store in Redis ≥ 6.2: standalone, Sentinel or Cluster. Every command touches the keys of one hash tag, every
 * key has a TTL, every change is one script. A script that is delivered twice (after a reconnect) answers as the first
 * time: it recognises its own write.
 */
import { randomUUID } from 'node:crypto'
import type { Result } from 'ioredis'
import { unavailable } from '../platform/errors.ts'
import { HOUR_MS } from '../platform/clock.ts'
import type { Clock } from '../platform/clock.ts'
import { COMMAND_TIMEOUT_MS, defineScript } from '../platform/redis/redis.ts'
import type { RedisClient } from '../platform/redis/redis.ts'
import { decodeRoot, encodeRoot, notAfter, tombstoneOf, usedKeyOf, VERSION_LENGTH } from './grant-store.ts'
import type {
  Commit,
  CommitOutcome,
  NewUse,
  PutOutcome,
  Root,
  SingleUse,
  TokenState,
  Use,
} from './grant-store.ts'
import type { Restored, RestoringStore } from './recorded-uses.ts'

const SCRIPTS = {
  // KEYS: record, its use mark, root (the record itself for none).
  grantRead: `
    local now = redis.call('TIME')
    return {now[1] * 1000 + math.floor(now[2] / 1000), unpack(redis.call('MGET', unpack(KEYS)))}`,
  // KEYS: root (the record itself for none), used record, its use mark, then the entries. ARGV 1 to 3: root required,
  // nonce of the use ('' for none), the rest of its mark. ARGV 4 to 6: its ttl, the latest moment, the longest that the
  // record is kept ('' for unchanged). Then payload and ttl of every entry.
  grantCommit: `
    local time = redis.call('TIME')
    local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
    if ARGV[2] ~= '' then
      local earlier = redis.call('GET', KEYS[3])
      if earlier and string.find(earlier, ARGV[2], 1, true) then return {'done'} end
      if tonumber(now) > tonumber(ARGV[5]) then return {'late'} end
      if earlier then return {'used', earlier, now} end
      if redis.call('EXISTS', KEYS[2]) == 0 then return {'missing'} end
    end
    if ARGV[1] == '1' and redis.call('EXISTS', KEYS[1]) == 0 then return {'gone'} end
    if ARGV[2] ~= '' then
      redis.call('SET', KEYS[3], '{"atMs":' .. now .. ',' .. ARGV[3], 'PX', ARGV[4])
      if ARGV[6] ~= '' and redis.call('PTTL', KEYS[2]) > tonumber(ARGV[6]) then
        redis.call('PEXPIRE', KEYS[2], ARGV[6])
      end
    end
    for i = 4, #KEYS do
      redis.call('SET', KEYS[i], ARGV[2 * i - 1], 'PX', ARGV[2 * i])
    end
    return {'done'}`,
  // KEYS: use mark, used record, root (the record itself for none), then the entries.
  // ARGV: mark, its ttl, then payload and ttl of every entry.
  grantRestoreUse: `
    if redis.call('EXISTS', KEYS[1]) == 1 or redis.call('EXISTS', KEYS[2]) == 0 then return end
    if redis.call('EXISTS', KEYS[3]) == 0 then return end
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    for i = 4, #KEYS do
      redis.call('SET', KEYS[i], ARGV[2 * i - 5], 'PX', ARGV[2 * i - 4])
    end`,
  // KEYS: root, tombstone. ARGV: value, ttl, expected version ('' for any).
  grantPutRoot: `
    if redis.call('EXISTS', KEYS[2]) == 1 then return {'gone'} end
    if ARGV[3] ~= '' then
      local current = redis.call('GET', KEYS[1])
      if not current then return {'gone'} end
      local version = string.sub(current, 1, ${VERSION_LENGTH})
      if version ~= ARGV[3] and current ~= ARGV[1] then return {'conflict', current} end
    end
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    return {'done'}`,
  // KEYS: root, tombstone. ARGV: ttl of the tombstone.
  grantDestroyRoot: `
    local current = redis.call('GET', KEYS[1])
    redis.call('DEL', KEYS[1])
    redis.call('SET', KEYS[2], '1', 'PX', ARGV[1])
    return current`,
  // KEYS: key. ARGV: ttl, claimant.
  grantClaim: `
    local holder = redis.call('GET', KEYS[1])
    if holder then return holder == ARGV[2] and 1 or 0 end
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[1])
    return 1`,
}

declare module 'ioredis' {
  interface RedisCommander<Context> {
    grantRead(keys: number, ...args: string[]): Result<[number, ...(string | null)[]], Context>
    grantCommit(keys: number, ...args: (string | number)[]): Result<[string, string?, string?], Context>
    grantRestoreUse(keys: number, ...args: (string | number)[]): Result<null, Context>
    grantPutRoot(keys: number, ...args: (string | number)[]): Result<[string, string?], Context>
    grantDestroyRoot(keys: number, ...args: (string | number)[]): Result<string | null, Context>
    grantClaim(keys: number, ...args: (string | number)[]): Result<number, Context>
  }
}

export function createRedisStore({ redis, clock }: { redis: RedisClient; clock: Clock }): RestoringStore {
  for (const [name, lua] of Object.entries(SCRIPTS)) defineScript(redis, name, lua)
  const ttl = (expiresAtMs: number) => Math.max(1, Math.ceil(expiresAtMs - clock()))
  return {
    readToken: (key, root) => answering(() => readToken(redis, key, root)),
    readSingleUse: (key, root) => answering(() => readSingleUse(redis, key, root)),
    readRoot: (key) => answering(async () => rootOf(await redis.get(key))),
    commit: (commit) => answering(() => runCommit(redis, ttl, commit)),
    restoreUse: (restored) => answering(() => restoreUse(redis, ttl, restored)),
    putRoot: (key, root, expiresAtMs, expected) =>
      answering(async () => {
        const args = [encodeRoot(root), ttl(expiresAtMs), expected ?? '']
        return putOutcome(await redis.grantPutRoot(2, key, tombstoneOf(key), ...args))
      }),
    destroyRoot: (key, tombstoneUntilMs) =>
      answering(async () =>
        rootOf(await redis.grantDestroyRoot(2, key, tombstoneOf(key), ttl(tombstoneUntilMs))),
      ),
    remove: (key) =>
      answering(async () => {
        await redis.del(key)
      }),
    claim: (key, expiresAtMs) =>
      answering(async () => (await redis.grantClaim(1, key, ttl(expiresAtMs), randomUUID())) === 1),
  }
}

async function answering<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw unavailable(error)
  }
}

function rootOf(stored: string | null | undefined): Root | undefined {
  return stored == null ? undefined : decodeRoot(stored)
}

async function readToken(redis: RedisClient, key: string, root?: string): Promise<TokenState> {
  const [payload, stored] = await redis.mget(root === undefined ? [key] : [key, root])
  return { payload: payload ?? undefined, root: rootOf(stored) }
}

async function readSingleUse(redis: RedisClient, key: string, root?: string): Promise<SingleUse> {
  const [storeMs, payload, mark, stored] = await redis.grantRead(3, key, usedKeyOf(key), root ?? key)
  return {
    payload: payload ?? undefined,
    use: mark == null ? undefined : useOf(mark, storeMs),
    root: root === undefined ? undefined : rootOf(stored),
    at: { storeMs, steadyMs: performance.now() },
  }
}

function useOf(mark: string, nowMs: number): Use {
  const { atMs, successor } = JSON.parse(mark) as Pick<Use, 'atMs' | 'successor'>
  return { atMs, ageMs: nowMs - atMs, successor }
}

async function runCommit(
  redis: RedisClient,
  ttl: (expiresAtMs: number) => number,
  { use, root, entries }: Commit,
): Promise<CommitOutcome> {
  const anyKey = use?.key ?? root ?? entries[0]?.key
  if (anyKey === undefined) return { outcome: 'done' }
  const [only] = entries
  if (!use && !root && only && entries.length === 1) {
    await redis.set(only.key, only.payload, 'PX', ttl(only.expiresAtMs))
    return { outcome: 'done' }
  }
  const keys = [root ?? anyKey, anyKey, usedKeyOf(anyKey), ...entries.map(({ key }) => key)]
  const [outcome, earlier = '', now] = await redis.grantCommit(
    keys.length,
    ...keys,
    root ? '1' : '0',
    ...(use ? useArguments(use, ttl) : ['', '', 1, 0, '']),
    ...entries.flatMap(({ payload, expiresAtMs }) => [payload, ttl(expiresAtMs)]),
  )
  if (outcome === 'used') return { outcome, use: useOf(earlier, Number(now)) }
  return { outcome: outcome as 'done' | 'missing' | 'gone' | 'late' }
}

/** The script begins the mark with the time at which it runs. */
function useArguments(
  { nonce, successor, untilMs, forgettableAtMs, foundAt }: NewUse,
  ttl: (expiresAtMs: number) => number,
) {
  const rest = JSON.stringify({ nonce, successor }).slice(1)
  // The mark must not expire before its record, or the record would be unused again.
  const markedUntilMs = Math.min(untilMs, (forgettableAtMs ?? Infinity) + HOUR_MS)
  const kept = forgettableAtMs === undefined ? '' : ttl(forgettableAtMs)
  return [nonce, rest, ttl(markedUntilMs), notAfter(foundAt, COMMAND_TIMEOUT_MS), kept]
}

async function restoreUse(
  redis: RedisClient,
  ttl: (expiresAtMs: number) => number,
  { mark, record, root, entries }: Restored,
): Promise<void> {
  const keys = [mark.key, record, root ?? record, ...entries.map(({ key }) => key)]
  const values = [mark, ...entries].flatMap(({ payload, expiresAtMs }) => [payload, ttl(expiresAtMs)])
  await redis.grantRestoreUse(keys.length, ...keys, ...values)
}

function putOutcome([outcome, current]: [string, string?]): PutOutcome {
  if (outcome === 'conflict') return { outcome, current: decodeRoot(current ?? '') }
  return { outcome: outcome as 'done' | 'gone' }
}
