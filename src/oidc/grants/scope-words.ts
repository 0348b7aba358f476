/** What the provider's own scopes mean, in words for people: on the consent page and in the list of apps. */

export type ScopeWords = { title: string; description?: string }

const WORDS: Record<string, ScopeWords> = {
  openid: { title: 'Know who you are', description: 'A stable identifier of your account.' },
  email: { title: 'See your e-mail address' },
  profile: { title: 'See your profile', description: 'Your name, user name and language.' },
  offline_access: { title: 'Keep this access while you are away', description: 'Until you end it.' },
}

/** Nothing for a resource server's scope: those are shown in its own words. */
export function scopeWords(scope: string): ScopeWords | undefined {
  return Object.hasOwn(WORDS, scope) ? WORDS[scope] : undefined
}

/** A resource server's scope in the words that it was registered with, or else its name. */
export function resourceScopeTitle(
  resource: { scopeTexts?: Readonly<Record<string, string>> } | undefined,
  scope: string,
): string {
  const texts = resource?.scopeTexts ?? {}
  return (Object.hasOwn(texts, scope) && texts[scope]) || scope
}
