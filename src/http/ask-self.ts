/**
 * Sends a request to this server without a network: the answer is that of the same address over HTTP. Pages that work as a
 * client of the own API use it, also where the own address cannot be reached from inside.
 */
import { createServer, request } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import { duplexPair } from 'node:stream'
import { text } from 'node:stream/consumers'

export type SelfRequest = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With its query. */
  path: string
  headers: Readonly<Record<string, string>>
  body?: string | Buffer
  /** The address of the person who causes the request: for limits and the audit trail. */
  ip: string
}
export type SelfAnswer = { status: number; headers: IncomingMessage['headers']; text: string }
export type AskSelf = (request: SelfRequest) => Promise<SelfAnswer>

/** `issuer`: its host is that of the requests. They count as encrypted where it is https. */
export function createAskSelf(issuer: string, listener: RequestListener): AskSelf {
  const { host } = new URL(issuer)
  // It listens nowhere. A pair of streams is its connection.
  const server = createServer(listener)
  return async ({ method, path, headers, body, ip }) => {
    const [near, far] = duplexPair()
    server.emit('connection', Object.assign(far, { remoteAddress: ip }))
    const all = { accept: 'application/json', ...headers, host, connection: 'close' }
    try {
      const answer = await answerTo(
        request({ method, path, headers: all, createConnection: () => near }),
        body,
      )
      return { status: answer.statusCode ?? 0, headers: answer.headers, text: await text(answer) }
    } finally {
      near.destroy()
    }
  }
}

function answerTo(
  sent: ReturnType<typeof request>,
  body: string | Buffer | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once('response', resolve).once('error', reject).end(body)
  })
}
