/**
 * Delivers one lane in order, a batch at a time. A message that fails waits, and later ones of its key with it; others go
 * on. While no message gets through, the whole lane waits, so that a receiver that is away is asked seldom.
 */
import { randomUUID } from 'node:crypto'
import { MINUTE_MS, SECOND_MS } from '../platform/clock.ts'
import type { Clock } from '../platform/clock.ts'
import { within } from '../platform/deadline.ts'
import type { Logger } from '../platform/logging/log.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'
import type { Db } from '../platform/sql/database.ts'
import type { Sealer } from '../platform/tokens.ts'
import { backoffMs } from '../platform/backoff.ts'
import type { BatchOutcome, BatchSink } from './batch-sink.ts'
import { holdLane, readLane, recordLane, releaseLane, renewLane } from './held-lane.ts'
import type { LaneState } from './held-lane.ts'
import { beginAttempt, hasDue, nextBatch, settleBatch, withdrawAttempt } from './lane-queue.ts'
import type { LaneMessage } from './lane-queue.ts'
import { countDeliveries } from './metrics/queue-metrics.ts'
import { openMessage } from './opened-message.ts'
import { NO_TRACING } from '../platform/tracing/tracing.ts'
import type { Tracing } from '../platform/tracing/tracing.ts'
import { tracedBatch } from './traced-deliveries.ts'
import type { SealedMessage } from './opened-message.ts'
import { asDeliveryFailure, DeliveryFailure } from './sink.ts'
import type { OutboxMessage } from './sink.ts'

/** A worker that was killed loses its lanes after this long. */
const LEASE_MS = 15 * SECOND_MS
const RENEW_MS = 5 * SECOND_MS
const DELIVERY_TIMEOUT_MS = 2 * MINUTE_MS
const FEWEST_ATTEMPTS = 3
/** A message in which the worker died this often is given up: the worker would die in it for ever. */
const MOST_INTERRUPTIONS = 5

/** What a worker delivers with. */
export type DeliveryServices = {
  db: Db
  clock: Clock
  log: Logger
  sealer: Sealer
  metrics?: Metrics
  tracing?: Tracing
}
type Batch = { taken: number; more: boolean }

export type Lane = {
  /** Delivers one batch, where this worker can have the lane. */
  run: () => Promise<Batch>
  /** Gives the lane up and ends the sink's connections. */
  close: () => Promise<void>
}

export function createLane(
  services: DeliveryServices,
  topic: string,
  sink: BatchSink,
  leaseMs = LEASE_MS,
): Lane {
  const { db, clock } = services
  const owner = randomUUID()
  const holder = () => ({ topic, owner, nowMs: clock(), leaseMs })
  return {
    async run() {
      if (!(await hasDue(db, topic, clock())) || !(await holdLane(db, holder())))
        return { taken: 0, more: false }
      const renewal = setInterval(
        () => void renewLane(db, holder()).catch(() => undefined),
        Math.min(RENEW_MS, leaseMs / 3),
      )
      try {
        return await deliverNext(services, topic, sink)
      } finally {
        clearInterval(renewal)
      }
    },
    async close() {
      await releaseLane(db, topic, owner).catch(() => undefined)
      await sink.close?.()
    },
  }
}

async function deliverNext(
  { db, clock, log, sealer, metrics, tracing = NO_TRACING }: DeliveryServices,
  topic: string,
  sink: BatchSink,
): Promise<Batch> {
  const { batch, more } = await nextBatch(db, { topic, nowMs: clock(), limit: sink.batchSize })
  const [first] = batch
  if (!first) return { taken: 0, more }
  if (first.interruptions >= MOST_INTERRUPTIONS) return giveUpDeadly({ db, clock, log }, first)
  const before = await readLane(db, topic)
  const state = { topic, failures: before?.failures ?? 0, pausedUntilMs: 0, lastError: null }
  await beginAttempt(db, batch)
  try {
    const outcome = await tracedBatch(tracing, batch, () => delivered(batch, sink, sealer))
    const reason = await settle(
      { db, clock, log, ...(metrics && { metrics }) },
      { topic, batch, outcome, sink },
    )
    if (outcome.delivered.length > 0 || reason === undefined) {
      if (state.failures > 0) await recordLane(db, { ...state, failures: 0 })
      if (state.failures > 0) log.info({ topic }, 'outbox.lane_recovered')
      return { taken: batch.length, more }
    }
    await pause({ db, clock, log }, state, sink, reason)
  } catch (error) {
    await withdrawAttempt(db, batch)
    await pause({ db, clock, log }, state, sink, asDeliveryFailure(error).reason)
  }
  return { taken: batch.length, more: false }
}

