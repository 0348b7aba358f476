/** What a client shows with a request. */
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'

/** A request as the client sent it: behind a proxy, `url` is the address that the client used. */
export type PresentedRequest = {
  method: string
  url: string
  authorization?: string | undefined
  /** Every `DPoP` header. */
  proofs?: readonly string[]
  /** The client's TLS certificate, DER. */
  certificate?: Buffer | undefined
}

/** The token, or what it shows, is not good; anything else that is thrown is an outage. */
export class RefusedToken extends Error {}

/** The request of Node's own server; `publicUrl` is the address of the API as clients write it. */
export function presented(request: IncomingMessage, publicUrl: string): PresentedRequest {
  const socket = request.socket as Partial<TLSSocket>
  return {
    method: request.method ?? 'GET',
    url: new URL(request.url ?? '/', publicUrl).href,
    authorization: request.headers.authorization,
    proofs: request.headersDistinct['dpop'] ?? [],
    certificate: socket.getPeerCertificate?.().raw,
  }
}
