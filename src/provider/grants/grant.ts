/**
 * Makes grants for every flow: what a person allowed an app. Tokens find the grant by its id, and the account lists it.
 */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { errors } from 'oidc-provider'
import { recordGrant, removeGrantsOf } from '../../consents/account-grants.ts'
import { mayUseNow } from '../../groups/app-access.ts'
import type { LimitedClient } from '../../groups/app-access.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import type { Services } from '../../services.ts'
import { grantLifetimeSeconds, hasOfflineAccess, lifetimesOf } from './lifetimes.ts'

export type Grant = InstanceType<Provider['Grant']>
/** The content of a grant: the provider's own scopes, single claims, and scopes by resource server. */
export type GrantScopes = { oidc: string[]; claims: string[]; resources: Record<string, string[]> }

/** Adds what was allowed to a grant that is not saved yet. */
export function addScopes(grant: Grant, { oidc, claims, resources }: GrantScopes): void {
  if (oidc.length > 0) grant.addOIDCScope(oidc.join(' '))
  if (claims.length > 0) grant.addOIDCClaims(claims)
  for (const [identifier, names] of Object.entries(resources))
    if (names.length > 0) grant.addResourceScope(identifier, names.join(' '))
}

/**
 * Saves a grant and records it with its account, which can list and end it. Returns its id. Without a session, no
 * sign-out ends it. When offline access was added since its creation, its lifetime is extended to match.
 * @throws errors.AccessDenied when the account may no longer use this client
 */
export async function saveGrant(
  { db, clock, config }: Pick<Services, 'db' | 'clock' | 'config'>,
  grant: Grant,
  client: LimitedClient,
  sessionUid?: string,
): Promise<string> {
  const nowMs = clock()
  if (grant.exp !== undefined && hasOfflineAccess(grant.openid?.scope))
    grant.exp = Math.max(
      grant.exp,
      Math.floor(nowMs / SECOND_MS) + grantLifetimeSeconds(lifetimesOf(config), grant),
    )
  const grantId = await grant.save()
  const { accountId = '', clientId = '' } = grant
  const expiresAtMs = nowMs + grant.remainingTTL * SECOND_MS
  await recordGrant(db, { grantId, accountId, clientId, sessionUid, createdAtMs: nowMs, expiresAtMs })
  // Read after the row is there: an account that leaves the group from now on takes it along.
  if (await mayUseNow(db, client, accountId)) return grantId
  await removeGrantsOf(db, accountId, clientId)
  throw new errors.AccessDenied(undefined, 'the account left the groups of the client meanwhile')
}

/** What the request asks for at these resource servers. */
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
