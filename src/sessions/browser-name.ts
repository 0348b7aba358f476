/** Makes "Firefox on Linux" from a User-Agent header. That is enough for people to recognize their own devices. */

import type { Message } from '../words/message.ts'

const BROWSERS: [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Headless)?Chrome\/|\bCriOS\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]

const SYSTEMS: [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'Mac'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]

const UNKNOWN = 'Unknown device'

/** A browser's name, in the reader's language. */
export function browserMessage(name: string): Message {
  if (name === UNKNOWN) return 'sessions-browser-unknown'
  const [browser = '', system] = name.split(' on ')
  return system ? { id: 'sessions-browser', args: { browser, system } } : name
}

/** In English, as mails, events and the API name it. */
export function browserName(userAgent: string): string {
  const browser = match(BROWSERS, userAgent)
  const system = match(SYSTEMS, userAgent)
  if (browser && system) return `${browser} on ${system}`
  return browser ?? system ?? UNKNOWN
}

function match(table: [RegExp, string][], userAgent: string): string | undefined {
  return table.find(([pattern]) => pattern.test(userAgent))?.[1]
}
