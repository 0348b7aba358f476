/** Plays an OpenID provider for the tests of attacks. */
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { JWTPayload } from 'jose'

export type Forger = Awaited<ReturnType<typeof startForger>>

/** An OpenID provider with answers that a test bends: it signs all that it is given. */
export async function startForger() {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const other = await generateKeyPair('ES256')
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] }
  const bent: {
    claims: JWTPayload
    userinfo?: object
    wrongKey?: boolean
    metadata?: object
    page?: string
  } = {
    claims: {},
  }
  let issuer = ''
  const server: Server = createServer((req, res) => {
    const json = (body: unknown) =>
      res.setHeader('content-type', 'application/json').end(JSON.stringify(body))
    const path = new URL(req.url ?? '/', 'http://x').pathname
    if (path === '/.well-known/openid-configuration')
      return json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/userinfo`,
        jwks_uri: `${issuer}/jwks`,
        id_token_signing_alg_values_supported: ['ES256'],
        ...bent.metadata,
      })
    if (path === '/jwks') return json(jwks)
    if (path === '/page') return res.setHeader('content-type', 'text/html').end(bent.page)
    if (path === '/userinfo') return json(bent.userinfo ?? {})
    const token = new SignJWT(bent.claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(bent.wrongKey ? other.privateKey : privateKey)
    return void token.then((id_token) => json({ access_token: 'a', token_type: 'bearer', id_token }))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    issuer,
    bent,
    /** A token of its own making. */
    sign: (claims: JWTPayload, { typ = 'logout+jwt', wrongKey = false, alg = 'ES256' } = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg, kid: 'k', typ })
        .sign(
          alg === 'HS256'
            ? new TextEncoder().encode(JSON.stringify(jwks))
            : wrongKey
              ? other.privateKey
              : privateKey,
        ),
    stop: () => void server.close(),
  }
}
