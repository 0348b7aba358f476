/**
 * DPoP (RFC 9449): what this server adds to the library's checks of a proof. Nonces are derived from a key that all
 * nodes share, so each node accepts the nonces of the others. Replay detection remembers used proofs.
 */
import { errors } from 'oidc-provider'
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { SECOND_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import { rulesOf } from '../../clients/profiles.ts'
import { unverifiedClaims } from '../../platform/unverified-claims.ts'

/**
 * How far the clock of a client may be ahead: 10 s must be accepted and 60 s refused (FAPI 2.0 §5.3.2.1). A proof
 * without a nonce is valid for 300 s from its `iat`, and remembered for 360 s from its use. So no proof is valid longer
 * than it is remembered.
 */
const AHEAD_SECONDS = 45

export function dpopFeature(nonceSecret: Buffer, nonceRequired: boolean, clock: Clock) {
  return {
    enabled: true,
    nonceSecret,
    // The library calls this first when it checks a proof, so a proof can be refused here.
    requireNonce: (ctx: KoaContextWithOIDC) => {
      assertProofOfNow(ctx.get('DPoP'), Math.floor(clock() / SECOND_MS))
      // At userinfo the client is not known yet. A proof there is bound to one token by its `ath`.
      return nonceRequired || rulesOf(ctx.oidc.client)?.dpopNonce === true
    },
  } as NonNullable<Configuration['features']>['dPoP']
}

/**
 * The library tolerates an `iat` in the future like one in the past, and with a nonce it accepts any. It refuses a
 * proof that is no JWT itself.
 */
function assertProofOfNow(proof: string, nowSeconds: number): void {
  const { iat } = unverifiedClaims(proof)
  if (typeof iat !== 'number' || iat <= nowSeconds + AHEAD_SECONDS) return
  const ahead = `${Math.ceil(iat - nowSeconds)} seconds in the future, and ${AHEAD_SECONDS} are allowed`
  throw new errors.InvalidDpopProof(`DPoP proof iat is ${ahead}: check the clock of the client`)
}

/** The address that a proof was made for. The proof is not verified here. */
export function addressOfProof(proof: string): string | undefined {
  const { htu } = unverifiedClaims(proof)
  return typeof htu === 'string' ? htu : undefined
}
