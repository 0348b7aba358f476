/** Ids that sort by the time they were made, so that new rows land at the end of the index (UUIDv7, RFC 9562 §5.7). */
import { randomBytes } from 'node:crypto'
import type { Clock } from './clock.ts'

/**
 * Ids of one factory also sort among themselves within a millisecond and when the clock is set back:
 * the 12 bits after the version are a counter (RFC 9562 §6.2, method 1). An id made `after` another one
 * sorts after it, even if a process with a faster clock made that one.
 */
export function timeOrderedIds(clock: Clock): (after?: string) => string {
  let lastMs = 0
  let counter = 0
  return (after) => {
    const now = Math.max(clock(), after === undefined ? 0 : millisecondOf(after) + 1)
    if (now > lastMs) {
      lastMs = now
      counter = 0
    } else if ((counter += 1) > 0xfff) {
      lastMs += 1
      counter = 0
    }
    const random = randomBytes(8)
    random[0] = (random[0]! & 0x3f) | 0x80
    const hex = `${padded(lastMs, 12)}7${padded(counter, 3)}${random.toString('hex')}`
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  }
}

function millisecondOf(id: string): number {
  return Number.parseInt(id.replace('-', '').slice(0, 12), 16)
}

function padded(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
