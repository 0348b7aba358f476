/** Describes single claims in words for people. The consent page shows them when an app uses the `claims` parameter. */
import type { ScopeWords } from './scope-words.ts'

/** The claims of each scope (OpenID Connect Core §5.4; `groups` as Kubernetes, Grafana and Argo CD read it; `roles` as RFC 9068 §2.2.3.1 names it). */
export const SCOPE_CLAIMS = {
  openid: ['sub'],
  email: ['email', 'email_verified'],
  profile: [
    'name',
    'given_name',
    'family_name',
    'preferred_username',
    'picture',
    'locale',
    'zoneinfo',
    'updated_at',
  ],
  groups: ['groups'],
  roles: ['roles'],
}

const NAMED = new Set(Object.values(SCOPE_CLAIMS).flat())

/** Never empty, because the page must show everything that the app asks for. */
export function claimWords(claim: string): ScopeWords {
  if (NAMED.has(claim)) return { title: `scope-claim-${claim.replaceAll('_', '-')}` }
  return { title: { id: 'scope-claim-other', args: { claim: claim.replaceAll('_', ' ') } } }
}
