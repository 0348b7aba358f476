/**
 * Redis may lose acknowledged writes in a failover, and more after a restore from a snapshot. Then a redeemed code
 * could be redeemed again. A rotated refresh token would be valid again, while its successor would not. So each use is
 * recorded in SQL before the response is sent, with the refresh token that it issued. After a loss it is replayed to
 * Redis (`caught-up.ts`).
 */
import { z } from 'zod'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/sql/database.ts'
import { within } from '../platform/deadline.ts'
import { loggableError } from '../platform/logging/loggable-error.ts'
import type { Logger } from '../platform/logging/log.ts'
import { notAfter, usedKeyOf } from './grant-store.ts'
import type { Commit, Entry, GrantStore, NewUse } from './grant-store.ts'
import { purgeRecorded, recordedRows } from './recorded-rows.ts'
import type { RecordTable } from './recorded-rows.ts'
import { isRefreshTokenKey } from './token-ids.ts'

/** The replay of a use. It changes nothing that Redis still has. */
export type Restored = {
  /** The use mark, under the condition that the used record is there. */
  mark: Entry
  record: string
  root?: string | undefined
  entries: Entry[]
}
export type RestoringStore = GrantStore & { restoreUse: (restored: Restored) => Promise<void> }

const USES: RecordTable = {
  table: 'recorded_uses',
  time: 'usedAtMs',
  key: 'recordKey',
  columns: ['rootKey', 'content', 'untilMs'],
}
/** A write to Redis is not undone when SQL is slow or down. A use is lost only if both fail at once. */
const RECORDED_WITHIN_MS = 1000

/** The same store, which records every use in SQL after it succeeded. */
export function recordUses({ db, log, store }: { db: Db; log: Logger } & { store: GrantStore }): GrantStore {
  return {
    ...store,
    async commit(commit) {
      const outcome = await store.commit(commit)
      if (commit.use && outcome.outcome === 'done') await record({ db, log }, commit, commit.use)
      return outcome
    },
  }
}

async function record(
  { db, log }: { db: Db; log: Logger },
  { root, entries }: Commit,
  use: NewUse,
): Promise<void> {
  const { key, nonce, successor, untilMs } = use
  const usedAtMs = notAfter(use.foundAt, 0)
  const content: Content = {
    mark: { atMs: usedAtMs, nonce, successor },
    entries: entries
      .filter((entry) => isRefreshTokenKey(entry.key))
      .map(({ key: entryKey, payload, expiresAtMs }) => ({ key: entryKey, payload, expiresAtMs })),
  }
  const row = { recordKey: key, rootKey: root ?? null, content: JSON.stringify(content), usedAtMs, untilMs }
  const insert = db('recorded_uses').insert(row).onConflict('recordKey').merge()
  await within(RECORDED_WITHIN_MS, insert, tooSlow).catch((error: unknown) =>
    log.error({ err: loggableError(error) }, 'redis.use_not_recorded'),
  )
}

/** Replays the uses of the last day to Redis, oldest first. Answers how many. Several processes may run it at once. */
export async function reapplyUses(
  db: Db,
  { clock, store }: { clock: Clock; store: RestoringStore },
): Promise<number> {
  let done = 0
  for await (const rows of recordedRows<Row>(db, USES, clock())) {
    const alive = rows.filter(({ untilMs }) => Number(untilMs) > clock())
    // Redis runs them in this order: a chain of rotations is replayed from its beginning.
    await Promise.all(alive.map((row) => store.restoreUse(toRestored(row))))
    done += alive.length
  }
  return done
}

export async function purgeUses(db: Db, nowMs: number, limit?: number): Promise<number> {
  return purgeRecorded(db, USES, nowMs, limit)
}

type Row = { recordKey: string; rootKey: string | null; content: string; untilMs: number }

const contentSchema = z.object({
  mark: z.object({ atMs: z.number(), nonce: z.string(), successor: z.string().optional() }),
  entries: z.array(z.object({ key: z.string(), payload: z.string(), expiresAtMs: z.number() })),
})
type Content = z.output<typeof contentSchema>

function toRestored({ recordKey, rootKey, content, untilMs }: Row): Restored {
  const { mark, entries } = contentSchema.parse(JSON.parse(content))
  const payload = JSON.stringify(mark)
  return {
    mark: { key: usedKeyOf(recordKey), payload, expiresAtMs: Number(untilMs) },
    record: recordKey,
    root: rootKey ?? undefined,
    entries,
  }
}

const tooSlow = () => new Error('SQL did not answer in time')
