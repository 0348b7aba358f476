/**
 * Builds the services of a process from the configuration: connections, keys, queues. Features say what they are used
 * for.
 */
import { availableParallelism } from 'node:os'
import type { DestinationStream } from 'pino'
import { createAccountCache, sealedAccounts } from '../../account-cache/account-cache.ts'
import { createHasher } from '../../passwords/hashing.ts'
import type { Hasher } from '../../passwords/hashing.ts'
import type { Config } from '../../settings/config.ts'
import { createBlockedAttempts, LIMITS_TOPIC } from '../../attempts/blocked-attempts.ts'
import { recordEventsOf } from '../../events/events.ts'
import type { Feature } from '../../feature.ts'
import { FEATURES } from '../../features.ts'
import { createAccessEndings } from '../../grant-store/access-endings.ts'
import { waitForCatchUp, watchForLosses } from '../../grant-store/caught-up.ts'
import { reapplyRevocations, recordRevocations } from '../../grant-store/recorded-revocations.ts'
import { reapplyUses, recordUses } from '../../grant-store/recorded-uses.ts'
import { createRedisStore } from '../../grant-store/redis-store.ts'
import { createSqlStore } from '../../grant-store/sql-store.ts'
import { createTokenStatuses, PLAIN_STATUSES } from '../../grant-store/token-statuses.ts'
import { withEndings } from '../../grant-store/endings.ts'
import type { Ending } from '../../grant-store/endings.ts'
import { createOutbox } from '../../outbox/outbox.ts'
import { createPlaces } from '../../places/places.ts'
import { createChangeFeed } from '../../platform/sql/change-feed.ts'
import { systemClock } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import { withStatementLog } from '../../platform/sql/statement-log.ts'
import { openDatabase } from '../../platform/sql/database.ts'
import type { Db } from '../../platform/sql/database.ts'
import { openRedis } from '../../platform/redis/redis.ts'
import type { RedisClient } from '../../platform/redis/redis.ts'
import type { Tracing } from '../../platform/tracing/tracing.ts'
import { traceStatements } from '../../platform/sql/traced-statements.ts'
import { tracedEntries } from '../../platform/versioned-cache/traced-entries.ts'
import { tracedHasher } from '../../passwords/traced-hashing.ts'
import { measureStatements } from '../../platform/sql/measured-statements.ts'
import { measuredStore } from '../../grant-store/measured-store.ts'
import { measureHashing } from '../../passwords/hash-metrics.ts'
import { auditEventsOf } from '../../audit/audited-events.ts'
import { countSignInsOf } from '../../audit/sign-in-metrics.ts'
import { createSealer } from '../../platform/tokens.ts'
import { createMemoryEntries } from '../../platform/versioned-cache/memory-entries.ts'
import { createRedisEntries } from '../../platform/versioned-cache/redis-entries.ts'
import type { Codec } from '../../platform/versioned-cache/redis-entries.ts'
import type { Services } from '../../services.ts'
import { startStatistics } from '../../statistics/writer.ts'
import type { StatisticsWriter } from '../../statistics/writer.ts'
import { openWatching } from './watching.ts'

export type Parts = Awaited<ReturnType<typeof createParts>>

/**
 * Opens everything without waiting. A database that is down shows at its first query. `terminal` gets each line of the log
 * as well, or in place of standard output.
 */
export async function createParts(config: Config, clock: Clock = systemClock, terminal?: DestinationStream) {
  const watching = await openWatching(config, clock, terminal)
  const { log, metrics, tracing } = watching
  const db = openMeasured({ config, log, metrics, tracing })
  const { redis, store: kept, catchUp } = openGrantStore({ config, db, clock, log })
  const sealer = createSealer(config.keys.data)
  const waiting: (() => void)[] = []
  const terms = { sealer, clock, tracing, key: config.keys.index }
  const outbox = createOutbox(terms, () => waiting.forEach((heard) => heard()))
  const endings: Ending[] = []
  const store = withEndings(measuredStore(kept, redis ? 'redis' : 'sql', { metrics, tracing }), endings)
  const feed = createChangeFeed({ db, log, clock })
  const services = {
    config,
    clock,
    log,
    metrics,
    db,
    store,
    sealer,
    outbox,
    ...openTools({ config, clock, log, metrics, tracing }),
    blocked: openBlocked(feed),
    feed,
    ...openCaches({ config, db, log, feed, metrics, tracing }, redis),
    ...createAccessEndings({ store, clock }, outbox),
  }
  const statistics = startStatistics(services, watching.tally)
  return {
    ...services,
    ...watching,
    features: openFeatures(services, endings),
    redis,
    statistics,
    /** Repeats to Redis what was revoked and used up, in case it lost that. */
    catchUp,
    /** Calls back after each message that this process committed to the outbox. */
    onCommitted: (heard: () => void) => void waiting.push(heard),
    /** True after the signal to stop. */
    draining: false,
    close: () => close({ feed, redis, db, tracing, statistics }),
  }
}

