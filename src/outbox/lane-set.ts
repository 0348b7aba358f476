/** The lanes of one worker that deliver in batches: those of the settings, and those that come and go with rows in SQL. */
import { SECOND_MS } from '../platform/clock.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logging/log.ts'
import type { Db } from '../platform/sql/database.ts'
import type { Sealer } from '../platform/tokens.ts'
import type { BatchSink } from './batch-sink.ts'
import { createLane } from './lane.ts'
import type { Lane } from './lane.ts'
import { createPoller } from './poller.ts'
import type { Poller } from './poller.ts'

/** The sinks that there are now, by topic. The same topic answers a sink of the same `version` while nothing changed. */
export type SinkSource = () => Promise<Readonly<Record<string, { version: string; open: () => BatchSink }>>>

type Needs = {
  db: Db
  clock: Clock
  log: Logger
  sealer: Sealer
  pollMs: number
  laneLeaseMs?: number | undefined
  sinks: Readonly<Record<string, BatchSink>>
  sources: readonly SinkSource[]
}

export type LaneSet = {
  /** One batch of every lane; answers how many messages were taken. */
  runOnce: () => Promise<number>
  start: () => void
  stop: () => Promise<void>
  wake: () => void
}

type Running = { lane: Lane; poller: Poller; version: string }

/** How long a new lane may go unnoticed. */
const LOOK_MS = SECOND_MS

export function createLaneSet({ sinks, sources, pollMs, laneLeaseMs, ...needs }: Needs): LaneSet {
  const onError = (error: unknown) => needs.log.warn({ err: error }, 'outbox.relay_failed')
  const running = new Map<string, Running>()
  let started = false

  function add(topic: string, version: string, sink: BatchSink): void {
    const lane = createLane({ ...needs, ...(laneLeaseMs ? { leaseMs: laneLeaseMs } : {}) }, topic, sink)
    const poller = createPoller({ work: async () => (await lane.run()).more, pollMs, onError })
    running.set(topic, { lane, poller, version })
    if (started) poller.start()
  }

  async function remove(topic: string): Promise<void> {
    const { lane, poller } = running.get(topic)!
    running.delete(topic)
    await poller.stop()
    await lane.close()
  }

  async function look(): Promise<false> {
    const found = Object.assign({}, ...(await Promise.all(sources.map((source) => source())))) as Awaited<
      ReturnType<SinkSource>
    >
    for (const [topic, { version }] of running)
      if (!Object.hasOwn(sinks, topic) && found[topic]?.version !== version) await remove(topic)
    for (const [topic, { version, open }] of Object.entries(found))
      if (!running.has(topic)) add(topic, version, open())
    return false
  }

  for (const [topic, sink] of Object.entries(sinks)) add(topic, '', sink)
  const looker = sources.length > 0 ? createPoller({ work: look, pollMs: LOOK_MS, onError }) : undefined

  return {
    async runOnce() {
      await look()
      const batches = await Promise.all([...running.values()].map(({ lane }) => lane.run()))
      return batches.reduce((sum, { taken }) => sum + taken, 0)
    },
    start() {
      started = true
      looker?.start()
      for (const { poller } of running.values()) poller.start()
    },
    async stop() {
      await looker?.stop()
      started = false
      await Promise.all(
        [...running.values()].map(async ({ lane, poller }) => {
          await poller.stop()
          await lane.close()
        }),
      )
    },
    wake() {
      looker?.wake()
      for (const { poller } of running.values()) poller.wake()
    },
  }
}
