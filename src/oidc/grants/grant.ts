/** A grant as every flow makes it: what a person allowed an app, kept where tokens find it, and listed with the account. */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { recordGrant } from '../../accounts/account-grants.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/database.ts'

export type Grant = InstanceType<Provider['Grant']>
export type GrantNeeds = {
  db: Db
  clock: Clock
  /** Lifetime of a grant. */
  grantSeconds: number
}
/** What a grant may hold: scopes of the provider's own, single claims, and scopes by resource server. */
export type GrantScopes = { oidc: string[]; claims: string[]; resources: Record<string, string[]> }

/** Adds what was allowed to a grant that is still to be saved. */
export function addScopes(grant: Grant, { oidc, claims, resources }: GrantScopes): void {
  if (oidc.length > 0) grant.addOIDCScope(oidc.join(' '))
  if (claims.length > 0) grant.addOIDCClaims(claims)
  for (const [identifier, names] of Object.entries(resources))
    if (names.length > 0) grant.addResourceScope(identifier, names.join(' '))
}

/**
 * Saves a grant for the first time and records it with its account, which lists it and can end it. Answers its id. One
 * without a session ends with no sign-out.
 */
export async function saveNewGrant(
  { db, clock, grantSeconds }: GrantNeeds,
  grant: Grant,
  sessionUid?: string,
): Promise<string> {
  const grantId = await grant.save()
  const { accountId = '', clientId = '' } = grant
  const createdAtMs = clock()
  const expiresAtMs = createdAtMs + grantSeconds * SECOND_MS
  await recordGrant(db, { grantId, accountId, clientId, sessionUid, createdAtMs, expiresAtMs })
  return grantId
}

/** What the request asks for, at these resource servers. */
export function requestedScopes(
  { oidc }: KoaContextWithOIDC,
  servers: readonly { identifier: string; scopes: ReadonlySet<string> }[],
): GrantScopes {
  const { requestParamOIDCScopes, requestParamClaims, requestParamScopes } = oidc
  const resources = servers.map(({ identifier, scopes }): [string, string[]] => [
    identifier,
    [...scopes].filter((scope) => requestParamScopes.has(scope)),
  ])
  return {
    oidc: [...requestParamOIDCScopes],
    claims: [...requestParamClaims],
    resources: Object.fromEntries(resources),
  }
}
