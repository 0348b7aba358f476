/**
 * Redis may lose acknowledged writes in a failover. So a revocation is written to SQL first and to Redis then, and told
 * to Redis again whenever the connection comes back: what was revoked stays revoked.
 */
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/database.ts'
import type { GrantStore } from './grant-store.ts'

type Needs = { db: Db; clock: Clock; store: GrantStore }

/** A failover loses seconds; a Redis restored from a snapshot loses what came after it. */
export const KEPT_MS = DAY_MS
const BATCH = 500

/** The same store, with every revocation recorded in SQL before it is carried out. */
export function recordRevocations({ db, clock, store }: Needs): GrantStore {
  return {
    ...store,
    async destroyRoot(key, tombstoneUntilMs) {
      const revokedAtMs = clock()
      await db('revocations')
        .insert({ rootKey: key, revokedAtMs })
        .onConflict('rootKey')
        .merge(['revokedAtMs'])
      return store.destroyRoot(key, tombstoneUntilMs)
    },
  }
}

/** Carries out again what was recorded, oldest first. Answers how many; safe to run in several processes at once. */
export async function reapplyRevocations({ db, clock, store }: Needs): Promise<number> {
  let done = 0
  for (let after = { revokedAtMs: clock() - KEPT_MS, rootKey: '' }; ;) {
    const rows = await nextBatch(db, after)
    await Promise.all(rows.map(({ rootKey }) => store.destroyRoot(rootKey, clock() + HOUR_MS)))
    done += rows.length
    const last = rows.at(-1)
    if (!last || rows.length < BATCH) return done
    after = last
  }
}

export async function purgeRevocations(db: Db, nowMs: number): Promise<number> {
  return db('revocations')
    .where('revokedAtMs', '<=', nowMs - KEPT_MS)
    .delete()
}

type Row = { revokedAtMs: number; rootKey: string }

async function nextBatch(db: Db, after: Row): Promise<Row[]> {
  return db<Row>('revocations')
    .select('revokedAtMs', 'rootKey')
    .where((rows) =>
      rows
        .where('revokedAtMs', '>', after.revokedAtMs)
        .orWhere((same) => same.where('revokedAtMs', after.revokedAtMs).where('rootKey', '>', after.rootKey)),
    )
    .orderBy([{ column: 'revokedAtMs' }, { column: 'rootKey' }])
    .limit(BATCH)
}
