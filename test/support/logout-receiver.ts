/** An app's back-channel logout address: verifies what arrives as the specification asks, and gives the answers that a test sets. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { JWTPayload } from 'jose'

export type LogoutReceiver = Awaited<ReturnType<typeof startLogoutReceiver>>
/** A logout token with its signature, issuer, type and age checked. */
export type Heard = { claims: JWTPayload; header: { alg?: string; typ?: string }; answered: number }

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

export async function startLogoutReceiver(issuer: string) {
  const keys = createRemoteJWKSet(new URL('/oauth/jwks', issuer))
  const heard: Heard[] = []
  const rejected: unknown[] = []
  const statuses: number[] = []
  const server = createServer((request, response) => {
    receive(request)
      .then(({ claims, header }) => {
        const answered = statuses.shift() ?? 200
        heard.push({ claims, header, answered })
        response.writeHead(answered, { location: '/elsewhere' }).end()
      })
      .catch((error: unknown) => {
        rejected.push(error)
        response.writeHead(400).end()
      })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  // OpenID Connect Back-Channel Logout 1.0 §2.6.
  async function receive(request: IncomingMessage) {
    let body = ''
    for await (const chunk of request as AsyncIterable<Buffer>) body += String(chunk)
    const token = new URLSearchParams(body).get('logout_token') ?? ''
    const { payload: claims, protectedHeader: header } = await jwtVerify(token, keys, {
      issuer,
      typ: 'logout+jwt',
      requiredClaims: ['aud', 'iat', 'exp', 'jti', 'events'],
      maxTokenAge: 10,
    })
    if ('nonce' in claims) throw new Error('a logout token must not have a nonce')
    if (JSON.stringify(claims['events']) !== JSON.stringify({ [EVENT]: {} }))
      throw new Error('no logout event')
    if (request.method !== 'POST') throw new Error(`sent with ${request.method}`)
    return { claims, header }
  }

  return {
    uri: `http://localhost:${(server.address() as AddressInfo).port}/backchannel`,
    heard,
    /** What arrived and was not a good logout token. */
    rejected,
    /** The answers to the next requests; 200 afterwards. */
    answerNext: (...next: number[]) => void statuses.push(...next),
    heardBy: (clientId: string) => heard.filter(({ claims }) => claims.aud === clientId),
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
