/** A key that proves its possession (RFC 9449), with every claim and header to be bent. */
import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'

type Proof = {
  /** Where the request goes; its query is left out. */
  url: string
  /** By default POST. */
  method?: string
  accessToken?: string
  nonce?: string
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
}

export type Prover = Awaited<ReturnType<typeof createProver>>

export const nowSeconds = () => Math.floor(Date.now() / 1000)

export async function createProver(alg = 'ES256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  return {
    jwk,
    privateJwk: await exportJWK(privateKey),
    thumbprint: await calculateJwkThumbprint(jwk),
    prove({ url, method = 'POST', accessToken, nonce, claims, header }: Proof): Promise<string> {
      const { origin, pathname } = new URL(url)
      const ath = accessToken && createHash('sha256').update(accessToken).digest('base64url')
      const all = { htm: method, htu: origin + pathname, jti: randomUUID(), iat: nowSeconds(), ath, nonce }
      const given = Object.entries({ ...all, ...claims }).filter(([, value]) => value !== undefined)
      return new SignJWT(Object.fromEntries(given))
        .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk, ...header })
        .sign(privateKey)
    },
  }
}
