/** An app that asks for signed or encrypted responses, and checks them as openid-client does. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import type { JsonWebKey } from 'node:crypto'
import { createLocalJWKSet } from 'jose'
import type { JSONWebKeySet } from 'jose'
import * as oidc from 'openid-client'
import type { ClientInput } from '../../src/clients/client-metadata.ts'
import type { RegisteredClient } from '../../src/clients/clients.ts'
import type { Answer } from './send.ts'
import type { Stage } from './stage.ts'

export const JWT_INTROSPECTION = 'application/token-introspection+jwt'

export type AppKey = { kid: string; alg: string; publicJwk: JsonWebKey; privateJwk: JsonWebKey }

/** A key pair of an app, for responses to be encrypted to. */
export function createAppKey(alg: string, kid = alg): AppKey {
  const { publicKey, privateKey } = alg.startsWith('RSA')
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const named = { kid, alg, use: 'enc' }
  return {
    kid,
    alg,
    publicJwk: { ...publicKey.export({ format: 'jwk' }), ...named },
    privateJwk: { ...privateKey.export({ format: 'jwk' }), ...named },
  }
}

export const publicSet = (...keys: AppKey[]): NonNullable<ClientInput['jwks']> => ({
  keys: keys.map(({ publicJwk }) => publicJwk as { kty: 'RSA' | 'EC' }),
})

/** openid-client as the app, with every signature checked against the published keys. */
export async function configure(stage: Stage, client: RegisteredClient, ...keys: AppKey[]) {
  const config = await oidc.discovery(
    new URL(stage.issuer),
    client.client_id,
    client as Partial<oidc.ClientMetadata>,
    client.token_endpoint_auth_method === 'client_secret_jwt'
      ? oidc.ClientSecretJwt(client.client_secret)
      : oidc.ClientSecretBasic(client.client_secret),
    { execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks] },
  )
  if (keys.length > 0) {
    const decryption = await Promise.all(keys.map(importKey))
    oidc.enableDecryptingResponses(config, ['A256GCM', 'A128CBC-HS256'], ...decryption)
  }
  return config
}

/** The keys that the server publishes now. */
export async function publishedKeys(stage: Stage) {
  const answer = await stage.send({ to: '/oauth/jwks' })
  return createLocalJWKSet(answer.json() as unknown as JSONWebKeySet)
}

export function introspectAsJwt(stage: Stage, token: string, auth: Record<string, string>): Promise<Answer> {
  const headers = { ...auth, accept: JWT_INTROSPECTION }
  return stage.send({ to: '/oauth/introspect', form: { token }, headers })
}

async function importKey({ kid, alg, privateJwk }: AppKey): Promise<oidc.DecryptionKey> {
  const der = createPrivateKey({ key: privateJwk, format: 'jwk' }).export({ format: 'der', type: 'pkcs8' })
  const key = alg.startsWith('RSA')
    ? await crypto.subtle.importKey('pkcs8', der, { name: 'RSA-OAEP', hash: 'SHA-256' }, false, ['decrypt'])
    : await crypto.subtle.importKey('pkcs8', der, { name: 'ECDH', namedCurve: 'P-256' }, false, [
        'deriveBits',
      ])
  return { key, alg, kid }
}
