/** What was typed about an invitation. */
import type { Input } from '../../command-line/input.ts'

const DEFAULT_DAYS = 7

export function daysIn(input: Input): number {
  return input.integer('days', { min: 1, max: 365 }) ?? DEFAULT_DAYS
}
