/**
 * Which claims of a person an ID token holds. OpenID Connect Core §5.4 leaves those of the scopes to userinfo where there
 * is an access token for it; most libraries look in the ID token alone, so they are in both, unless a client or the
 * operator does without.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import { rulesOf } from '../../clients/profiles.ts'

type Claims = { sub: string; [claim: string]: unknown }
type Asked = Record<string, unknown>

/** `available` without the claims that only a scope stands for, where ID tokens do without these. */
export function claimsForIdToken(
  ctx: KoaContextWithOIDC,
  available: Claims,
  { asked, byDefault }: { asked: Asked; byDefault: boolean },
): Claims {
  if (holdsScopeClaims(ctx, byDefault)) return available
  const single = Object.entries(available).filter(([name]) => name === 'sub' || Object.hasOwn(asked, name))
  return Object.fromEntries(single) as Claims
}

/** FAPI keeps to §5.4, as its conformance tests want; without an access token for userinfo there is no other place. */
function holdsScopeClaims({ oidc }: KoaContextWithOIDC, byDefault: boolean): boolean {
  const chosen = oidc.client?.['scope_claims_in_id_token']
  const forApi = oidc.entities.AccessToken?.aud !== undefined
  if (forApi || typeof chosen === 'boolean') return forApi || chosen === true
  return byDefault && rulesOf(oidc.client)?.singleAudience !== true
}
