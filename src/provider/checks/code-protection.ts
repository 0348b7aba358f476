/**
 * What protects an authorization code from being injected into another sign-in (RFC 9700 §2.1.1): PKCE. A confidential
 * client may rest on the `nonce` of OpenID Connect instead, which its ID token brings back.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import { alwaysProves } from '../../clients/client-exceptions.ts'

type LibraryClient = NonNullable<KoaContextWithOIDC['oidc']['client']>

/** True when the client has no choice: its kind, its profile, its own registration or the operator says so. */
export function mustProve(client: LibraryClient): boolean {
  const described = {
    profile: typeof client['profile'] === 'string' ? client['profile'] : undefined,
    token_endpoint_auth_method: client.clientAuthMethod,
  }
  return client['require_pkce'] === true || alwaysProves(described)
}

/** True when this code request, whichever way its parameters came, needs a code challenge. */
export function needsChallenge({ oidc }: KoaContextWithOIDC, client: LibraryClient): boolean {
  if (mustProve(client)) return true
  return client['require_pkce'] !== false && !hasNonce(oidc.params)
}

// Without openid there is no ID token that the nonce could come back in.
function hasNonce(params: Record<string, unknown> = {}): boolean {
  const { nonce, scope } = params
  const isOpenid = typeof scope === 'string' && scope.split(' ').includes('openid')
  return isOpenid && typeof nonce === 'string' && nonce !== ''
}
