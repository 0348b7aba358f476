/** Log lines appended to one file a day, `<prefix>-YYYY-MM-DD.log`, by any number of processes. */
import { mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import type { DestinationStream } from 'pino'
import type { Clock } from './clock.ts'

type Target = { day: string; stream: ReturnType<typeof pino.destination> }

/** Throws at once when the folder cannot be written. Lines are written synchronously, so that a crash loses none. */
export function createLogFile(dir: string, prefix: string, clock: Clock): DestinationStream {
  mkdirSync(dir, { recursive: true })
  const open = (day: string): Target => {
    // Log lines may name accounts: readable by the owner and the group only.
    const fd = openSync(join(dir, `${prefix}-${day}.log`), 'a', 0o640)
    return { day, stream: pino.destination({ fd, sync: true }) }
  }
  let target = open(dayOf(clock()))
  return {
    write(line) {
      const day = dayOf(clock())
      if (day !== target.day) {
        target.stream.end()
        target = open(day)
      }
      target.stream.write(line)
    },
  }
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10)
}
