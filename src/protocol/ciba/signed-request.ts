/** Checks a signed authentication request (CIBA §7.1.1) beyond its signature: it must be recent, and it counts once. */
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { unverifiedClaims } from '../../platform/unverified-claims.ts'

/** As FAPI-CIBA §5.2.2 requires. It also limits how long a `jti` is remembered. */
const LONGEST_LIFE_SECONDS = 3600

/** Runs after the library has verified the request object. @throws errors.InvalidRequest */
export async function assertOnce(ctx: KoaContextWithOIDC): Promise<void> {
  const { provider, client, body, params } = ctx.oidc
  if (params?.['authorization_details'] !== undefined)
    throw new errors.InvalidRequest('authorization_details is not supported here: ask by scope')
  const signed = body?.['request']
  if (typeof signed !== 'string') return
  const { jti, exp, nbf, iat } = unverifiedClaims(signed)
  if (typeof iat !== 'number') throw new errors.InvalidRequest('the request object has no iat')
  if (typeof exp !== 'number' || typeof nbf !== 'number' || exp - nbf > LONGEST_LIFE_SECONDS)
    throw new errors.InvalidRequest("the request object's exp must be at most an hour after its nbf")
  if (typeof jti !== 'string' || !(await provider.ReplayDetection.unique(client?.clientId ?? '', jti, exp)))
    throw new errors.InvalidRequest("the request object's jti was used before: sign each request anew")
}
