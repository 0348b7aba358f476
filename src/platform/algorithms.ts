/**
 * The algorithms that this server signs, encrypts and decrypts with (RFC 7518, RFC 8037). Keys, registration, settings
 * and discovery use these lists. They leave out broken algorithms (RSA1_5). They leave out symmetric signatures too:
 * each verifier of such a token could also forge one.
 */

/** The first is the default for JWT access tokens. OpenID Connect Core §15.1 requires RS256. */
export const SIGNING_ALGS = ['ES256', 'RS256', 'PS256', 'EdDSA'] as const
/** The default for clients that name no algorithm: OpenID Connect Registration §2, JARM §3, RFC 9701 §6. */
export const STANDARD_ALG = 'RS256'
/** Apps encrypt request objects with these. The server publishes one key for each. */
export const DECRYPTION_ALGS = ['RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A256KW'] as const
/** These derive their key from the client's secret (OpenID Connect Core §10.2), so the secret must be stored readably. */
export const SECRET_ENCRYPTION_ALGS = ['A256KW', 'dir'] as const
/** The server encrypts responses to clients with these. */
export const ENCRYPTION_ALGS = [...DECRYPTION_ALGS, ...SECRET_ENCRYPTION_ALGS] as const
/** The last is the default of OpenID Connect for clients that name none. */
export const CONTENT_ENCRYPTIONS = ['A256GCM', 'A128GCM', 'A256CBC-HS512', 'A128CBC-HS256'] as const

/** Clients sign assertions and requests with these, by their own keys. */
export const CLIENT_SIGNING_ALGS = ['ES256', 'PS256', 'EdDSA', 'Ed25519', 'RS256', 'ES384', 'ES512'] as const
/** Clients sign DPoP proofs with these: the algorithms of FAPI 2.0 §5.4.1. */
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
