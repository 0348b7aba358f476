/**
 * What a role may allow in the administration: the scopes that operations for administrators ask for. A test compares them
 * with the operations. Imports nothing, so that every folder may read it.
 */
export const ADMIN_SCOPES = [
  'accounts:read',
  'accounts:support',
  'accounts:manage',
  'accounts:email',
  'accounts:roles',
  'accounts:factors',
  'accounts:delete',
  'groups:read',
  'groups:manage',
  'roles:read',
  'roles:manage',
  'upstreams:read',
  'upstreams:manage',
  'clients:read',
  'clients:manage',
  'resources:read',
  'resources:manage',
  'audit:read',
  'limits:read',
  'limits:manage',
  'keys:read',
  'keys:manage',
  'mails:read',
  'mails:manage',
  'events:read',
  'events:manage',
  'statistics:read',
  'settings:read',
] as const

export type AdminScope = (typeof ADMIN_SCOPES)[number]

/** A scope that allows what others allow, too. Tokens from before a scope was divided stay good by this. */
export const INCLUDED = {
  'accounts:manage': ['accounts:support', 'limits:read'],
  // To unlock an account, one sees which one is limited.
  'accounts:support': ['limits:read'],
  'accounts:roles': ['roles:read'],
  'roles:manage': ['roles:read'],
  'limits:manage': ['limits:read'],
} as const satisfies Partial<Record<AdminScope, readonly AdminScope[]>>

/** The scopes, with those that they include. Others stay as they are. */
export function withIncluded(scopes: Iterable<string>): Set<string> {
  const all = new Set(scopes)
  for (const [scope, included] of Object.entries(INCLUDED))
    if (all.has(scope)) for (const one of included) all.add(one)
  return all
}

/** The scopes that include this one. */
export function widerThan(scope: string): string[] {
  return Object.entries(INCLUDED).flatMap(([wider, included]) =>
    included.some((one) => one === scope) ? [wider] : [],
  )
}

export function isAdminScope(scope: string): scope is AdminScope {
  return ADMIN_SCOPES.some((one) => one === scope)
}
