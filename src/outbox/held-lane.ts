/**
 * Which worker delivers a lane, and how long the lane waits after failures. Owns the table `outbox_lanes`. One holder at a
 * time keeps the order of messages; a holder that dies loses the lane when its lease runs out.
 */
import type { Db } from '../platform/sql/database.ts'

type Holder = { topic: string; owner: string; nowMs: number; leaseMs: number }

/** Takes or renews the lane. False while another worker holds it or the lane waits. */
export async function holdLane(db: Db, holder: Holder): Promise<boolean> {
  if (await take(db, holder)) return true
  const { topic } = holder
  await db('outbox_lanes').insert({ topic }).onConflict('topic').ignore()
  return take(db, holder)
}

async function take(db: Db, { topic, owner, nowMs, leaseMs }: Holder): Promise<boolean> {
  const taken: number = await db('outbox_lanes')
    .where({ topic })
    .where('pausedUntilMs', '<=', nowMs)
    .where((free) => void free.where({ owner }).orWhere('leasedUntilMs', '<=', nowMs))
    .update({ owner, leasedUntilMs: nowMs + leaseMs })
  return taken === 1
}

/** Keeps the lane during a long delivery. */
export async function renewLane(db: Db, { topic, owner, nowMs, leaseMs }: Holder): Promise<void> {
  await db('outbox_lanes')
    .where({ topic, owner })
    .update({ leasedUntilMs: nowMs + leaseMs })
}

/** Lets another worker take the lane at once. */
export async function releaseLane(db: Db, topic: string, owner: string): Promise<void> {
  await db('outbox_lanes').where({ topic, owner }).update({ leasedUntilMs: 0 })
}

export type LaneState = { topic: string; failures: number; pausedUntilMs: number; lastError: string | null }

/** Consecutive failures of the lane, zero after a success. */
export async function readLane(db: Db, topic: string): Promise<LaneState | undefined> {
  return db('outbox_lanes').where({ topic }).first('topic', 'failures', 'pausedUntilMs', 'lastError')
}

export async function recordLane(db: Db, { topic, ...state }: LaneState): Promise<void> {
  await db('outbox_lanes').where({ topic }).update(state)
}

/** For a lane that is gone: its messages and its state. */
export async function removeLane(db: Db, topic: string): Promise<void> {
  await db('outbox_messages').where({ topic }).delete()
  await db('outbox_lanes').where({ topic }).delete()
}
