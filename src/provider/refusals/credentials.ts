/**
 * Describes `invalid_client` and `invalid_grant`. The reader may be a stranger (RFC 6749 §5.2, RFC 9700 §4). So the
 * words follow from the request alone: an unknown client or code gets the same answer as a wrong, used or foreign one.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import { SECOND_MS } from '../../platform/clock.ts'
import { CIBA_GRANT, DEVICE_GRANT } from '../../clients/client-choices.ts'
import { assertionMistakes, authenticationOf, parameterOf } from './sent.ts'
import type { AuthenticationMethod } from './sent.ts'

const FAILED = 'client authentication failed'

const HINTS: Record<AuthenticationMethod, string> = {
  basic:
    'check client_id and client_secret, that both are form-urlencoded before they are joined by a colon, and that the client is registered to authenticate with its secret',
  post: 'check client_id and client_secret, and that the client is registered to authenticate with its secret',
  assertion:
    'check that the client is registered for private_key_jwt or client_secret_jwt and has the key that signed (a jwks_uri must be reachable from here), with an alg that it may use, and that each assertion is sent once',
  certificate:
    'check that the client is registered for tls_client_auth with the subject of this certificate, issued by an authority that is known here, or for self_signed_tls_client_auth with the certificate in its jwks',
  none: 'only client_id was sent. A public client has to be registered with the method none; another sends its secret, its assertion, or its certificate at mtls_endpoint_aliases',
}

const PROOF_NEEDED =
  'introspection is for clients that prove who they are, with a secret, an assertion or a certificate; a public client asks userinfo'

/** The same answer for a client that exists and for one that does not. */
export function authenticationFailed(ctx: KoaContextWithOIDC): string {
  const method = authenticationOf(ctx)
  if (method === 'none' && ctx.oidc.route === 'introspection') return `${FAILED}: ${PROOF_NEEDED}`
  if (method !== 'assertion') return `${FAILED}: ${HINTS[method]}`
  const { issuer } = ctx.oidc
  const mistakes = assertionMistakes(
    ctx.oidc.body?.['client_assertion'],
    issuer,
    Math.floor(Date.now() / SECOND_MS),
  )
  const found = mistakes.length > 0 ? `in the assertion, ${mistakes.join(', ')}; then ` : ''
  return `${FAILED}: ${found}${HINTS.assertion}`
}

/** Mistakes with a code of the client's own. Only an authenticated client learns them. */
const OWN_CODE = new Map([
  [
    'code_verifier must be provided',
    'code_verifier is missing: the authorization request had a code_challenge',
  ],
  [
    'code_verifier does not match code_challenge',
    'code_verifier does not belong to the code_challenge of the authorization request (S256 is the base64url of its SHA-256)',
  ],
  [
    'authorization code redirect_uri mismatch',
    'redirect_uri is not the one of the authorization request; they are compared exactly',
  ],
])

/** Mistakes that a developer can correct. They reveal nothing about the code or token that was presented. */
const BINDING = new Map([
  ['DPoP proof JWT not provided', 'a DPoP proof is needed: this client is registered for DPoP-bound tokens'],
  ['missing DPoP proof JWT', 'a DPoP proof is needed: the authorization request had a dpop_jkt'],
  [
    'DPoP proof key thumbprint does not match dpop_jkt',
    'the DPoP proof is made with another key than the dpop_jkt of the authorization request',
  ],
  ['DPoP proof JWT Replay detected', 'the DPoP proof was used before: make a new one for each request'],
  ['mutual TLS client certificate not provided', 'a client certificate is needed: see mtls_endpoint_aliases'],
  [
    'failed jkt verification',
    'the DPoP proof is missing or made with another key than the grant is bound to',
  ],
  ['failed x5t#S256 verification', 'the client certificate is another than the grant is bound to'],
])

const AGAIN = 'begin a new sign-in, do not repeat this request'

const BY_GRANT: Record<string, string> = {
  authorization_code: `the code is unknown, expired, used or another client's, or redirect_uri or code_verifier is not that of the authorization request: ${AGAIN}`,
  refresh_token: `the refresh token is unknown, expired, revoked, used or another client's: ${AGAIN}`,
  [DEVICE_GRANT]:
    "the device_code is unknown, used or another client's: begin again at the device authorization endpoint",
  [CIBA_GRANT]:
    "the auth_req_id is unknown, used or another client's: begin again at the backchannel authentication endpoint",
}

/** The reason why a code or token is refused, as far as this client may know it. */
export function grantRefused(ctx: KoaContextWithOIDC, detail = ''): string | undefined {
  const { client } = ctx.oidc
  const isProven = client !== undefined && client.clientAuthMethod !== 'none'
  const own = isProven ? OWN_CODE.get(detail) : undefined
  return BINDING.get(detail) ?? own ?? BY_GRANT[parameterOf(ctx, 'grant_type') ?? '']
}
