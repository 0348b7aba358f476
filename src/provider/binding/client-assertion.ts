/** What is asked of a client assertion (RFC 7523) beyond what the library checks: that it is of now, for soon, and for us. */
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { MtlsSettings } from './mtls.ts'
import { rulesOf } from '../../clients/profiles.ts'
import { grants } from '../library/library.ts'
import { replaceMember } from '../library/members.ts'

/** How far ahead `iat` of an assertion may be. */
export const CLOCKS_APART_SECONDS = 60
/** How far ahead `nbf` may be, of assertions and request objects, and how long `exp` may have passed. */
export const CLOCK_TOLERANCE_SECONDS = 10
/** An assertion is remembered until it expires, so that it counts once: it may not ask to be remembered for ever. */
export const LONGEST_LIFE_SECONDS = 3600

type Claims = Record<string, unknown>

export type AudienceNeeds = {
  mtls: MtlsSettings | undefined
}

/**
 * The audience of a client assertion is the issuer alone, so that one made for another server is useless here, unless the
 * operator allows the client the older form (client-exceptions.ts).
 */
export function expectAudience(provider: Provider, needs: AudienceNeeds): void {
  const { issuer } = provider
  const strict = new Set([issuer])
  const older = new Set([issuer, ...placesOf('token')])
  // CIBA Core §7.1 has the endpoint itself beside the two.
  const oldest = new Set([...older, ...placesOf('backchannel_authentication')])
  const expected = function (this: KoaContextWithOIDC['oidc']) {
    if (this.client?.['assertion_audience'] !== 'token_endpoint') return strict
    return this.route === 'backchannel_authentication' ? oldest : older
  }
  replaceMember(provider, 'OIDCContext#clientJwtAuthExpectedAudience', () => expected)

  /** The endpoint's address, and the one where certificates are asked for. */
  function placesOf(route: string): string[] {
    const address = provider.urlFor(route)
    const { origin } = needs.mtls ?? {}
    return origin ? [address, origin + address.slice(issuer.length)] : [address]
  }
}

/**
 * What is looked at before the assertion counts as used. A proof that needs another nonce comes first: the request is
 * then to be sent again (RFC 9449 §8), and many clients, the OpenID Foundation's suite among them, send it with the same
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

/** The endpoints where a proof stands beside the assertion; the library remembers that it has looked at it. */
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
