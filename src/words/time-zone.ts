/** Time zones by their IANA names, as far as this runtime knows them, and moments in them. */

/** Every current name, sorted. Older names such as `Asia/Calcutta` are also accepted where one is typed. */
export const TIME_ZONES: readonly string[] = Intl.supportedValuesOf('timeZone')

/** Longer than any name that there is. */
export const LONGEST_TIME_ZONE = 64

const SPELLING = new Map([...TIME_ZONES, 'UTC'].map((name) => [name.toLowerCase(), name]))

/** The zone in its usual spelling. Nothing for a name that this runtime does not know, and for an offset such as `+02:00`. */
export function knownTimeZone(name: string): string | undefined {
  if (name.length > LONGEST_TIME_ZONE || !/^[a-z]/i.test(name)) return undefined
  const usual = SPELLING.get(name.toLowerCase())
  if (usual) return usual
  try {
    Intl.DateTimeFormat('en', { timeZone: name })
    return name
  } catch {
    return undefined
  }
}

/** The zones of each part of the world, for a choice: `Europe` with `Europe/Berlin` and its label `Berlin`. */
export const ZONES_BY_AREA: readonly { area: string; zones: readonly { name: string; label: string }[] }[] = [
  ...Map.groupBy(TIME_ZONES, (name) => name.split('/')[0] ?? name),
].map(([area, names]) => ({
  area,
  zones: names.map((name) => ({ name, label: name.slice(area.length + 1).replaceAll('_', ' ') || name })),
}))

/** A moment as a page shows it: "22 Nov 2026, 07:12 GMT+1", or the day alone. */
export function momentInWords(
  atMs: number,
  { language, timeZone, dateOnly = false }: { language: string; timeZone: string; dateOnly?: boolean },
): string {
  if (dateOnly) return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone }).format(atMs)
  const words = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone })
  return `${words.format(atMs)} ${shortName(atMs, language, timeZone)}`
}

function shortName(atMs: number, language: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat(language, { timeZone, timeZoneName: 'short' }).formatToParts(atMs)
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone
}
