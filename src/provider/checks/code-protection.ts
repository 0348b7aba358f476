/**
 * Decides when an authorization code needs PKCE, which keeps it from being injected into another sign-in (RFC 9700
 * §2.1.1). A confidential client may use the `nonce` of OpenID Connect instead, which comes back in the ID token.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import { alwaysProves } from '../../clients/client-exceptions.ts'

type LibraryClient = NonNullable<KoaContextWithOIDC['oidc']['client']>

/** True when the client's kind, profile, registration or operator requires PKCE. */
export function mustProve(client: LibraryClient): boolean {
  const described = {
    profile: typeof client['profile'] === 'string' ? client['profile'] : undefined,
    token_endpoint_auth_method: client.clientAuthMethod,
  }
  return client['require_pkce'] === true || alwaysProves(described)
}

/** True when this code request needs a code challenge, however its parameters were sent. */
export function needsChallenge({ oidc }: KoaContextWithOIDC, client: LibraryClient): boolean {
  if (mustProve(client)) return true
  return client['require_pkce'] !== false && !hasNonce(oidc.params)
}

// Without openid there is no ID token to return the nonce.
function hasNonce(params: Record<string, unknown> = {}): boolean {
  const { nonce, scope } = params
  const isOpenid = typeof scope === 'string' && scope.split(' ').includes('openid')
  return isOpenid && typeof nonce === 'string' && nonce !== ''
}
