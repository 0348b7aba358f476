/** What is asked of a client assertion (RFC 7523) beyond what the library checks: that it is of now, and for soon. */
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'

/** Between clocks that differ. */
const AHEAD_SECONDS = 60
/** An assertion is remembered until it expires, so that it counts once: it may not ask to be remembered for ever. */
const LONGEST_LIFE_SECONDS = 3600

/** @throws errors.InvalidClientAuth */
export function assertTimely(_ctx: KoaContextWithOIDC, { iat, exp }: Record<string, unknown>): void {
  const nowSeconds = Math.floor(Date.now() / 1000)
  if (typeof iat === 'number' && iat > nowSeconds + AHEAD_SECONDS)
    throw new errors.InvalidClientAuth('client assertion issued in the future')
  if (typeof exp !== 'number' || exp > nowSeconds + LONGEST_LIFE_SECONDS)
    throw new errors.InvalidClientAuth('client assertion valid for more than an hour')
}
