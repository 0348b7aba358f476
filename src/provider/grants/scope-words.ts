/** Describes scopes in words for people, on the consent page and in the list of apps. */
import { given } from '../../words/message.ts'
import type { Message } from '../../words/message.ts'
import { readersLanguage } from '../../words/reader.ts'
import type { Lifetimes } from './lifetimes.ts'

export type ScopeWords = { title: Message; description?: Message }

const WORDS: Record<string, ScopeWords> = {
  openid: { title: 'scope-openid', description: 'scope-openid-about' },
  email: { title: 'scope-email' },
  profile: { title: 'scope-profile', description: 'scope-profile-about' },
  groups: { title: 'scope-groups', description: 'scope-groups-about' },
  roles: { title: 'scope-roles', description: 'scope-roles-about' },
  offline_access: { title: 'consent-offline' },
}

/** `undefined` for a scope of a resource server, which has a text of its own. */
export function scopeWords(scope: string): ScopeWords | undefined {
  return Object.hasOwn(WORDS, scope) ? WORDS[scope] : undefined
}

type Titled = { scopeTexts?: Readonly<Record<string, string>> }

/** The registered text of a resource server's scope in the reader's language, or else its name. */
export function resourceScopeTitle(resource: Titled | undefined, scope: string): string {
  const texts = resource?.scopeTexts ?? {}
  const found = [`${scope}#${readersLanguage()}`, scope].find((name) => Object.hasOwn(texts, name))
  return (found !== undefined && texts[found]) || scope
}

/** The same for a page. */
export function resourceScopeMessage(resource: Titled | undefined, scope: string): Message {
  return given(resourceScopeTitle(resource, scope))
}

const DAY_SECONDS = 86_400
const YEAR_DAYS = 365

/** A number of days or years, as `scope-days` and `scope-years` say it. */
type Span = { id: string; args: { count: number } }

/** The end of offline access. `idle`: without use, where this is earlier. */
export function offlineEnds({
  offlineAccessIdleSeconds: idle,
  offlineAccessAbsoluteSeconds: absolute,
}: Pick<Lifetimes, 'offlineAccessIdleSeconds' | 'offlineAccessAbsoluteSeconds'>): {
  idle?: Span
  longest: Span
} {
  return { longest: spanOf(absolute), ...(idle < absolute && { idle: spanOf(idle) }) }
}

function spanOf(seconds: number): Span {
  const days = Math.round(seconds / DAY_SECONDS)
  return days % YEAR_DAYS === 0
    ? { id: 'scope-years', args: { count: days / YEAR_DAYS } }
    : { id: 'scope-days', args: { count: days } }
}
