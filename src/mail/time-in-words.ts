/** A time in a mail. A mail does not know where it is read, so it names the zone. */
import type { Translate } from '../words/catalogue.ts'

type Reader = {
  t: Translate
  /** An IANA name such as `Europe/Berlin`. UTC, if there is none or it is not known here. */
  timeZone?: string | undefined
}

/** "Sunday 22 November 2026 at 06:12 UTC". */
export function timeInWords(atMs: number, { t, timeZone = 'UTC' }: Reader): string {
  const parts = formatOf(t.language, timeZone).formatToParts(atMs)
  const zone = parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone
  const time = parts.map(({ type, value }) => (type === 'timeZoneName' ? '' : value)).join('')
  return t('mail-when', { time: time.replaceAll(',', '').replace(/\s+/g, ' ').trim(), zone })
}

const DAY_AND_TIME = {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
} as const

function formatOf(language: string, timeZone: string): Intl.DateTimeFormat {
  // A weekday in Russian and Chinese would need another form in each sentence.
  const isEnglish = language.startsWith('en')
  const options = { ...DAY_AND_TIME, ...(isEnglish && { weekday: 'long' as const }) }
  const tag = isEnglish ? 'en-GB' : language
  try {
    return new Intl.DateTimeFormat(tag, { ...options, timeZone })
  } catch {
    return new Intl.DateTimeFormat(tag, { ...options, timeZone: 'UTC' })
  }
}
