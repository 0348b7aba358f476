/**
 * Delivers what the outbox recorded: at least once, each topic in a lane of its own, so that one slow receiver holds up
 * no other. A worker that dies between sending and acknowledging leaves the message to be sent again, under the same
 * id, when its lease has run out.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../platform/clock.ts'
import { within } from '../platform/deadline.ts'
import { acknowledge, bury, claimDue, postpone } from './lease.ts'
import type { Claimed } from './lease.ts'
import { backoffMs } from '../platform/backoff.ts'
import { isBatchSink } from './batch-sink.ts'
import type { AnySink, BatchSink } from './batch-sink.ts'
import { createDueWatch, UNWATCHED_MS } from './due-watch.ts'
import { createLaneSet } from './lane-set.ts'
import type { DeliveryServices } from './lane.ts'
import type { SinkSource } from './lane-set.ts'
import { countDeliveries } from './metrics/queue-metrics.ts'
import { openMessage } from './opened-message.ts'
import { NO_TRACING } from '../platform/tracing/tracing.ts'
import { tracedDelivery } from './traced-deliveries.ts'
import { createPoller } from '../platform/poller.ts'
import { asDeliveryFailure, DeliveryFailure } from './sink.ts'
import type { Sink } from './sink.ts'
import { purgeDelivered } from './dead-letters.ts'

type RelaySettings = {
  /** Messages of one topic that one worker has in flight. */
  batchSize: number
  /** Attempts, crashes included, after which a message is given up. */
  maxAttempts: number
  /** Wait after the first failure; doubles with each further one, up to `retryCapMs`. */
  retryBaseMs: number
  retryCapMs: number
  /** How long a worker owns what it claimed. Longer than `deliveryTimeoutMs`. */
  leaseMs: number
  deliveryTimeoutMs: number
  pollMs: number
  /** How long the (emptied) rows of delivered messages are kept. */
  retentionMs: number
}

/** Twenty attempts within about eleven hours. */
const DEFAULTS: RelaySettings = {
  batchSize: 10,
  maxAttempts: 20,
  retryBaseMs: 5 * SECOND_MS,
  retryCapMs: HOUR_MS,
  leaseMs: MINUTE_MS,
  deliveryTimeoutMs: 45 * SECOND_MS,
  pollMs: 500,
  retentionMs: 7 * DAY_MS,
}

type RelayTerms = {
  /** By topic. Messages of other topics wait for a worker that has a sink for them. */
  sinks: Readonly<Record<string, AnySink>>
  /** Sinks that come and go while the worker runs. */
  sources?: readonly SinkSource[]
  /** Of a lane that delivers in batches. */
  laneLeaseMs?: number
} & Partial<RelaySettings>

export type Relay = {
  /** Claims and delivers one batch per topic; answers how many messages it took on, delivered or not. */
  runOnce: () => Promise<number>
  start: () => void
  /** Claims nothing more, and resolves when the messages in flight are settled. */
  stop: () => Promise<void>
  /** Looks at once instead of at the next poll. */
  wake: () => void
}

export function createRelay({
  db,
  clock,
  log,
  sealer,
  metrics,
  tracing = NO_TRACING,
  sinks,
  sources = [],
  ...given
}: DeliveryServices & RelayTerms): Relay {
  const settings = { ...DEFAULTS, ...given }
  const { pollMs, laneLeaseMs } = settings
  const services = { db, clock, log, sealer, tracing, ...(metrics && { metrics }) }
  const runLane = laneRunner(services, settings)
  const lanes = Object.entries(sinks).flatMap(([topic, sink]) =>
    isBatchSink(sink) ? [] : [{ topic, run: () => runLane(topic, sink) }],
  )
  const onError = (error: unknown) => log.warn({ err: error }, 'outbox.relay_failed')
  const watch = createDueWatch(services, pollMs, onError)
  const laneSet = createLaneSet(services, { watch, laneLeaseMs, sinks: batchSinks(sinks), sources })
  const pollers = lanes.map(({ topic, run }) => {
    const poller = createPoller(async () => (await run()).more, UNWATCHED_MS, onError)
    watch.add(topic, poller.wake)
    return poller
  })
  const purger = createPoller(() => purge(services, settings), HOUR_MS, onError)

  return {
    async runOnce() {
      const [inBatch, ...batches] = await Promise.all([laneSet.runOnce(), ...lanes.map(({ run }) => run())])
      return batches.reduce((sum, batch) => sum + batch.taken, inBatch)
    },
    start: () => [...pollers, purger, laneSet, watch].forEach((poller) => poller.start()),
    stop: async () => {
      await Promise.all([...pollers, purger, laneSet, watch].map((poller) => poller.stop()))
    },
    wake: () => [laneSet, watch].forEach((poller) => poller.wake()),
  }
}

