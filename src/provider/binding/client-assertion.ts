/** Checks a client assertion (RFC 7523) more strictly than the library does: its audience, its age and its lifetime. */
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { MtlsSettings } from './mtls.ts'
import { rulesOf } from '../../clients/profiles.ts'
import { grants } from '../library/library.ts'
import { replaceMember } from '../library/members.ts'

/** How far in the future the `iat` of an assertion may be. */
export const CLOCKS_APART_SECONDS = 60
/** Tolerance for `nbf` in the future and `exp` in the past, in assertions and request objects. */
export const CLOCK_TOLERANCE_SECONDS = 10
/** The longest lifetime of an assertion. Its replay mark is kept until it expires, so this bounds the marks. */
export const LONGEST_LIFE_SECONDS = 3600

type Claims = Record<string, unknown>

/**
 * Accepts the issuer alone as the audience of a client assertion, so that one made for another server is useless here.
 * The operator can allow a client the older form (client-exceptions.ts).
 */
export function expectAudience(provider: Provider, mtls: MtlsSettings | undefined): void {
  const { issuer } = provider
  const strict = new Set([issuer])
  const expected = function (this: KoaContextWithOIDC['oidc']) {
    if (this.client?.['assertion_audience'] !== 'token_endpoint') return strict
    // CIBA Core §7.1 also allows the endpoint itself.
    const isCiba = this.route === 'backchannel_authentication'
    return new Set([issuer, ...placesOf('token'), ...(isCiba ? placesOf(this.route) : [])])
  }
  replaceMember(provider, 'OIDCContext#clientJwtAuthExpectedAudience', () => expected)

  /** The endpoint's address, and its alias for mutual TLS. */
  function placesOf(route: string): string[] {
    const address = provider.urlFor(route)
    const { origin } = mtls ?? {}
    return origin ? [address, origin + address.slice(issuer.length)] : [address]
  }
}

/**
 * Runs before the assertion counts as used. The DPoP proof is checked first, because a client that needs a new nonce
 * sends the request again (RFC 9449 §8). Many clients, the OpenID Foundation's suite among them, then reuse the
 * assertion.
 * @throws errors.InvalidClientAuth, errors.UseDPoPNonce, errors.InvalidDpopProof
 */
export async function assertClientAssertion(
  ctx: KoaContextWithOIDC,
  claims: Claims,
  header: Claims,
): Promise<void> {
  assertTimely(ctx, claims, header)
  if (ctx.oidc.route && TAKE_PROOFS.has(ctx.oidc.route)) await grants.validateDpop(ctx.oidc.provider, ctx)
}

/** The endpoints that take a proof beside the assertion. The library does not check it a second time. */
const TAKE_PROOFS = new Set(['token', 'pushed_authorization_request', 'authorization_challenge'])

function assertTimely(ctx: KoaContextWithOIDC, { iat, exp, aud }: Claims, { alg }: Claims): void {
  const nowSeconds = Math.floor(Date.now() / 1000)
  if (typeof iat === 'number' && iat > nowSeconds + CLOCKS_APART_SECONDS)
    throw new errors.InvalidClientAuth('client assertion issued in the future')
  if (typeof exp !== 'number' || exp > nowSeconds + LONGEST_LIFE_SECONDS)
    throw new errors.InvalidClientAuth('client assertion valid for more than an hour')
  const rules = rulesOf(ctx.oidc.client)
  if (rules?.singleAudience && typeof aud !== 'string')
    throw new errors.InvalidClientAuth('client assertion aud must be the issuer as a string (FAPI 2.0)')
  if (rules?.algs?.includes(String(alg)) === false)
    throw new errors.InvalidClientAuth(`client assertion alg must be one of ${rules.algs.join(', ')}`)
}
