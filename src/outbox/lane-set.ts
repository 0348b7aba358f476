/** The lanes of one worker that deliver in batches: those of the settings, and those that come and go with rows in SQL. */
import { SECOND_MS } from '../platform/clock.ts'
import type { BatchSink } from './batch-sink.ts'
import { UNWATCHED_MS } from './due-watch.ts'
import type { DueWatch } from './due-watch.ts'
import { createLane } from './lane.ts'
import type { DeliveryServices, Lane } from './lane.ts'
import { createPoller } from '../platform/poller.ts'
import type { Poller } from '../platform/poller.ts'

/** The sinks that there are now, by topic. The same topic answers a sink of the same `version` while nothing changed. */
export type SinkSource = () => Promise<Readonly<Record<string, { version: string; open: () => BatchSink }>>>

type LaneTerms = {
  sinks: Readonly<Record<string, BatchSink>>
  sources: readonly SinkSource[]
  watch: DueWatch
  laneLeaseMs?: number | undefined
}

export type LaneSet = {
  /** One batch of every lane; answers how many messages were taken. */
  runOnce: () => Promise<number>
  start: () => void
  stop: () => Promise<void>
  /** Looks for lanes that came or went. */
  wake: () => void
}

type Running = { lane: Lane; poller: Poller; version: string }

/** How long a new lane may go unnoticed. */
const LOOK_MS = SECOND_MS

export function createLaneSet(
  services: DeliveryServices,
  { sinks, sources, watch, laneLeaseMs }: LaneTerms,
): LaneSet {
  const lanes = createRunningLanes(services, watch, laneLeaseMs)
  const { running } = lanes
  for (const [topic, sink] of Object.entries(sinks)) lanes.add(topic, '', sink)

  async function look(): Promise<false> {
    const found: Awaited<ReturnType<SinkSource>> = Object.assign(
      {},
      ...(await Promise.all(sources.map((source) => source()))),
    )
    for (const [topic, { version }] of running)
      if (!Object.hasOwn(sinks, topic) && found[topic]?.version !== version) await lanes.remove(topic)
    for (const [topic, { version, open }] of Object.entries(found))
      if (!running.has(topic)) lanes.add(topic, version, open())
    return false
  }

  const onError = (error: unknown) => services.log.warn({ err: error }, 'outbox.relay_failed')
  const looker = sources.length > 0 ? createPoller(look, LOOK_MS, onError) : undefined
  return {
    async runOnce() {
      await look()
      const batches = await Promise.all([...running.values()].map(({ lane }) => lane.run()))
      return batches.reduce((sum, { taken }) => sum + taken, 0)
    },
    start() {
      lanes.start()
      looker?.start()
    },
    async stop() {
      await looker?.stop()
      await lanes.closeAll()
    },
    wake: () => looker?.wake(),
  }
}

function createRunningLanes(services: DeliveryServices, watch: DueWatch, laneLeaseMs?: number) {
  const onError = (error: unknown) => services.log.warn({ err: error }, 'outbox.relay_failed')
  const running = new Map<string, Running>()
  let started = false

  async function close({ lane, poller }: Running): Promise<void> {
    await poller.stop()
    await lane.close()
  }

  return {
    running,
    add(topic: string, version: string, sink: BatchSink): void {
      const lane = createLane(services, topic, sink, laneLeaseMs)
      const poller = createPoller(async () => (await lane.run()).more, UNWATCHED_MS, onError)
      running.set(topic, { lane, poller, version })
      watch.add(topic, poller.wake)
      if (started) poller.start()
    },
    async remove(topic: string): Promise<void> {
      const gone = running.get(topic)
      running.delete(topic)
      watch.remove(topic)
      if (gone) await close(gone)
    },
    start(): void {
      started = true
      for (const { poller } of running.values()) poller.start()
    },
    async closeAll(): Promise<void> {
      started = false
      await Promise.all([...running.values()].map(close))
    },
  }
}
