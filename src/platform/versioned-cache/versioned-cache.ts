/**
 * A cache of rows that is never trusted alone. Entries are in Redis, or in this process where there is no Redis. Each has
 * the version that its topic had in SQL. A change raises that version in its own transaction, and the change feed brings
 * it to every process within a second. So an entry that Redis should have lost is used no longer than that.
 */
import { loggableError } from '../logging/loggable-error.ts'
import type { Logger } from '../logging/log.ts'
import { countLookUps } from '../metrics/look-ups.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { ChangeFeed } from '../sql/change-feed.ts'
import type { Db } from '../sql/database.ts'
import type { Entries } from './entries.ts'
import { fenceChangesOf, topicOf } from './topics.ts'

export type CacheServices<Value> = {
  db: Db
  log: Logger
  metrics?: Metrics
  feed: Pick<ChangeFeed, 'isFresh' | 'versionOf'>
  entries: Entries<Value>
}

export type Cached<Key, Value> = {
  /** Names the cache in its topics. */
  name: string
  idOf: (key: Key) => string
  shareOf: (key: Key) => number
  /** Value and version of the topic in one statement, so that they belong together. */
  load: (db: Db, key: Key, topic: string) => Promise<Loaded<Value>>
}

export type Loaded<Value> = { value?: Value | undefined; version: number }

/** Answers a look-up, which reads SQL where nothing is cached. From here on, changes through `db` are fenced. */
export function createVersionedCache<Key, Value>(
  { db, log, feed, entries, metrics }: CacheServices<Value>,
  { name, idOf, shareOf, load }: Cached<Key, Value>,
): (key: Key) => Promise<Value | undefined> {
  fenceChangesOf(db, name, (topic, version) =>
    entries.fence(topic, version).catch((error: unknown) => {
      // The change feed still brings the version to every process within a second.
      log.warn({ err: loggableError(error), topic }, 'cache.not_fenced')
    }),
  )
  const onLookUp = countLookUps(metrics, name)
  return async (key) => {
    const [id, topic] = [idOf(key), topicOf(name, shareOf(key))]
    if (!feed.isFresh()) return (await load(db, key, topic)).value
    const entry = await entries.read(topic, id).catch(() => undefined)
    // Asked again: the read may have taken a while.
    const isCurrent = entry !== undefined && feed.isFresh() && entry.version >= feed.versionOf(topic)
    onLookUp(isCurrent)
    if (isCurrent) return entry.value
    const { value, version } = await load(db, key, topic)
    // Nobody waits for it. A failure costs the next reader a query.
    if (value !== undefined) entries.fill(topic, id, { version, value }).catch(() => undefined)
    return value
  }
}
