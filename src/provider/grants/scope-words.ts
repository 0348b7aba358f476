/** Describes the provider's own scopes in words for people, on the consent page and in the list of apps. */
import type { Lifetimes } from './lifetimes.ts'

export type ScopeWords = { title: string; description?: string }

const WORDS: Record<string, ScopeWords> = {
  openid: { title: 'Know who you are', description: 'A stable identifier of your account.' },
  email: { title: 'See your e-mail address' },
  profile: {
    title: 'See your profile',
    description: 'Your name, your user name or else your e-mail address, and your language.',
  },
  groups: { title: 'See your groups', description: 'The names of the groups that you are in here.' },
  offline_access: { title: 'Stay connected when you’re not there' },
}

/** `undefined` for a scope of a resource server, which has a text of its own. */
export function scopeWords(scope: string): ScopeWords | undefined {
  return Object.hasOwn(WORDS, scope) ? WORDS[scope] : undefined
}

/** The registered text of a resource server's scope, or else its name. */
export function resourceScopeTitle(
  resource: { scopeTexts?: Readonly<Record<string, string>> } | undefined,
  scope: string,
): string {
  const texts = resource?.scopeTexts ?? {}
  return (Object.hasOwn(texts, scope) && texts[scope]) || scope
}

const DAY_SECONDS = 86_400
const YEAR_DAYS = 365

/** The end of offline access in words for people. */
export function offlineEnds({
  offlineAccessIdleSeconds: idle,
  offlineAccessAbsoluteSeconds: absolute,
}: Pick<Lifetimes, 'offlineAccessIdleSeconds' | 'offlineAccessAbsoluteSeconds'>): string {
  if (idle >= absolute) return `Ends after ${daysInWords(absolute)}, or when you remove it.`
  return `Ends after ${daysInWords(idle)} without use, after ${daysInWords(absolute)} at the latest, or when you remove it.`
}

function daysInWords(seconds: number): string {
  const days = Math.round(seconds / DAY_SECONDS)
  const [count, unit] = days % YEAR_DAYS === 0 ? [days / YEAR_DAYS, 'year'] : [days, 'day']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
