/**
 * Redis may lose acknowledged writes in a failover. So a revocation is written to SQL first and then to Redis. It is
 * replayed to Redis after every reconnection: revoked grants stay revoked.
 */
import { HOUR_MS } from '../platform/clock.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/sql/database.ts'
import type { GrantStore } from './grant-store.ts'
import { purgeRecorded, recordedRows } from './recorded-rows.ts'
import type { RecordTable } from './recorded-rows.ts'

const REVOCATIONS: RecordTable = { table: 'revocations', time: 'revokedAtMs', key: 'rootKey', columns: [] }

/** The same store, with every revocation recorded in SQL before it is carried out. */
export function recordRevocations(db: Db, store: GrantStore, clock: Clock): GrantStore {
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

/** Replays the recorded revocations, oldest first. Answers how many. Several processes may run it at once. */
export async function reapplyRevocations(db: Db, store: GrantStore, clock: Clock): Promise<number> {
  let done = 0
  for await (const rows of recordedRows<{ rootKey: string }>(db, REVOCATIONS, clock())) {
    await Promise.all(rows.map(({ rootKey }) => store.destroyRoot(rootKey, clock() + HOUR_MS)))
    done += rows.length
  }
  return done
}

export async function purgeRevocations(db: Db, nowMs: number, limit?: number): Promise<number> {
  return purgeRecorded(db, REVOCATIONS, nowMs, limit)
}
