/** Lengths of time as a page shows them. */

type Unit = { unit: 'second' | 'minute' | 'hour'; ms: number }

const UNITS: readonly Unit[] = [
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
]
const SECONDS: Unit = { unit: 'second', ms: 1000 }

/** "15 minutes": in the largest unit that it is a whole number of. */
export function spanInWords(ms: number, language: string): string {
  const { unit, ms: one } = UNITS.find((larger) => ms >= larger.ms && ms % larger.ms === 0) ?? SECONDS
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(ms / one)
}

/** "in 12 minutes", of a moment that is to come. Rounded up. */
export function aheadInWords(atMs: number, nowMs: number, language: string): string {
  const leftMs = Math.max(SECONDS.ms, atMs - nowMs)
  const { unit, ms: one } = UNITS.find((larger) => leftMs > 2 * larger.ms) ?? SECONDS
  return new Intl.RelativeTimeFormat(language).format(Math.ceil(leftMs / one), unit)
}
