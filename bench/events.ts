/**
 * `npm run bench -- --events`: kills the worker while it delivers events, and takes a receiver away. On MariaDB, with a Redis
 * stream, a webhook and RabbitMQ. Exits with 1 when an event is lost, or a promise of docs/event-receivers.md is not kept.
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { killFaults, measureKills } from './event-kills.ts'
import type { KillReport } from './event-kills.ts'
import { measureOutage, outageFaults } from './event-outage.ts'
import type { OutageReport } from './event-outage.ts'
import { startEventService } from './event-service.ts'
import type { EventService } from './event-service.ts'

const OPTIONS = {
  count: { type: 'string', default: '10000' },
  kills: { type: 'string', default: '20' },
  'away-seconds': { type: 'string', default: '600' },
  json: { type: 'boolean', default: false },
} as const

/** Answers whether every promise was kept. */
export async function benchEvents(args: string[]): Promise<boolean> {
  const { values } = parseArgs({ args, options: OPTIONS })
  const events = count('--count', values.count)
  const kills = count('--kills', values.kills)
  const awaySeconds = count('--away-seconds', values['away-seconds'])
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  const load = loadavg()[0]?.toFixed(1)
  const killed = await withService((service) => {
    say(`${events} events, kill -9 × ${kills}; each death is noticed after 15 s`)
    return measureKills(service, { events, kills, atOnce: false }, (done) =>
      say(`  killed ${done} of ${kills}`),
    )
  })
  const outage = await withService((service) =>
    measureOutage(service, { awaySeconds, calmSeconds: 30, backlog: events }, (step) => say(`  ${step}`)),
  )
  const faults = [...killFaults(killed), ...outageFaults(outage)]
  const machine = `${cpus().length} cores, load ${load} before, ${loadavg()[0]?.toFixed(1)} after`
  const report = values.json
    ? JSON.stringify({ machine, killed, outage, faults }, null, 2)
    : [...describeKills(killed), '', ...describeOutage(outage), '', `Machine: ${machine}`, ...faults].join(
        '\n',
      )
  process.stdout.write(`${report}\n`)
  return faults.length === 0
}

async function withService<T>(work: (service: EventService) => Promise<T>): Promise<T> {
  const service = await startEventService({ people: 200, rabbitmq: true })
  try {
    return await work(service)
  } finally {
    await service.stop()
  }
}

function count(name: string, given: string): number {
  const value = Number(given)
  if (!/^\d+$/.test(given) || value === 0)
    throw new Error(`${name}: got "${given}", takes a whole number above 0`)
  return value
}

function describeKills({ recorded, kills, seconds, receivers }: KillReport): string[] {
  return [
    `${recorded} events, worker killed ${kills} times in ${Math.round(seconds)} s`,
    ...receivers.map(
      ({ name, lost, duplicates, mostAfterOneKill, batchSize, misplaced }) =>
        `  ${name}: lost ${lost}; twice ${duplicates}, at most ${mostAfterOneKill} after one kill (a batch: ${batchSize}); out of order ${misplaced}`,
    ),
  ]
}

function describeOutage({
  away,
  registrationMs,
  otherMs,
  backlog,
  drainedPerSecond,
}: OutageReport): string[] {
  const beside = ({ calm, away: during }: { calm: number; away: number }) =>
    `${during.toFixed(1)} ms, and ${calm.toFixed(1)} ms with every receiver (ratio ${(during / calm).toFixed(2)})`
  return [
    `While ${away} was away, the medians were`,
    `  for storing a registration: ${beside(registrationMs)}`,
    `  until ${otherMs.name} had the event: ${beside(otherMs)}`,
    `Then ${backlog} events drained at ${Math.round(drainedPerSecond)}/s`,
  ]
}
