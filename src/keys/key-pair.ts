/** Makes the key pair of an algorithm, as JWKs that name their algorithm, use and RFC 7638 thumbprint. */
import { generateKeyPair as generate, hash } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { DecryptionAlg, SigningAlg } from '../platform/algorithms.ts'

const generateKeyPair = promisify(generate)
const RSA_BITS = 2048

export async function createKeyPair(alg: SigningAlg | DecryptionAlg, use: 'sig' | 'enc') {
  const { publicKey, privateKey } = await generateFor(alg)
  const publicJwk = publicKey.export({ format: 'jwk' })
  const kid = thumbprint(publicJwk)
  const named = { kid, alg, use }
  return {
    kid,
    publicJwk: { ...publicJwk, ...named },
    privateJwk: { ...privateKey.export({ format: 'jwk' }), ...named },
  }
}

function generateFor(
  alg: SigningAlg | DecryptionAlg,
): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  switch (alg) {
    case 'RS256':
    case 'PS256':
    case 'RSA-OAEP-256':
      return generateKeyPair('rsa', { modulusLength: RSA_BITS })
    case 'EdDSA':
      return generateKeyPair('ed25519', {})
    default:
      return generateKeyPair('ec', { namedCurve: 'P-256' })
  }
}

// RFC 7638 §3.2 and RFC 8037 §2: the required members alone, in lexicographic order.
function thumbprint({ crv, e, kty, n, x, y }: { [member: string]: unknown }): string {
  const required = kty === 'RSA' ? { e, kty, n } : kty === 'OKP' ? { crv, kty, x } : { crv, kty, x, y }
  return hash('sha256', JSON.stringify(required), 'base64url')
}
