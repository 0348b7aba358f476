/**
 * What the protocol needs of an account, without a query: its claims, and whether it may act. Entries are in Redis, or in
 * this process where there is no Redis. Every entry carries the version that its account had in SQL. A change raises
 * the version in its own transaction, and the change feed brings it to every process within a second. So an entry that
 * Redis should have lost is used no longer than that. Owns the cached columns; pages and changes read SQL themselves.
 */
import { loggableError } from '../platform/logging/loggable-error.ts'
import type { Logger } from '../platform/logging/log.ts'
import type { ChangeFeed } from '../platform/sql/change-feed.ts'
import type { Db } from '../platform/sql/database.ts'
import { accountTopic, fenceChangesOf } from './changed-account.ts'
import type { Entries } from './entries.ts'
import { KNOWN_COLUMNS } from './known-account.ts'
import type { KnownAccount } from './known-account.ts'

export type AccountCache = {
  /** The account, disabled or not. Nothing where it was deleted. Reads SQL where it is not cached. */
  find: (id: string) => Promise<KnownAccount | undefined>
}

type Needs = {
  db: Db
  log: Logger
  feed: Pick<ChangeFeed, 'isFresh' | 'versionOf'>
  entries: Entries
}

/** From here on, changes through `db` are fenced in `entries`. */
export function createAccountCache({ db, log, feed, entries }: Needs): AccountCache {
  fenceChangesOf(db, (id, version) =>
    entries.fence(id, version).catch((error: unknown) => {
      // The change feed still brings the version to every process within a second.
      log.warn({ err: loggableError(error) }, 'account-cache.not_fenced')
    }),
  )
  return {
    async find(id) {
      const topic = accountTopic(id)
      if (!feed.isFresh()) return (await load(db, id, topic)).account
      const entry = await entries.read(id).catch(() => undefined)
      // Asked again: the read may have taken a while.
      if (entry && feed.isFresh() && entry.version >= feed.versionOf(topic)) return entry.account
      const { account, version } = await load(db, id, topic)
      // Nobody waits for it. A failure costs the next reader a query.
      if (account) entries.fill(id, version, account).catch(() => undefined)
      return account
    },
  }
}

type Loaded = { account?: KnownAccount | undefined; version: number }

/** Account and version in one statement, so that they belong together. */
async function load(db: Db, id: string, topic: string): Promise<Loaded> {
  const row: (KnownAccount & { topicVersion: number | null }) | undefined = await db('accounts')
    .leftJoin('changes', (on) => on.onVal('changes.topic', topic))
    .where({ 'accounts.id': id })
    .first(...KNOWN_COLUMNS.map((column) => `accounts.${column}`), 'changes.version as topicVersion')
  if (!row) return { version: 0 }
  const { topicVersion, ...account } = row
  return { account, version: Number(topicVersion ?? 0) }
}
