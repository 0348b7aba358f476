/** Describes the scopes and claims of a request in words for people, for the consent page. */
import { claimWords, SCOPE_CLAIMS } from '../provider/grants/claim-words.ts'
import type { Message } from '../words/message.ts'
import type { KnownResource } from '../provider/clients/resource-access.ts'
import { resourceScopeMessage, scopeWords } from '../provider/grants/scope-words.ts'

export type ScopeText = { name: string; title: Message; description?: Message }
export type ResourceText = { identifier: string; name?: string; scopes: ScopeText[] }
export type ConsentDetails = { scopes: ScopeText[]; resources: ResourceText[]; offline: boolean }

type Resource = Pick<KnownResource, 'identifier' | 'scopes' | 'scopeTexts'> & { name?: string }

/** Single claims of the `claims` parameter, in words. Claims that a requested scope covers are left out. */
export function claimTexts(claims: readonly string[], requested: string): ScopeText[] {
  const scopes = requested.split(' ')
  const covered = Object.entries(SCOPE_CLAIMS).flatMap(([scope, names]) =>
    scopes.includes(scope) ? names : [],
  )
  const single = claims.filter((name) => !covered.includes(name))
  return single.map((name) => ({ name, ...claimWords(name) }))
}

/** `requested` is the scope parameter of the request. `resources` are the resource servers that it named. */
export function consentDetails(requested: string, resources: readonly Resource[]): ConsentDetails {
  const names = requested.split(' ').filter(Boolean)
  const shown = names.filter((name) => name !== 'offline_access')
  const scopes = shown.flatMap((name) => {
    const words = scopeWords(name)
    return words ? [{ name, ...words }] : []
  })
  return {
    scopes,
    offline: names.includes('offline_access'),
    resources: resources.map((resource) => ({
      identifier: resource.identifier,
      name: resource.name ?? resource.identifier,
      scopes: names
        .filter((scope) => resource.scopes.split(' ').includes(scope))
        .map((scope) => ({ name: scope, title: resourceScopeMessage(resource, scope) })),
    })),
  }
}
