/** Describes single claims in words for people. The consent page shows them when an app uses the `claims` parameter. */
import type { ScopeWords } from './scope-words.ts'

/** The claims of each scope (OpenID Connect Core §5.4; `groups` as Kubernetes, Grafana and Argo CD read it). */
export const SCOPE_CLAIMS = {
  openid: ['sub'],
  email: ['email', 'email_verified'],
  profile: ['name', 'given_name', 'family_name', 'preferred_username', 'locale', 'updated_at'],
  groups: ['groups'],
}

const WORDS: Record<string, ScopeWords> = {
  email: { title: 'See your e-mail address' },
  email_verified: { title: 'See whether your e-mail address is confirmed' },
  name: { title: 'See your name' },
  given_name: { title: 'See your given name' },
  family_name: { title: 'See your family name' },
  preferred_username: { title: 'See your user name, or else your e-mail address' },
  locale: { title: 'See your language' },
  groups: { title: 'See your groups' },
  updated_at: { title: 'See when your profile last changed' },
}

/** Never empty, because the page must show everything that the app asks for. */
export function claimWords(claim: string): ScopeWords {
  return (Object.hasOwn(WORDS, claim) && WORDS[claim]) || { title: `See your ${claim.replaceAll('_', ' ')}` }
}
