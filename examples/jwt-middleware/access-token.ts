/**
 * Verifies JWT access tokens (RFC 9068) at a resource server. It asks the account server only for its keys and status
 * lists. It checks signature, type, issuer, audience and expiry, and the key or certificate that the token is bound to
 * (RFC 9449, RFC 8705). By the status list that the token names it sees whether the token was revoked. It needs only
 * `jose`: copy the folder.
 */
import { createHash } from 'node:crypto'
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import type { JWTPayload } from 'jose'
import { createProofCheck } from './dpop-proof.ts'
import { RefusedToken } from './presented-request.ts'
import type { PresentedRequest } from './presented-request.ts'
import { createStatusCheck } from './status-list.ts'

export type VerifierSettings = {
  issuer: string
  /** This API's identifier, as registered. */
  audience: string
  /** `jwks_uri` of the account server's metadata. */
  jwksUri: string
  /** Fetches status lists again after this long, where the lists themselves allow more. */
  statusMaxAgeSeconds?: number
}

export type AccessTokenClaims = JWTPayload & { client_id: string; scope?: string }
export type Verdict =
  | { ok: true; claims: AccessTokenClaims }
  /** Answer with this status and, with 401, this `WWW-Authenticate`; `reason` is for the log. */
  | { ok: false; status: 401 | 503; challenge: string; reason: string }

export type VerifyRequest = (request: PresentedRequest) => Promise<Verdict>

/** Keys and lists are fetched when first needed, and kept. */
export function createVerifier(settings: VerifierSettings): VerifyRequest {
  const { issuer, audience, jwksUri } = settings
  const keys = createRemoteJWKSet(new URL(jwksUri))
  const checkProof = createProofCheck()
  const checkStatus = createStatusCheck({ issuer, keys, maxAgeSeconds: settings.statusMaxAgeSeconds })

  async function verify(
    request: PresentedRequest,
    scheme: string,
    token: string,
  ): Promise<AccessTokenClaims> {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      typ: 'at+jwt',
      requiredClaims: ['exp', 'iat', 'jti', 'sub', 'client_id'],
    })
    await checkBinding(request, scheme, token, payload)
    await checkStatus(payload)
    return payload as AccessTokenClaims
  }

  async function checkBinding(request: PresentedRequest, scheme: string, token: string, claims: JWTPayload) {
    const { jkt, 'x5t#S256': x5t } = (claims['cnf'] ?? {}) as { jkt?: string; 'x5t#S256'?: string }
    // A bound token that comes as Bearer was taken from its owner (RFC 9449 §7.2).
    if ((jkt !== undefined) !== (scheme === 'dpop')) throw new RefusedToken('wrong scheme for this token')
    // The client wrote all of the proof: every failure there, also in reading its key, is the client's fault.
    if (jkt !== undefined) await checkProof(request, token, jkt).catch(refuse)
    if (x5t !== undefined && x5t !== thumbprint(request.certificate))
      throw new RefusedToken('not the certificate that the token is bound to')
  }

  return async (request) => {
    const [, scheme = '', token = ''] =
      /^(Bearer|DPoP) ([\w.~+/-]+=*)$/i.exec(request.authorization ?? '') ?? []
    // Nothing was presented: the challenge names no error (RFC 6750 §3.1).
    if (!token) return { ok: false, status: 401, challenge: 'Bearer', reason: 'no token' }
    try {
      return { ok: true, claims: await verify(request, scheme.toLowerCase(), token) }
    } catch (error) {
      return refusal(error, scheme)
    }
  }
}

function refuse(cause: unknown): never {
  throw new RefusedToken(cause instanceof Error ? cause.message : 'a broken proof', { cause })
}

function refusal(error: unknown, scheme: string): Verdict {
  const faulty = error instanceof RefusedToken || (error instanceof errors.JOSEError && !isOutage(error))
  const reason = error instanceof Error ? error.message : String(error)
  const challenge = `${/dpop/i.test(scheme) ? 'DPoP' : 'Bearer'} error="invalid_token"`
  return { ok: false, status: faulty ? 401 : 503, challenge: faulty ? challenge : '', reason }
}

// A key set that cannot be fetched is not the token's fault.
function isOutage({ code }: errors.JOSEError): boolean {
  return code === errors.JWKSTimeout.code || code === errors.JOSEError.code
}

function thumbprint(certificate: Buffer | undefined): string | undefined {
  return certificate && createHash('sha256').update(certificate).digest('base64url')
}
