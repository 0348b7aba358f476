/** `id_token_hint` (OpenID Connect Core §3.1.2.1): the account that it names is the only one that may be answered for. */
import { decodeJwt } from 'jose'
import { interactionPolicy } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'

/**
 * The library's check, made to hold after the pages too: it forgets the hint there, so that anybody who signs in would
 * do. The hint's signature was checked when the request came.
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
