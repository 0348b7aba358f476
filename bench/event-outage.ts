/** A receiver is away for a while: registrations and other receivers must not notice, and it must catch up fast. */
import { pause } from '../test/support/service-process.ts'
import { median } from './measure.ts'
import { waitUntil } from './event-service.ts'
import type { EventService } from './event-service.ts'
import type { EventReceiver } from './event-receivers.ts'

export type OutagePlan = {
  awaySeconds: number
  /** How long is measured before the outage, and again after it. */
  calmSeconds: number
  /** Events that are recorded during the outage, besides those of registrations. */
  backlog: number
}

export type OutageReport = {
  away: string
  registrationMs: { calm: number; away: number }
  /** From the commit until another receiver has the event. */
  otherMs: { name: string; calm: number; away: number }
  backlog: number
  drainedPerSecond: number
}

const REGISTRATION_EVERY_MS = 100
const DRAINED_WITHIN_MS = 300_000

export async function measureOutage(
  service: EventService,
  { awaySeconds, calmSeconds, backlog }: OutagePlan,
  onProgress: (step: string) => void = () => undefined,
): Promise<OutageReport> {
  const away = service.receivers.at(-1)!
  const other = service.receivers[0]!
  const worker = await service.startWorker()
  const caughtUp = async () => {
    const recorded = await service.recorded()
    return service.receivers.every(({ tally }) => tally.distinct() >= recorded)
  }
  await waitUntil(caughtUp, DRAINED_WITHIN_MS, 'the first events')
  onProgress(`${calmSeconds} s with every receiver`)
  const before = await register(service, other, calmSeconds)
  await away.leave()
  onProgress(`${awaySeconds} s without ${away.tally.name}`)
  await service.write(backlog)
  const during = await register(service, other, awaySeconds)
  const missing = (await service.recorded()) - away.tally.distinct()
  onProgress(`${missing} events wait for ${away.tally.name}, which is back`)
  const drainedPerSecond = await drained(away, missing)
  onProgress(`${calmSeconds} s with every receiver`)
  const after = await register(service, other, calmSeconds)
  await worker.kill()
  const calm = [...before, ...after]
  return {
    away: away.tally.name,
    registrationMs: { calm: middle(calm, 'ms'), away: middle(during, 'ms') },
    otherMs: { name: other.tally.name, calm: middle(calm, 'lagMs'), away: middle(during, 'lagMs') },
    backlog: missing,
    drainedPerSecond,
  }
}

/** From the first event that arrives again until the last. */
async function drained(away: EventReceiver, missing: number): Promise<number> {
  const { tally } = away
  const arrived = tally.distinct()
  await away.comeBack()
  await waitUntil(() => tally.distinct() > arrived, DRAINED_WITHIN_MS, `${tally.name} to get the first event`)
  const sinceMs = performance.now()
  await waitUntil(() => tally.distinct() >= arrived + missing, DRAINED_WITHIN_MS, 'all events')
  return (1000 * missing) / (performance.now() - sinceMs)
}

type Registration = { ms: number; lagMs: number }

/** One after the other, as a service has them all day. */
async function register(
  service: EventService,
  other: EventReceiver,
  seconds: number,
): Promise<Registration[]> {
  const done: { id: string; ms: number; atMs: number }[] = []
  for (const untilMs = performance.now() + 1000 * seconds; performance.now() < untilMs;) {
    const startedAtMs = performance.now()
    const id = await service.addPerson()
    const atMs = performance.now()
    done.push({ id, atMs, ms: atMs - startedAtMs })
    await pause(Math.max(0, startedAtMs + REGISTRATION_EVERY_MS - atMs))
  }
  const last = done.at(-1)?.id ?? ''
  await waitUntil(() => other.tally.arrivedAtMs(last) !== undefined, DRAINED_WITHIN_MS, other.tally.name)
  return done.map(({ id, ms, atMs }) => ({ ms, lagMs: (other.tally.arrivedAtMs(id) ?? Infinity) - atMs }))
}

const middle = (all: readonly Registration[], what: keyof Registration) => median(all.map((one) => one[what]))

/** The faults of a run, in words; none when it went well. */
export function outageFaults({ registrationMs, otherMs, drainedPerSecond }: OutageReport): string[] {
  const slower = registrationMs.away / registrationMs.calm
  const later = otherMs.away / otherMs.calm
  return [
    ...(drainedPerSecond < 500 ? [`drained at ${Math.round(drainedPerSecond)} events/s, not 500`] : []),
    ...(slower > 1.5 ? [`a registration took ${slower.toFixed(2)} times as long`] : []),
    ...(later > 1.5 ? [`${otherMs.name} got events after ${later.toFixed(2)} times as long`] : []),
  ]
}
