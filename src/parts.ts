/** The long-lived parts of a process: connections, keys, queues. Built once from the configuration and passed on. */
import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { createHasher } from './accounts/hashing.ts'
import type { Hasher } from './accounts/hashing.ts'
import type { Config } from './config.ts'
import { createLogoutSink } from './logout-sink.ts'
import { createAccessEndings, createEndedSink, ENDED_TOPIC } from './oidc/access-endings.ts'
import { createMailboxTransport } from './mail/mailbox.ts'
import { createMailer } from './mail/mailer.ts'
import type { MailTransport } from './mail/mail-transport.ts'
import { createSmtpTransport } from './mail/smtp-transport.ts'
import { announceEndings } from './oidc/logout/announced-endings.ts'
import { LOGOUT_TOPIC } from './oidc/logout/logout-notice.ts'
import { createPingSink, PING_TOPIC } from './oidc/ciba/ping.ts'
import { waitForCatchUp, watchForLosses } from './oidc/store/caught-up.ts'
import { reapplyRevocations, recordRevocations } from './oidc/store/recorded-revocations.ts'
import { reapplyUses, recordUses } from './oidc/store/recorded-uses.ts'
import { createRedisStore } from './oidc/store/redis-store.ts'
import { createSqlStore } from './oidc/store/sql-store.ts'
import { revokeStatuses } from './oidc/status-list/revoked-statuses.ts'
import { createOutbox, MAIL_TOPIC } from './outbox/outbox.ts'
import { createRelay } from './outbox/relay.ts'
import type { Sink } from './outbox/sink.ts'
import { createChangeFeed } from './platform/change-feed.ts'
import { systemClock } from './platform/clock.ts'
import type { Clock } from './platform/clock.ts'
import { openDatabase } from './platform/database.ts'
import type { Db } from './platform/database.ts'
import { createGuardedFetch } from './platform/guarded-fetch.ts'
import { createLogFile } from './platform/log-file.ts'
import { createLogger } from './platform/log.ts'
import type { Logger } from './platform/log.ts'
import { openRedis } from './platform/redis.ts'
import { createSealer } from './platform/tokens.ts'
import type { Sealer } from './platform/tokens.ts'
import { createUpkeep } from './upkeep.ts'

export type Parts = Awaited<ReturnType<typeof createParts>>

/** Opens everything and waits for nothing: a database that is away shows when it is first asked. */
export async function createParts(config: Config, clock: Clock = systemClock) {
  if (!config.database.mysqlDsn) await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const log = openLog(config, clock)
  const db = openDatabase(config.database)
  const { redis, store: kept, catchUp } = openGrantStore({ config, db, clock, log })
  const sealer = createSealer(config.keys.data)
  const logout = createLogoutSink(() => parts)
  const ended = createEndedSink(() => createAccessEndings(parts))
  const worker = createWorker({ config, db, clock, log, sealer, logout, ended })
  const outbox = createOutbox({ sealer, clock, onCommitted: worker.relay.wake })
  const store = announceEndings({ db, clock, outbox, store: revokeStatuses({ db, store: kept }) })
  const feed = createChangeFeed({ db, log, clock })
  const parts = {
    config,
    clock,
    log,
    db,
    redis,
    store,
    /** Tells Redis again what was revoked and used up, in case it forgot. */
    catchUp,
    sealer,
    outbox,
    hasher: openHasher(config),
    feed,
    relay: worker.relay,
    /** True from the signal to stop on. */
    draining: false,
    startWorker: () => worker.start(),
    stopWorker: () => worker.stop(),
    async close() {
      await feed.stop()
      redis?.disconnect()
      await db.destroy()
    },
  }
  return parts
}

function openHasher({ accounts, workers }: Config): Hasher {
  return createHasher({
    memoryKib: accounts.hashMemoryKib,
    passes: accounts.hashPasses,
    maxRunning: Math.max(1, Math.floor(availableParallelism() / workers)),
    maxWaiting: accounts.hashQueueLength,
  })
}

type WorkerNeeds = {
  config: Config
  db: Db
  clock: Clock
  log: Logger
  sealer: Sealer
  logout: Sink
  ended: Sink
}

function createWorker({ config, db, clock, log, sealer, logout, ended }: WorkerNeeds) {
  const transport = mailTransport({ config, db, clock })
  const { issuer: publicUrl, serverName, mail } = config
  const mailer = createMailer({ transport, from: mail.from, serverName, publicUrl, clock })
  const pings = createPingSink({ fetch: createGuardedFetch(config.guard), clock })
  const relay = createRelay({
    db,
    clock,
    log,
    sealer,
    sinks: { [MAIL_TOPIC]: mailer, [LOGOUT_TOPIC]: logout, [PING_TOPIC]: pings, [ENDED_TOPIC]: ended },
  })
  const upkeep = createUpkeep({ db, clock, log, config, sealer })
  let running = false
  return {
    relay,
    start() {
      running = true
      relay.start()
      upkeep.start()
    },
    async stop() {
      if (running) await Promise.all([relay.stop(), upkeep.stop()])
      running = false
      transport.close()
    },
  }
}

function mailTransport({ config, db, clock }: Pick<WorkerNeeds, 'config' | 'db' | 'clock'>): MailTransport {
  const { smtpUrl, smtpUser, smtpPassword, mailbox } = config.mail
  if (mailbox || !smtpUrl) return createMailboxTransport({ db, clock })
  return createSmtpTransport({ url: smtpUrl, user: smtpUser, password: smtpPassword })
}

/** Redis where it is configured, else the SQL database. */
function openGrantStore({ config, db, clock, log }: Omit<WorkerNeeds, 'sealer' | 'logout' | 'ended'>) {
  if (!config.redisDsn)
    return { redis: undefined, store: createSqlStore({ db, clock }), catchUp: () => Promise.resolve() }
  const redis = openRedis(config.redisDsn, { onError: (error) => log.warn({ err: error }, 'redis.error') })
  const inRedis = createRedisStore({ redis, clock })
  const losses = watchForLosses({
    redis,
    log,
    tellRevocations: () => reapplyRevocations({ db, clock, store: inRedis }),
    tellUses: () => reapplyUses(db, { clock, store: inRedis }),
  })
  const recording = recordUses({ db, log, store: waitForCatchUp(inRedis, losses) })
  return { redis, store: recordRevocations({ db, clock, store: recording }), catchUp: losses.catchUp }
}

function openLog({ log }: Config, clock: Clock): Logger {
  const destination = log.dir ? createLogFile(log.dir, log.prefix, clock) : undefined
  return createLogger({ level: log.level, name: log.prefix, ...(destination ? { destination } : {}) })
}
