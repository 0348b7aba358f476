/**
 * Decides which claims of a person an ID token holds. OpenID Connect Core §5.4 leaves claims of scopes to userinfo
 * where an access token for it is issued. Most libraries read the ID token alone, so the claims are in both. A client
 * or the operator can turn that off.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import { rulesOf } from '../../clients/profiles.ts'

type Claims = { sub: string; [claim: string]: unknown }
type RequestedClaims = Record<string, unknown>

/** Removes the claims that only a scope asks for, where the client's ID tokens leave these out. */
export function claimsForIdToken(
  ctx: KoaContextWithOIDC,
  available: Claims,
  { requested, byDefault }: { requested: RequestedClaims; byDefault: boolean },
): Claims {
  if (holdsScopeClaims(ctx, byDefault)) return available
  const single = Object.entries(available).filter(
    ([name]) => name === 'sub' || Object.hasOwn(requested, name),
  )
  return Object.fromEntries(single) as Claims
}

/**
 * FAPI follows §5.4, as its conformance tests require. Without an access token for userinfo there is no other place.
 */
function holdsScopeClaims({ oidc }: KoaContextWithOIDC, byDefault: boolean): boolean {
  const chosen = oidc.client?.['scope_claims_in_id_token']
  const forApi = oidc.entities.AccessToken?.aud !== undefined
  if (forApi || typeof chosen === 'boolean') return forApi || chosen === true
  return byDefault && rulesOf(oidc.client)?.singleAudience !== true
}
