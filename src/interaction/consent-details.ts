/** What a consent page tells: which of the requested scopes mean what, in words for people. */
import type { KnownResource } from '../oidc/resource-access.ts'

export type ScopeText = { name: string; title: string; description?: string }
export type ResourceText = { identifier: string; name?: string; scopes: ScopeText[] }
export type ConsentDetails = { scopes: ScopeText[]; resources: ResourceText[]; offline: boolean }

const SCOPES: Record<string, Omit<ScopeText, 'name'>> = {
  openid: { title: 'Know who you are', description: 'A stable identifier of your account.' },
  email: { title: 'See your e-mail address' },
  profile: { title: 'See your profile', description: 'Your name, user name and language.' },
}

type Resource = Pick<KnownResource, 'identifier' | 'scopes'> & { name?: string }

/** `requested` is the scope parameter of the request, `resources` the resource servers that it named. */
export function consentDetails(requested: string, resources: readonly Resource[]): ConsentDetails {
  const names = requested.split(' ').filter(Boolean)
  const scopes = names.flatMap((name) => (SCOPES[name] ? [{ name, ...SCOPES[name] }] : []))
  return {
    scopes,
    offline: names.includes('offline_access'),
    resources: resources.map(({ identifier, name, scopes: offered }) => ({
      identifier,
      name: name ?? identifier,
      scopes: names
        .filter((scope) => offered.split(' ').includes(scope))
        .map((scope) => ({ name: scope, title: scope })),
    })),
  }
}
