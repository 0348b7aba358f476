/** How much load for how long, from the options of `npm run load`. */

export const DEFAULTS = { users: 24, rate: 50, duration: 35 }
export const WARM_UP_SECONDS = 5
const WARM_UP_RATE = 10
const SMOKE = { users: DEFAULTS.users, rate: 10, duration: 5 }

export type Plan = { users: number; seconds: number; phases: Phase[] }
/** As artillery takes it; `duration` in seconds, `arrivalRate` in visits a second. */
type Phase = { name: string; duration: number; arrivalRate: number }

type Given = { users?: string; rate?: string; duration?: string; smoke?: boolean }

/** @throws Error that names the option, what was given and what it takes */
export function planLoad(given: Given): Plan {
  const defaults = given.smoke ? SMOKE : DEFAULTS
  const users = whole('users', given.users, 1000) ?? defaults.users
  const arrivalRate = whole('rate', given.rate, 1000) ?? defaults.rate
  const duration = whole('duration', given.duration, 3600) ?? defaults.duration
  const warmUp = {
    name: 'warm-up',
    duration: WARM_UP_SECONDS,
    arrivalRate: Math.min(arrivalRate, WARM_UP_RATE),
  }
  const load = { name: 'load', duration, arrivalRate }
  const phases = given.smoke ? [load] : [warmUp, load]
  return { users, phases, seconds: phases.reduce((sum, phase) => sum + phase.duration, 0) }
}

function whole(name: string, typed: string | undefined, max: number): number | undefined {
  if (typed === undefined) return undefined
  const number = /^\d{1,6}$/.test(typed) ? Number(typed) : Number.NaN
  if (number >= 1 && number <= max) return number
  throw new Error(`--${name}: got "${typed}", takes a whole number from 1 to ${max}`)
}
