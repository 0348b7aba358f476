/** Checks a signed request (RFC 9101) more strictly than the library, where the client's profile requires that. */
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { rulesOf } from '../../clients/profiles.ts'

const LONGEST_SECONDS = 3600

type Claims = Record<string, unknown>

/** @throws errors.InvalidRequestObject */
export function assertRequestObject(
  ctx: KoaContextWithOIDC,
  { nbf, exp }: Claims,
  { alg }: Claims,
  client: object | undefined,
): void {
  // A pushed request was checked when it arrived. The library stores one without a signature as `none`.
  if ('PushedAuthorizationRequest' in ctx.oidc.entities) return
  const rules = rulesOf(client)
  if (rules?.algs?.includes(String(alg)) === false)
    throw new errors.InvalidRequestObject(`Request Object alg must be one of ${rules.algs.join(', ')}`)
  if (!rules?.shortRequests) return
  const nowSeconds = Math.floor(Date.now() / 1000)
  if (typeof nbf !== 'number' || nbf < nowSeconds - LONGEST_SECONDS)
    throw new errors.InvalidRequestObject('Request Object needs an nbf of the last 60 minutes')
  if (typeof exp !== 'number' || exp > nbf + LONGEST_SECONDS)
    throw new errors.InvalidRequestObject('Request Object needs an exp of at most 60 minutes after its nbf')
}
