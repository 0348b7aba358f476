/**
 * Checks that a request holds the key or certificate of its access token (RFC 9449 §7.1, RFC 8705 §3). It is for addresses
 * outside the library, and checks what the library checks at userinfo.
 */
import { errors } from 'oidc-provider'
import type { Client, KoaContextWithOIDC, Provider } from 'oidc-provider'
import { thumbprintOf } from '../../http/request/client-certificate.ts'
import { AppError } from '../../platform/errors.ts'
import { grants, presentedCertificate, protocolContext } from '../library/library.ts'

export type HeldToken = {
  /** As it was sent. */
  value: string
  scheme: 'Bearer' | 'DPoP'
  client: Client
  /** Thumbprint of the key of a DPoP-bound token. */
  jkt?: string | undefined
  /** Thumbprint of the certificate of a token that is bound to one. */
  'x5t#S256'?: string | undefined
}

/** The request as the library's checks see it. `address` is where it was sent to. Call this once for a request. */
export function heldAt(
  provider: Provider,
  ctx: object,
  { address, client }: { address: string; client: Client },
): KoaContextWithOIDC {
  const asked = protocolContext(provider, ctx, address)
  // Its profile may want a nonce in each proof.
  asked.oidc.entity('Client', client)
  return asked
}

/**
 * @throws AppError 401 `invalid_token` for a token that is bound to something else
 * @throws errors.InvalidDpopProof, errors.UseDpopNonce
 */
export async function assertHeld(ctx: KoaContextWithOIDC, token: HeldToken): Promise<void> {
  assertCertificate(ctx, token['x5t#S256'])
  assertScheme(token)
  if (token.jkt === undefined) return
  const { provider } = ctx.oidc
  const proof = await grants.validateDpop(provider, ctx, token.value)
  if (!proof) throw new errors.InvalidDpopProof('`DPoP` header not provided')
  if (proof.thumbprint !== token.jkt)
    throw new errors.InvalidDpopProof('the DPoP proof is made with another key than the token is bound to')
  await grants.checkDpopReplay(provider, ctx, proof, token.client.clientId, UsedProof)
}

function assertCertificate(ctx: KoaContextWithOIDC, thumbprint: string | undefined): void {
  if (thumbprint === undefined) return
  const certificate = presentedCertificate(ctx)
  if (certificate && thumbprintOf(certificate) === thumbprint) return
  throw refused('The token is bound to a client certificate, which is not that of this connection.')
}

/** RFC 9449 §7.1, §7.2: a bound token is no bearer token, and a proof for any other token proves nothing. */
function assertScheme({ scheme, jkt }: HeldToken): void {
  if (jkt !== undefined && scheme === 'Bearer')
    throw refused('The token is bound to a key. Send Authorization: DPoP, with a proof in the header DPoP.')
  if (jkt === undefined && scheme === 'DPoP')
    throw refused('The token is not bound to a key. Send Authorization: Bearer.')
}

function refused(message: string): AppError {
  return new AppError('invalid_token', 401, message)
}

class UsedProof extends errors.InvalidDpopProof {
  constructor() {
    super('the DPoP proof was used before: make a new one for each request')
  }
}
