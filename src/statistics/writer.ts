/** Writes what this process counted, twice a minute and at its end. */
import { SECOND_MS } from '../platform/clock.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logging/log.ts'
import type { Tally } from '../platform/metrics/tally.ts'
import type { Db } from '../platform/sql/database.ts'
import { addCounts } from './statistics.ts'

const EVERY_MS = 30 * SECOND_MS

export type StatisticsWriter = { write: () => Promise<void>; stop: () => Promise<void> }

/** A count that could not be written is written the next time. */
export function startStatistics(
  { db, clock, log }: { db: Db; clock: Clock; log: Logger },
  tally: Pick<Tally, 'take' | 'add'>,
): StatisticsWriter {
  let running = Promise.resolve()
  const step = async () => {
    const counts = tally.take()
    try {
      await addCounts(db, counts, clock())
    } catch (err) {
      for (const [series, count] of counts) tally.add(series, count)
      log.warn({ err }, 'statistics.not_written')
    }
  }
  const write = () => (running = running.then(step))
  const timer = setInterval(() => void write(), EVERY_MS).unref()
  return {
    write,
    async stop() {
      clearInterval(timer)
      await write()
    },
  }
}
