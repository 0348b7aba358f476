/**
 * The Redis connection: standalone, Sentinel or Cluster, chosen by the DSN's scheme. Owns timeouts and reconnection,
 * knows no key. Nothing waits longer than `commandTimeoutMs`, connected or not: callers turn the error into a 503.
 */
import { Cluster, Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'
import { parseRedisDsn } from './redis-dsn.ts'
import type { RedisDsn } from './redis-dsn.ts'

export type RedisClient = Redis | Cluster

export type RedisSettings = {
  /** The longest wait for a reply, with time in the offline queue. Default: `COMMAND_TIMEOUT_MS`. */
  commandTimeoutMs?: number
  connectTimeoutMs?: number
  /** Shown by `CLIENT LIST`. */
  name?: string
  /** Called with connection errors. The connection itself retries. */
  onError?: (error: Error) => void
}

export const COMMAND_TIMEOUT_MS = 2000

/**
 * Opens `redis://`, `rediss://` (`user:password@host:port/database`), `redis+sentinel://h1:p1,h2:p2/master-name` or
 * `redis+cluster://h1:p1,h2:p2`. Connects at once and reconnects for ever; close it with `quit()`.
 * @throws TypeError for anything else
 */
export function openRedis(dsn: string, settings: RedisSettings = {}): RedisClient {
  const parsed = parseRedisDsn(dsn)
  const client =
    parsed.scheme === 'redis+cluster' ? openCluster(parsed, settings) : openSingle(parsed, settings)
  // Without a listener ioredis prints to the console.
  client.on('error', settings.onError ?? (() => undefined))
  return client
}

/**
 * Makes the Lua script a command of this name. On a Cluster, auto-pipelining treats the first argument as the key. For a
 * script it is the number of keys, so scripts go out one by one.
 */
export function defineScript(redis: RedisClient, name: string, lua: string): void {
  redis.options.autoPipeliningIgnoredCommands?.push(name)
  redis.defineCommand(name, { lua })
}

function optionsOf({ username, password }: RedisDsn, settings: RedisSettings): RedisOptions {
  return {
    username,
    password,
    connectionName: settings.name ?? 'account-server',
    commandTimeout: settings.commandTimeoutMs ?? COMMAND_TIMEOUT_MS,
    connectTimeout: settings.connectTimeoutMs ?? 1500,
    enableAutoPipelining: true,
    // Bounds the offline queue: every second failed attempt to connect empties it with errors. So no write runs long
    // after its caller got an error.
    maxRetriesPerRequest: 1,
    retryStrategy: (attempt) => Math.min(attempt * 50, 500),
    // After a failover a former master answers READONLY: reconnect to the new one.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
  }
}

function openSingle(parsed: RedisDsn, settings: RedisSettings): Redis {
  const options = optionsOf(parsed, settings)
  if (parsed.scheme === 'redis+sentinel') {
    const [name = '', db = '0'] = parsed.path.split('/')
    return new Redis({
      ...options,
      sentinels: parsed.addresses,
      name: decodeURIComponent(name),
      db: Number(db),
      sentinelRetryStrategy: (attempt) => Math.min(attempt * 50, 500),
    })
  }
  const tls = parsed.scheme === 'rediss' ? {} : undefined
  return new Redis({ ...options, ...parsed.addresses[0], db: Number(parsed.path || 0), tls })
}

function openCluster(parsed: RedisDsn, settings: RedisSettings): Cluster {
  const { retryStrategy, enableAutoPipelining, ...redisOptions } = optionsOf(parsed, settings)
  return new Cluster(parsed.addresses, {
    redisOptions,
    enableAutoPipelining,
    clusterRetryStrategy: (attempt) => retryStrategy?.(attempt),
    slotsRefreshTimeout: 1500,
    slotsRefreshInterval: 10_000,
    retryDelayOnFailover: 100,
    retryDelayOnClusterDown: 100,
  })
}
