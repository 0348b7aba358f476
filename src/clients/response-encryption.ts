/** What must be true before responses can be encrypted to a client: OpenID Connect Core §10.2, JARM §3, RFC 9701 §6. */
import { SECRET_ENCRYPTION_ALGS } from '../platform/algorithms.ts'
import type { ClientMetadata } from './client-metadata.ts'

const RESPONSES = ['id_token', 'userinfo', 'introspection', 'authorization'] as const

type Refuse = (path: string[], message: string) => void
type Jwk = { kty: string; use?: unknown; alg?: unknown; crv?: unknown }

export function checkResponseEncryption(client: ClientMetadata, refuse: Refuse): void {
  for (const response of RESPONSES) {
    const [algField, encField] = [
      `${response}_encrypted_response_alg`,
      `${response}_encrypted_response_enc`,
    ] as const
    const alg = client[algField]
    if (client[encField] && !alg) refuse([encField], `needs ${algField} beside it`)
    if (!alg) continue
    // The other responses are signed by default.
    if (response === 'userinfo' && !client.userinfo_signed_response_alg)
      refuse(['userinfo_signed_response_alg'], `is needed beside ${algField}: it is signed, then encrypted`)
    const fault = keyFault(client, alg)
    if (fault) refuse([algField], fault)
  }
}

function keyFault(client: ClientMetadata, alg: string): string | undefined {
  if (SECRET_ENCRYPTION_ALGS.some((each) => each === alg)) {
    return client.token_endpoint_auth_method === 'client_secret_jwt'
      ? undefined
      : `${alg} takes its key from the client secret, which only client_secret_jwt keeps readable; use a public key`
  }
  if (!client.jwks && !client.jwks_uri) return `${alg} needs the public keys, as jwks or jwks_uri`
  if (!client.jwks || client.jwks.keys.some((jwk) => fits(jwk, alg))) return undefined
  return `jwks holds no key for ${alg}: it takes ${needed(alg)}, with "use" "enc" or none`
}

function fits({ kty, use, alg: only, crv }: Jwk, alg: string): boolean {
  if ((use !== undefined && use !== 'enc') || (only !== undefined && only !== alg)) return false
  if (alg.startsWith('RSA')) return kty === 'RSA'
  return kty === 'EC' || (kty === 'OKP' && crv === 'X25519')
}

function needed(alg: string): string {
  return alg.startsWith('RSA') ? 'an RSA key' : 'an EC or X25519 key'
}
