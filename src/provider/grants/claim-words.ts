/** What single claims mean, in words for people: on the consent page, when an app asks for them by the `claims` parameter. */
import type { ScopeWords } from './scope-words.ts'

/** Which claims a scope stands for (OpenID Connect Core §5.4). */
export const SCOPE_CLAIMS = {
  openid: ['sub'],
  email: ['email', 'email_verified'],
  profile: ['name', 'given_name', 'family_name', 'preferred_username', 'locale', 'updated_at'],
}

const WORDS: Record<string, ScopeWords> = {
  email: { title: 'See your e-mail address' },
  email_verified: { title: 'See whether your e-mail address is confirmed' },
  name: { title: 'See your name' },
  given_name: { title: 'See your given name' },
  family_name: { title: 'See your family name' },
  preferred_username: { title: 'See your user name, or else your e-mail address' },
  locale: { title: 'See your language' },
  updated_at: { title: 'See when your profile last changed' },
}

/** Never nothing: what is asked for must be shown. */
export function claimWords(claim: string): ScopeWords {
  return (Object.hasOwn(WORDS, claim) && WORDS[claim]) || { title: `See your ${claim.replaceAll('_', ' ')}` }
}
