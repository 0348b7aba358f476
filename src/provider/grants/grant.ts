/** A grant as every flow makes it: what a person allowed an app, kept where tokens find it, and listed with the account. */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { recordGrant } from '../../consents/account-grants.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/sql/database.ts'
import { hasOfflineAccess } from './lifetimes.ts'

export type Grant = InstanceType<Provider['Grant']>
export type GrantNeeds = {
  db: Db
  clock: Clock
  /** How long a grant lives from its making. */
  grantSeconds: (grant: Grant) => number
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
 * Saves a grant and records it with its account, which lists it and can end it. Answers its id. One without a session ends
 * with no sign-out. One that has got offline access since it was made lives as long as that does.
 */
export async function saveGrant(
  { db, clock, grantSeconds }: GrantNeeds,
  grant: Grant,
  sessionUid?: string,
): Promise<string> {
  const nowMs = clock()
  if (grant.exp !== undefined && hasOfflineAccess(grant.openid?.scope))
    grant.exp = Math.max(grant.exp, Math.floor(nowMs / SECOND_MS) + grantSeconds(grant))
  const grantId = await grant.save()
  const { accountId = '', clientId = '' } = grant
  const expiresAtMs = nowMs + grant.remainingTTL * SECOND_MS
  await recordGrant(db, { grantId, accountId, clientId, sessionUid, createdAtMs: nowMs, expiresAtMs })
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
