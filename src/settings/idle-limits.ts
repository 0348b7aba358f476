/** Pairs of settings: the idle limit must not exceed the absolute limit. */
import type { Settings } from './settings.ts'

const IDLE_WITHIN_ABSOLUTE = [
  ['session_idle_minutes', 'session_absolute_minutes'],
  ['offline_access_idle_days', 'offline_access_absolute_days'],
] as const

export function idleLimitProblems(given: Partial<Settings>): string[] {
  return IDLE_WITHIN_ABSOLUTE.flatMap(([idle, absolute]) => {
    const [idleGiven, absoluteGiven] = [given[idle], given[absolute]]
    if (!idleGiven || !absoluteGiven || idleGiven <= absoluteGiven) return []
    return [`${named(idle)}: got "${idleGiven}", takes at most ${named(absolute)}`]
  })
}

function named(setting: string): string {
  return `ACCOUNT_SERVER_${setting.toUpperCase()}`
}
