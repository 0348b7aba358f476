/** The current time in milliseconds since the epoch. Injected everywhere, so that a test can move it. */
export type Clock = () => number

export const systemClock: Clock = () => Date.now()

export const SECOND_MS = 1000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS
