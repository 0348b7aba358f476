/**
 * The algorithms that this server signs, encrypts and decrypts with (RFC 7518, RFC 8037), for keys, registration,
 * settings and discovery alike. Nothing that is broken (RSA1_5), and nothing symmetric that signs: whoever checks
 * such a token could make one.
 */

/** The first signs JWT access tokens where nobody says otherwise. RS256 must be offered (OpenID Connect Core §15.1). */
export const SIGNING_ALGS = ['ES256', 'RS256', 'PS256', 'EdDSA'] as const
/** What a client gets that names none: OpenID Connect Registration §2, JARM §3, RFC 9701 §6. */
export const STANDARD_ALG = 'RS256'
/** What apps encrypt request objects to us with: one key each. */
export const DECRYPTION_ALGS = ['RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A256KW'] as const
/** Their key is made of the client's secret (OpenID Connect Core §10.2), which must be stored readably for it. */
export const SECRET_ENCRYPTION_ALGS = ['A256KW', 'dir'] as const
/** What responses are encrypted to clients with. */
export const ENCRYPTION_ALGS = [...DECRYPTION_ALGS, ...SECRET_ENCRYPTION_ALGS] as const
/** The last is what OpenID Connect prescribes where a client names none. */
export const CONTENT_ENCRYPTIONS = ['A256GCM', 'A128GCM', 'A256CBC-HS512', 'A128CBC-HS256'] as const

/** What clients sign assertions and requests with, by their own keys. */
export const CLIENT_SIGNING_ALGS = ['ES256', 'PS256', 'EdDSA', 'Ed25519', 'RS256', 'ES384', 'ES512'] as const
/** What clients sign DPoP proofs with: the algorithms of FAPI 2.0 §5.4.1, enough for everyone. */
const PROOF_ALGS = ['ES256', 'PS256', 'EdDSA', 'Ed25519']

export type SigningAlg = (typeof SIGNING_ALGS)[number]
export type DecryptionAlg = (typeof DECRYPTION_ALGS)[number]

/** The library's `enabledJWA`: exactly what discovery advertises and registration accepts. */
export function enabledAlgorithms() {
  const signing = [...SIGNING_ALGS]
  const encryption = { alg: [...ENCRYPTION_ALGS], enc: [...CONTENT_ENCRYPTIONS] }
  return {
    clientAuthSigningAlgValues: [...CLIENT_SIGNING_ALGS, 'HS256' as const],
    dPoPSigningAlgValues: PROOF_ALGS,
    idTokenSigningAlgValues: signing,
    userinfoSigningAlgValues: signing,
    introspectionSigningAlgValues: signing,
    authorizationSigningAlgValues: signing,
    idTokenEncryptionAlgValues: encryption.alg,
    idTokenEncryptionEncValues: encryption.enc,
    userinfoEncryptionAlgValues: encryption.alg,
    userinfoEncryptionEncValues: encryption.enc,
    introspectionEncryptionAlgValues: encryption.alg,
    introspectionEncryptionEncValues: encryption.enc,
    authorizationEncryptionAlgValues: encryption.alg,
    authorizationEncryptionEncValues: encryption.enc,
    requestObjectSigningAlgValues: [...CLIENT_SIGNING_ALGS],
    requestObjectEncryptionAlgValues: [...DECRYPTION_ALGS],
    requestObjectEncryptionEncValues: encryption.enc,
  }
}
