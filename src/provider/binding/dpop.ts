/**
 * DPoP (RFC 9449): what this server adds to the library's checks of a proof. Nonces are derived from a key that all
 * nodes share, so any node knows those of any other; proofs that were used are remembered by the replay detection.
 */
import { errors } from 'oidc-provider'
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { SECOND_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import { rulesOf } from '../../clients/profiles.ts'
import { unverifiedClaims } from '../../platform/unverified-claims.ts'

export type DpopNeeds = {
  /** 32 bytes, equal on all nodes. */
  dpopNonceSecret: Buffer
  /** Asks every client for a nonce; else only those whose profile says so. */
  dpopNonceRequired: boolean
  clock: Clock
}

/**
 * How far ahead the clock of a client may be: 10 s must be accepted and 60 s refused (FAPI 2.0 §5.3.2.1). A proof without
 * nonce is valid for 300 s from its `iat` and remembered for 360 s from its use, so it can never outlive its memory.
 */
const AHEAD_SECONDS = 45

export function dpopFeature({ dpopNonceSecret, dpopNonceRequired, clock }: DpopNeeds) {
  return {
    enabled: true,
    nonceSecret: dpopNonceSecret,
    // The first thing that the library asks about a proof, and so the place to refuse one.
    requireNonce: (ctx: KoaContextWithOIDC) => {
      assertProofOfNow(ctx.get('DPoP'), Math.floor(clock() / SECOND_MS))
      // At userinfo the client is not known yet: a proof there belongs to one token, and that is bound by its `ath`.
      return dpopNonceRequired || rulesOf(ctx.oidc.client)?.dpopNonce === true
    },
  } as NonNullable<Configuration['features']>['dPoP']
}

/**
 * The library takes `iat` from the future as from the past, and with a nonce whatever it is. A proof that is no JWT is left
 * to it.
 */
function assertProofOfNow(proof: string, nowSeconds: number): void {
  const { iat } = unverifiedClaims(proof)
  if (typeof iat !== 'number' || iat <= nowSeconds + AHEAD_SECONDS) return
  const ahead = `${Math.ceil(iat - nowSeconds)} seconds in the future, and ${AHEAD_SECONDS} are allowed`
  throw new errors.InvalidDpopProof(`DPoP proof iat is ${ahead}: check the clock of the client`)
}

/** The address that a proof was made for, read without believing it. */
export function addressOfProof(proof: string): string | undefined {
  const { htu } = unverifiedClaims(proof)
  return typeof htu === 'string' ? htu : undefined
}