async function purge({ db, clock }: DeliveryServices, { retentionMs }: RelaySettings): Promise<false> {
  await purgeDelivered(db, clock() - retentionMs)
  return false
}

function batchSinks(sinks: Readonly<Record<string, AnySink>>): Record<string, BatchSink> {
  return Object.fromEntries(
    Object.entries(sinks).flatMap(([topic, sink]) => (isBatchSink(sink) ? [[topic, sink]] : [])),
  )
}

type Batch = { taken: number; more: boolean }

function laneRunner(services: DeliveryServices, settings: RelaySettings) {
  const { db, clock, log, sealer, metrics, tracing = NO_TRACING } = services
  const count = countDeliveries(metrics)
  const { batchSize, leaseMs, maxAttempts, retryBaseMs, retryCapMs } = settings

  return async function runLane(topic: string, sink: Sink): Promise<Batch> {
    const { ordered } = sink
    const { claimed, more } = await claimDue(db, { topic, now: clock(), leaseMs, limit: batchSize, ordered })
    const settled = await Promise.allSettled(
      claimed.map((message) => tracedDelivery(tracing, message, () => settle(message, sink))),
    )
    for (const outcome of settled) {
      // The lease remains, so the message is retried after the lease expires.
      if (outcome.status === 'rejected')
        log.warn({ topic, err: outcome.reason }, 'outbox.outcome_not_recorded')
    }
    return { taken: claimed.length, more }
  }

  async function settle(message: Claimed, sink: Sink): Promise<DeliveryFailure | undefined> {
    const { id, topic, attempts } = message
    const failure = await attempt(message, sink, { sealer, ...settings })
    if (!failure) {
      await acknowledge(db, id, clock())
      count(topic, 'delivered')
      log.info({ id, topic, attempts }, 'outbox.delivered')
      return undefined
    }
    const { reason } = failure
    if (failure.permanent || attempts >= maxAttempts) {
      await bury(db, message, { now: clock(), reason })
      count(topic, 'dead')
      log.error({ id, topic, attempts, reason }, 'outbox.dead_lettered')
      return failure
    }
    const nextAttemptAtMs = clock() + backoffMs(attempts, { baseMs: retryBaseMs, capMs: retryCapMs })
    await postpone(db, message, { nextAttemptAtMs, reason })
    count(topic, 'postponed')
    log.warn({ id, topic, attempts, reason, nextAttemptAtMs }, 'outbox.delivery_failed')
    return failure
  }
}

async function attempt(
  message: Claimed,
  sink: Sink,
  { sealer, maxAttempts, deliveryTimeoutMs }: Pick<DeliveryServices, 'sealer'> & RelaySettings,
): Promise<DeliveryFailure | undefined> {
  try {
    if (message.attempts > maxAttempts) throw new DeliveryFailure('attempts_exhausted', { permanent: true })
    await within(deliveryTimeoutMs, sink.deliver(openMessage(message, sealer)), timedOut)
    return undefined
  } catch (error) {
    return asDeliveryFailure(error)
  }
}

const timedOut = () => new DeliveryFailure('delivery_timeout')