async function giveUpDeadly(
  { db, clock, log }: Omit<DeliveryServices, 'sealer'>,
  message: LaneMessage,
): Promise<Batch> {
  const { id, topic, attempts } = message
  const reason = 'worker_died'
  const buried = [{ message, reason }]
  await settleBatch(db, { topic, nowMs: clock(), delivered: [], untried: [], postponed: [], buried })
  log.error({ id, topic, attempts, reason }, 'outbox.dead_lettered')
  return { taken: 1, more: true }
}

/** What cannot be opened fails by itself; the sink gets the others. */
async function delivered(
  batch: readonly SealedMessage[],
  sink: BatchSink,
  sealer: Sealer,
): Promise<BatchOutcome> {
  const failed = new Map<string, DeliveryFailure>()
  const opened = batch.flatMap((message): OutboxMessage[] => {
    try {
      return [openMessage({ ...message, attempts: message.attempts + 1 }, sealer)]
    } catch (error) {
      failed.set(message.id, asDeliveryFailure(error))
      return []
    }
  })
  if (opened.length === 0) return { delivered: [], failed }
  const timedOut = () => new DeliveryFailure('delivery_timeout')
  const outcome = await within(DELIVERY_TIMEOUT_MS, sink.deliverAll(opened), timedOut)
  return { delivered: outcome.delivered, failed: new Map([...failed, ...outcome.failed]) }
}

type Outcome = { topic: string; batch: LaneMessage[]; outcome: BatchOutcome; sink: BatchSink }

/** Answers the reason of a failure that a later attempt may not have. */
async function settle(
  { db, clock, log, metrics }: Omit<DeliveryServices, 'sealer'>,
  { topic, batch, outcome, sink }: Outcome,
): Promise<string | undefined> {
  const nowMs = clock()
  const failures = batch.flatMap((message) => {
    const failure = outcome.failed.get(message.id)
    if (!failure) return []
    const tried = { ...message, attempts: message.attempts + 1 }
    return [{ message: tried, failure, over: failure.permanent || isTooOld(tried, nowMs, sink) }]
  })
  const postponed = failures
    .filter(({ over }) => !over)
    .map(({ message, failure: { reason } }) => ({
      message,
      reason,
      untilMs: nowMs + backoffMs(message.attempts, sink.retry),
    }))
  const buried = failures
    .filter(({ over }) => over)
    .map(({ message, failure: { reason } }) => ({ message, reason }))
  const { delivered } = outcome
  const untried = batch.filter(({ id }) => !delivered.includes(id) && !outcome.failed.has(id))
  await settleBatch(db, { topic, nowMs, delivered, untried, postponed, buried })
  const count = countDeliveries(metrics)
  count(topic, 'delivered', delivered.length)
  count(topic, 'postponed', postponed.length)
  count(topic, 'dead', buried.length)
  for (const { message, reason } of buried)
    log.error({ id: message.id, topic, attempts: message.attempts, reason }, 'outbox.dead_lettered')
  log.info({ topic, delivered: outcome.delivered.length, failed: failures.length }, 'outbox.batch')
  return postponed[0]?.reason
}

function isTooOld({ attempts, createdAtMs }: SealedMessage, nowMs: number, { retry }: BatchSink): boolean {
  return attempts >= FEWEST_ATTEMPTS && nowMs - Number(createdAtMs) >= retry.giveUpAfterMs
}

async function pause(
  { db, clock, log }: Omit<DeliveryServices, 'sealer'>,
  state: LaneState,
  { retry }: BatchSink,
  reason: string,
): Promise<void> {
  const failures = state.failures + 1
  const pausedUntilMs = clock() + backoffMs(failures, { baseMs: retry.baseMs, capMs: retry.laneCapMs })
  await recordLane(db, { topic: state.topic, failures, pausedUntilMs, lastError: reason })
  log.warn({ topic: state.topic, failures, reason, pausedUntilMs }, 'outbox.lane_failed')
}
