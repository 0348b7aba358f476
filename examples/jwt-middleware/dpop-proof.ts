/** DPoP proofs at a resource server (RFC 9449 §4.3, §7.1). */
import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'
import { RefusedToken } from './presented-request.ts'
import type { PresentedRequest } from './presented-request.ts'

const MAX_AGE_SECONDS = 60
const SKEW_SECONDS = 10
// As in `dpop_signing_alg_values_supported` of the account server.
const ALGORITHMS = ['ES256', 'PS256', 'EdDSA', 'Ed25519']

/** Remembers the proofs that this process has seen; several processes each accept a proof once. */
export function createProofCheck() {
  const seen = new Map<string, number>()

  return async (
    { method, url, proofs = [] }: PresentedRequest,
    token: string,
    jkt: string,
  ): Promise<void> => {
    const [proof, ...more] = proofs
    if (proof === undefined || more.length > 0) throw new RefusedToken('exactly one DPoP proof is needed')
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: ALGORITHMS,
      maxTokenAge: MAX_AGE_SECONDS,
      clockTolerance: SKEW_SECONDS,
      requiredClaims: ['jti', 'htm', 'htu', 'iat', 'ath'],
    })
    const { jti, htm, htu, ath } = payload as Record<string, unknown>
    if (htm !== method) throw new RefusedToken('the proof is for another method')
    if (withoutQuery(String(htu)) !== withoutQuery(url))
      throw new RefusedToken('the proof is for another address')
    if (ath !== createHash('sha256').update(token).digest('base64url'))
      throw new RefusedToken('the proof is for another token')
    if ((await calculateJwkThumbprint(protectedHeader.jwk ?? { kty: '' })) !== jkt)
      throw new RefusedToken('not the key that the token is bound to')
    remember(seen, `${jkt} ${String(jti)}`)
  }
}

function remember(seen: Map<string, number>, id: string): void {
  const now = Date.now()
  for (const [old, untilMs] of seen) {
    if (untilMs > now) break
    seen.delete(old)
  }
  if (seen.has(id)) throw new RefusedToken('the proof was used before')
  seen.set(id, now + (MAX_AGE_SECONDS + 2 * SKEW_SECONDS) * 1000)
}

function withoutQuery(address: string): string | undefined {
  const url = URL.parse(address)
  return url ? url.origin + url.pathname : undefined
}
