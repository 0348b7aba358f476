/** The service that sends the events of the bench: its database, its writers in this process, and a worker that can be killed. */
import { join } from 'node:path'
import { createAccount } from '../src/accounts/account.ts'
import { updateProfile } from '../src/accounts/profile.ts'
import { recordAudit } from '../src/audit/audit.ts'
import { createWebhook } from '../src/event-sinks/webhooks/webhooks.ts'
import { EVENT_TOPICS } from '../src/events/lanes.ts'
import { inTransaction } from '../src/platform/sql/database.ts'
import { migrate } from '../src/platform/sql/migrate.ts'
import { createParts } from '../src/process/start/parts.ts'
import { loadConfig } from '../src/settings/config.ts'
import { dataFolder, freePort, launch, outerEnvironment, pause } from '../test/support/service-process.ts'
import { createDatabase, startRedis } from '../test/support/services.ts'
import { startRabbit, startStream, startWebhook } from './event-receivers.ts'
import type { EventReceiver } from './event-receivers.ts'

export type EventService = Awaited<ReturnType<typeof startEventService>>

const WRITERS = 8
const MAIN = join(import.meta.dirname, '../src/main.ts')
const PASSWORD_HASH = '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'

export type EventServiceOptions = {
  /** So many accounts change. */
  people: number
  /** Whether there is RabbitMQ too, which takes seconds to start. */
  rabbitmq: boolean
}

export async function startEventService({ people: count, rabbitmq }: EventServiceOptions) {
  const [database, redis, stream, webhook, rabbit] = await Promise.all([
    createDatabase(),
    startRedis(),
    startStream(),
    startWebhook(),
    rabbitmq ? startRabbit() : undefined,
  ])
  const receivers: EventReceiver[] = [webhook, stream, ...(rabbit ? [rabbit] : [])]
  const env = await environment({ mysql: database.dsn, redis: redis.url, receivers })
  const parts = await createParts(loadConfig(env))
  await migrate(parts.db)
  await createWebhook(parts, { url: webhook.url, description: 'bench', eventTypes: [] })
  const people: string[] = []
  let turn = 0

  async function addPerson(): Promise<string> {
    return inTransaction(parts.db, async (trx) => {
      const nowMs = parts.clock()
      const email = `person-${(turn += 1)}@example.org`
      const { id } = await createAccount(trx, { email, name: 'Ada', passwordHash: PASSWORD_HASH }, nowMs)
      await recordAudit(trx, { atMs: nowMs, action: 'account.registered', actor: id, accountId: id })
      people.push(id)
      return id
    })
  }

  for (let one = 0; one < count; one += 1) await addPerson()
  return {
    receivers,
    addPerson,
    /** Records so many events, those of one person one after the other. */
    write: (events: number) => write(parts, people.slice(0, count), events),
    startWorker: () => startWorker(env),
    /** How many events there are, delivered or not. */
    async recorded(): Promise<number> {
      const [row] = await parts
        .db('outbox_messages')
        .where({ topic: EVENT_TOPICS.redis })
        .count({ count: '*' })
      return Number(row?.['count'])
    },
    /** For short runs: as if the leases of a dead worker had run out. */
    expireLeases: async () => void (await parts.db('outbox_lanes').update({ leasedUntilMs: 0 })),
    async stop() {
      await parts.close()
      await Promise.all(receivers.map(({ stop }) => stop()))
      await Promise.all([redis.stop(), database.drop()])
    },
  }
}

type Needs = { mysql: string; redis: string; receivers: readonly EventReceiver[] }

async function environment({ mysql, redis, receivers }: Needs): Promise<Record<string, string>> {
  return {
    ...outerEnvironment(),
    ACCOUNT_SERVER_ISSUER: `http://localhost:${await freePort()}`,
    ACCOUNT_SERVER_MYSQL_DSN: mysql,
    ACCOUNT_SERVER_REDIS_DSN: redis,
    ACCOUNT_SERVER_TOKEN_SECRET_KEY: 'a secret of the bench, long enough to be one',
    ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: 'smtp://127.0.0.1:9',
    ACCOUNT_SERVER_DATA_DIR: dataFolder('bench-events'),
    ...Object.assign({}, ...receivers.map(({ env }) => env)),
  }
}

type Parts = Awaited<ReturnType<typeof createParts>>

async function write({ db, clock }: Parts, people: readonly string[], count: number): Promise<void> {
  let left = count
  const share = Math.ceil(people.length / WRITERS)
  const writer = async (own: readonly string[]): Promise<void> => {
    for (let at = 0; left > 0; at += 1) {
      left -= 1
      const id = own[at % own.length] ?? ''
      await inTransaction(db, (trx) =>
        updateProfile(trx, id, { name: `Ada ${left}` }, clock(), { actor: id }),
      )
    }
  }
  await Promise.all(
    Array.from({ length: WRITERS }, (_, one) => writer(people.slice(one * share, (one + 1) * share))),
  )
}

async function startWorker(env: Record<string, string>) {
  const { stop } = await launch({
    command: process.execPath,
    args: [MAIN, '--role', 'worker'],
    ports: [],
    env,
  })
  return { kill: stop }
}

/** Waits for a condition, for at most `limitMs`. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  limitMs: number,
  what: string,
): Promise<void> {
  for (const untilMs = performance.now() + limitMs; !(await condition()); await pause(10))
    if (performance.now() > untilMs) throw new Error(`waited ${limitMs / 1000} s for ${what}`)
}
