/** `id_token_hint` (OpenID Connect Core §3.1.2.1): only the account that it names may sign in for this request. */
import { decodeJwt } from 'jose'
import { interactionPolicy } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'

/**
 * Repeats the library's check after the pages. The library forgets the hint there, so that anybody could sign in. The
 * hint's signature was checked when the request arrived.
 */
export function lastingHint(original: interactionPolicy.Check): interactionPolicy.Check {
  const { reason, description, error } = original
  return new interactionPolicy.Check(reason, description, error ?? 'login_required', (ctx) => {
    restoreHint(ctx)
    return original.check(ctx)
  })
}

function restoreHint({ oidc }: KoaContextWithOIDC): void {
  const hint = oidc.params?.['id_token_hint']
  if (typeof hint !== 'string' || oidc.entities.IdTokenHint) return
  const hinted = {
    header: {},
    payload: decodeJwt(hint),
  } as KoaContextWithOIDC['oidc']['entities']['IdTokenHint']
  oidc.entity('IdTokenHint', hinted as object)
}
