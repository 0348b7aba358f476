/** The header WWW-Authenticate of a refused request (RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3). */
import { enabledAlgorithms } from '../platform/algorithms.ts'

type Refused = {
  code: string
  status: number
  /** As it was sent; empty without one. */
  authorization: string
}

type Wanted = {
  /** Of the operation. */
  scope?: string | undefined
  /** How old a sign-in may be, where the refusal is about that. */
  maxAgeSeconds: number
}

const ALGS = `algs="${enabledAlgorithms().dPoPSigningAlgValues.join(' ')}"`
const OF_PROOFS = new Set(['invalid_dpop_proof', 'use_dpop_nonce'])

/** One challenge for each way to send a token. Empty where the refusal needs none. */
export function challengesOf(refused: Refused, { scope, maxAgeSeconds }: Wanted): string[] {
  const { code, status } = refused
  if (code === 'unauthorized') return ['Bearer', `DPoP ${ALGS}`]
  const scheme = isProven(refused) ? 'DPoP' : 'Bearer'
  const challenge = (error: string) => `${scheme} error="${error}"${scheme === 'DPoP' ? `, ${ALGS}` : ''}`
  if (code === 'insufficient_scope') return [`${challenge(code)}, scope="${scope}"`]
  if (status !== 401) return []
  if (code === 'insufficient_user_authentication') return [`${challenge(code)}, max_age="${maxAgeSeconds}"`]
  if (OF_PROOFS.has(code)) return [challenge(code)]
  return scheme === 'DPoP' ? [challenge('invalid_token')] : [challenge('invalid_token'), `DPoP ${ALGS}`]
}

function isProven({ code, authorization }: Refused): boolean {
  return OF_PROOFS.has(code) || /^DPoP(?: |$)/i.test(authorization)
}
