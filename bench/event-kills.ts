/** Kills the worker again and again while it delivers: no event may be lost, and at most one batch may arrive twice for each kill. */
import { pause } from '../test/support/service-process.ts'
import { waitUntil } from './event-service.ts'
import type { EventService } from './event-service.ts'

export type KillPlan = {
  events: number
  kills: number
  /** Takes the lanes from the dead worker at once, instead of waiting 15 seconds for its leases. */
  atOnce: boolean
}

export type KillReport = {
  recorded: number
  kills: number
  seconds: number
  receivers: {
    name: string
    lost: number
    duplicates: number
    /** The most that arrived twice between a kill and the next. */
    mostAfterOneKill: number
    batchSize: number
    misplaced: number
  }[]
}

/** A worker waits at most this long for the leases of a dead one. */
const PROGRESS_WITHIN_MS = 60_000
const DRAINED_WITHIN_MS = 180_000
const LATEST_KILL_MS = 250

export async function measureKills(
  service: EventService,
  { events, kills, atOnce }: KillPlan,
  onProgress: (killed: number) => void = () => undefined,
): Promise<KillReport> {
  const startedAtMs = performance.now()
  const { receivers } = service
  const most = receivers.map(() => 0)
  let before = duplicatesOf(service)
  const share = Math.ceil(events / (kills + 1))
  const half = Math.ceil(share / 2)
  const note = () => {
    const now = duplicatesOf(service)
    now.forEach((count, at) => (most[at] = Math.max(most[at] ?? 0, count - (before[at] ?? 0))))
    before = now
  }
  for (let killed = 0; killed < kills; killed += 1) {
    await service.write(half)
    const worker = await service.startWorker()
    const arrived = distinctOf(service)
    await waitUntil(() => distinctOf(service) > arrived, PROGRESS_WITHIN_MS, 'a new worker to deliver')
    const writing = service.write(share - half)
    await pause(Math.random() * LATEST_KILL_MS)
    await worker.kill()
    await writing
    if (atOnce) await service.expireLeases()
    note()
    onProgress(killed + 1)
  }
  await service.write(share)
  const last = await service.startWorker()
  const recorded = await service.recorded()
  const drained = () => receivers.every(({ tally }) => tally.distinct() >= recorded)
  // What is missing then is lost, and the report says so.
  await waitUntil(drained, DRAINED_WITHIN_MS, 'the events').catch(() => undefined)
  note()
  await last.kill()
  if (atOnce) await service.expireLeases()
  return {
    recorded,
    kills,
    seconds: (performance.now() - startedAtMs) / 1000,
    receivers: receivers.map(({ tally }, at) => ({
      name: tally.name,
      lost: recorded - tally.distinct(),
      duplicates: tally.duplicates(),
      mostAfterOneKill: most[at] ?? 0,
      batchSize: tally.batchSize,
      misplaced: tally.misplaced(),
    })),
  }
}

const duplicatesOf = ({ receivers }: EventService) => receivers.map(({ tally }) => tally.duplicates())
const distinctOf = ({ receivers }: EventService) =>
  receivers.reduce((sum, { tally }) => sum + tally.distinct(), 0)

/** The faults of a run, in words; none when it went well. */
export function killFaults({ receivers }: KillReport): string[] {
  return receivers.flatMap(({ name, lost, mostAfterOneKill, batchSize, misplaced }) => [
    ...(lost > 0 ? [`${name}: ${lost} events are lost`] : []),
    ...(mostAfterOneKill > batchSize ? [`${name}: ${mostAfterOneKill} arrived twice after one kill`] : []),
    ...(misplaced > 0 ? [`${name}: ${misplaced} arrived after a later one of the same person`] : []),
  ])
}
