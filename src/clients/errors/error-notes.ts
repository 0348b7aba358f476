/**
 * Collects the errors of apps in the process and writes them once a second, so that no request waits. Under a flood most of
 * them are only counted. The errors of the last second are lost when a process stops.
 */
import { SECOND_MS } from '../../platform/clock.ts'
import { loggableError } from '../../platform/logging/loggable-error.ts'
import type { Services } from '../../services.ts'
import { keepErrors, keysOf } from './client-errors.ts'
import type { CountedError, NoteError } from './client-errors.ts'

/** The most rows that one second writes. */
const MOST_NOTED = 200

type Noted = CountedError & { content: string }

export function createErrorNotes({ db, clock, log }: Pick<Services, 'db' | 'clock' | 'log'>): NoteError {
  let noted = new Map<string, Noted>()
  let isWaiting = false
  const write = async () => {
    // Processes write in one order, so that they do not wait for each other in a circle.
    const rows = [...noted].toSorted(([one], [other]) => (one < other ? -1 : 1))
    noted = new Map()
    try {
      await keepErrors(
        db,
        rows.map(([, { content: _content, ...one }]) => one),
      )
    } catch (error) {
      log.warn({ err: loggableError(error) }, 'client.errors_not_kept')
    }
    isWaiting = false
    if (noted.size > 0) wait()
  }
  const wait = () => {
    if (isWaiting) return
    isWaiting = true
    setTimeout(() => void write(), SECOND_MS).unref()
  }
  return (error, requestId) => {
    const { row, content } = keysOf(error)
    const before = noted.get(row)
    if (!before && noted.size >= MOST_NOTED) return
    const nowMs = clock()
    const same = before?.content === content ? before : undefined
    const { times = 0, firstAtMs = nowMs } = same ?? {}
    noted.set(row, { ...error, content, requestId, times: times + 1, firstAtMs, lastAtMs: nowMs })
    wait()
  }
}