type Traced<Name extends keyof Services> = Pick<Services, Name> & { tracing: Tracing }

/** What the features add to the endings. From here on, events are recorded for their lanes. */
function openFeatures(services: Services, endings: Ending[]): readonly Feature[] {
  const features = FEATURES.map((build) => build(services))
  endings.push(...features.flatMap(({ onEnd = [] }) => onEnd))
  const { config, db, outbox, clock } = services
  const lanes = features.flatMap(({ eventLanes = [] }) => eventLanes)
  auditEventsOf(db, { clock })
  recordEventsOf(db, { ...config.events, issuer: config.issuer, outbox, clock, lanes })
  return features
}

function openMeasured({ config, log, metrics, tracing }: Traced<'config' | 'log' | 'metrics'>): Db {
  const db = withStatementLog(openDatabase(config.database), log)
  measureStatements(db, metrics)
  traceStatements(db, tracing)
  countSignInsOf(db, metrics)
  return db
}

async function close({
  feed,
  redis,
  db,
  tracing,
  statistics,
}: Traced<'feed' | 'db'> & { redis: RedisClient | undefined; statistics: StatisticsWriter }) {
  await feed.stop()
  await statistics.stop()
  redis?.disconnect()
  await db.destroy()
  await tracing.close()
}

function openTools({ config, clock, log, metrics, tracing }: Traced<'config' | 'clock' | 'log' | 'metrics'>) {
  const onUnreadable = (err: unknown) => log.warn({ err }, 'places.unreadable')
  const hasher = tracedHasher(openHasher(config), tracing)
  measureHashing(hasher, metrics)
  return { hasher, places: createPlaces(config.places, { clock, onUnreadable }) }
}

/** What is known to be blocked, until an operator clears a limit. */
function openBlocked(feed: Services['feed']): Services['blocked'] {
  const blocked = createBlockedAttempts()
  feed.on(LIMITS_TOPIC, blocked.forget)
  return blocked
}

function openHasher({ accounts, workers }: Config): Hasher {
  return createHasher({
    memoryKib: accounts.hashMemoryKib,
    passes: accounts.hashPasses,
    // One core stays free for the event loops, so that tokens are issued while all others hash passwords.
    maxRunning: Math.max(1, Math.floor((availableParallelism() - 1) / workers)),
    maxWaiting: accounts.hashQueueLength,
  })
}

/** Redis where it is configured, else the SQL database. */
function openGrantStore({ config, db, clock, log }: Pick<Services, 'config' | 'db' | 'clock' | 'log'>) {
  if (!config.redisDsn)
    return { redis: undefined, store: createSqlStore({ db, clock }), catchUp: () => Promise.resolve() }
  const redis = openRedis(config.redisDsn, { onError: (error) => log.warn({ err: error }, 'redis.error') })
  const inRedis = createRedisStore({ redis, clock })
  const losses = watchForLosses(redis, log, {
    tellRevocations: () => reapplyRevocations(db, inRedis, clock),
    tellUses: () => reapplyUses(db, { clock, store: inRedis }),
  })
  const recording = recordUses({ db, log, store: waitForCatchUp(inRedis, losses) })
  return { redis, store: recordRevocations(db, recording, clock), catchUp: losses.catchUp }
}

/** In Redis with the grant store. A key of its own seals accounts there, because they are personal data. */
function openCaches(
  { config, ...services }: Traced<'config' | 'db' | 'log' | 'feed' | 'metrics'>,
  redis: RedisClient | undefined,
): Pick<Services, 'accountCache' | 'tokenStatuses'> {
  const accounts = sealedAccounts(createSealer(config.keys.accountCache))
  const entries = <Value extends object | true>(codec: Codec<Value>) =>
    redis ? tracedEntries(createRedisEntries(redis, codec), services.tracing) : createMemoryEntries<Value>()
  return {
    accountCache: createAccountCache({ ...services, entries: entries(accounts) }),
    tokenStatuses: createTokenStatuses({ ...services, entries: entries(PLAIN_STATUSES) }),
  }
}
