/** Everything the nouns of an account need, on each database: real SQL and outbox, a clock that tests move. */
import { createAccountCache } from '../../src/account-cache/account-cache.ts'
import { createTokenStatuses } from '../../src/grant-store/token-statuses.ts'
import { NO_METRICS } from '../../src/platform/metrics/metrics.ts'
import { createMemoryEntries } from '../../src/platform/versioned-cache/memory-entries.ts'
import { createBlockedAttempts } from '../../src/attempts/blocked-attempts.ts'
import { createHasher } from '../../src/passwords/hashing.ts'
import type { EndedAccess } from '../../src/grant-store/access-endings.ts'
import { addAccount } from '../../src/accounts/operator/operator-account.ts'
import type { AddedAccount } from '../../src/accounts/operator/operator-account.ts'
import type { MailRequest } from '../../src/outbox/mail-request.ts'
import { createOutbox, sealContext } from '../../src/outbox/outbox.ts'
import { createSqlStore } from '../../src/grant-store/sql-store.ts'
import { withoutQueryDeadline } from '../../src/platform/sql/mysql-connection.ts'
import { createLogger } from '../../src/platform/logging/log.ts'
import { createChangeFeed } from '../../src/platform/sql/change-feed.ts'
import { loadConfig } from '../../src/settings/config.ts'
import { createSealer, deriveKey } from '../../src/platform/tokens.ts'
import { DATABASES } from '../platform/change-feed-databases.ts'
import type { MigratedDatabase } from '../platform/change-feed-databases.ts'

export const ISSUER = 'https://accounts.example'
export const PASSWORD = 'vault-otter-72 lamp'

export type World = ReturnType<typeof createWorld>

const config = loadConfig(
  {
    ACCOUNT_SERVER_ISSUER: ISSUER,
    ACCOUNT_SERVER_SERVER_NAME: 'Example Accounts',
    ACCOUNT_SERVER_TOKEN_SECRET_KEY: 'a-secret-of-more-than-thirty-two-characters',
    ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: 'smtps://mail.example',
  },
  { persist: false },
)
const sealer = createSealer([deriveKey('test', 'data')])
// Cheap, so that tests spend their time elsewhere.
export const CHEAP = { memoryKib: 256, passes: 1, lanes: 1 }

function createWorld({ db, drop }: MigratedDatabase) {
  let now = Date.UTC(2026, 0, 5, 12)
  const clock = () => now
  const ended: EndedAccess[] = []
  const outbox = createOutbox({ sealer, clock })
  const log = createLogger('silent', 'test')
  const feed = createChangeFeed({ db, clock, log })
  const needs = {
    config,
    db,
    clock,
    sealer,
    outbox,
    log,
    metrics: NO_METRICS,
    store: createSqlStore({ db, clock }),
    feed,
    accountCache: createAccountCache({ db, log, feed, entries: createMemoryEntries() }),
    tokenStatuses: createTokenStatuses({ db, log, feed, entries: createMemoryEntries() }),
    hasher: createHasher({ ...CHEAP, maxWaiting: 1000 }),
    blocked: createBlockedAttempts(),
    places: { of: () => undefined },
    noteEnded: () => Promise.resolve(),
    revokeAccess: async (access: EndedAccess) => {
      ended.push(access)
    },
  }
  /** The mails that were committed, oldest first. */
  async function mails(): Promise<MailRequest[]> {
    const rows: { id: string; topic: string; payload: string }[] = await db('outbox_messages')
      .select('id', 'topic', 'payload')
      .orderBy('id')
    return rows.map(
      ({ id, topic, payload }) =>
        JSON.parse(sealer.open(payload, sealContext(id, topic)) ?? 'null') as MailRequest,
    )
  }

  return {
    db,
    needs,
    /** What was handed to the grant store to revoke. */
    ended,
    advance: (milliseconds: number) => {
      now += milliseconds
    },
    mails,
    lastMail: async (): Promise<{ template: string; to: string; token: string; code: string }> => {
      const mail = (await mails()).at(-1)
      if (!mail) throw new Error('no mail was written')
      const data = mail.data as { link?: string; code?: string }
      const token = new URL(data.link ?? ISSUER).searchParams.get('token') ?? ''
      return { template: mail.template, to: mail.to, token, code: data.code ?? '' }
    },
    add: (given: Partial<AddedAccount> & { email: string }) =>
      addAccount(needs, { password: PASSWORD, verified: true, actor: 'cli', ...given }),
    count: async (table: string): Promise<number> => {
      const rows: { n: number | string }[] = await db(table).count({ n: '*' })
      return Number(rows[0]?.n)
    },
    empty: async (): Promise<void> => {
      // Thousands of accounts take a busy machine longer than a query of a request may.
      await withoutQueryDeadline(async () => {
        for (const table of ['accounts', 'groups', 'attempt_buckets', 'audit_events', 'outbox_messages'])
          await db(table).delete()
      })
      ended.length = 0
      needs.blocked = createBlockedAttempts()
    },
    close: drop,
  }
}

/** `body` for each database, with a world that is empty before each test. */
export function onEachDatabase(title: string, body: (world: () => World) => void): void {
  onDatabases(DATABASES, title, body)
}

/** On SQLite alone, for what takes long and says nothing about a database. */
export function onSqlite(title: string, body: (world: () => World) => void): void {
  onDatabases(DATABASES.slice(0, 1), title, body)
}

function onDatabases(databases: typeof DATABASES, title: string, body: (world: () => World) => void): void {
  for (const { name, open } of databases) {
    describe(`${title} on ${name}`, () => {
      let world: World
      before(async () => {
        world = createWorld(await open())
      })
      beforeEach(async () => world.empty())
      after(async () => world.close())
      body(() => world)
    })
  }
}

export async function rejection(promise: Promise<unknown>): Promise<{ code?: string; status?: number }> {
  try {
    await promise
  } catch (error) {
    return error as { code?: string; status?: number }
  }
  throw new Error('was expected to be rejected')
}
