/**
 * What the ledger asks an account server for, in one small server: metadata, keys, introspection, a client's own token and
 * the look-up. The bench uses it, because it measures the ledger alone.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

type Answer = [status: number, body: unknown]

/** People are `person-1`, `person-2` and so on; each has the address `person-1@example.org`. */
export async function startFakeProvider({ audience, people }: { audience: string; people: number }) {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256', use: 'sig' }
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const routes: Record<string, (body: string) => Answer> = {
    '/.well-known/openid-configuration': () => [200, metadataOf(issuer)],
    '/jwks': () => [200, { keys: [jwk] }],
    '/token': () => [200, { access_token: 'of-the-ledger', token_type: 'Bearer', expires_in: 3600 }],
    '/api/v1/accounts/check': (body) => found((JSON.parse(body) as { login: string }).login, people),
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let sent = ''
    for await (const chunk of request) sent += String(chunk)
    const [status, body] = routes[request.url ?? '/']?.(sent) ?? [404, {}]
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
  }

  return {
    issuer,
    /** An access token (RFC 9068) of a person. */
    token: (sub: string, scope = 'ledger:read ledger:send') =>
      new SignJWT({ client_id: 'bench', scope, jti: `${sub}-${scope}` })
        .setProtectedHeader({ alg: 'ES256', kid: 'bench', typ: 'at+jwt' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(sub)
        .setIssuedAt()
        .setExpirationTime('8h')
        .sign(privateKey),
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function metadataOf(issuer: string) {
  return { issuer, jwks_uri: `${issuer}/jwks`, token_endpoint: `${issuer}/token` }
}

function found(login: string, people: number): Answer {
  const [, sub = '', number = ''] = /^(person-(\d+))@example\.org$/.exec(login) ?? []
  return Number(number) >= 1 && Number(number) <= people
    ? [200, { sub }]
    : [404, { code: 'account_not_found' }]
}
