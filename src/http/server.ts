/**
 * The listening server: limits against slow and greedy peers, and a stop that finishes open requests. Nothing in this
 * folder knows an address of the product.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server, ServerOptions, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { Server as NetServer } from 'node:net'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export type ServerLimits = {
  /** The limit until all headers have arrived. Default: 10 s. */
  headersTimeoutMs?: number
  /** The limit until the whole request has arrived. Default: 30 s. */
  requestTimeoutMs?: number
  /** How long an idle connection is kept. Default: 65 s, longer than the 60 s of common proxies. */
  keepAliveTimeoutMs?: number
  /** The most connections at one time. Default: 10,000. Further ones are closed at once. */
  maxConnections?: number
}

type Connections = { requests: Map<Socket, number>; answers: Set<ServerResponse>; draining: boolean }

const connectionsOf = new WeakMap<Server, Connections>()

/** Creates the server, not yet listening. `callback` is Koa's. */
export function createHttpServer(callback: RequestListener, limits: ServerLimits = {}): Server {
  return guarded(createServer(optionsOf(limits), callback), 'connection', limits)
}

/** PEM texts. */
export type MtlsIdentity = { cert: string; key: string }

/** The suites of BCP 195 for TLS 1.2 (FAPI 2.0 §5.2.2) after those of TLS 1.3. */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
].join(':')

/**
 * The same over TLS, with a request for a client certificate. A missing certificate, or one from an unknown authority,
 * does not fail the handshake. The code that needs a certificate checks it, and a self-signed one may be registered
 * (RFC 8705 §2.2). The handshake names no authorities, because clients in Java and Go would then hold back all other
 * certificates.
 */
export function createMtlsServer(
  callback: RequestListener,
  { cert, key }: MtlsIdentity,
  limits: ServerLimits = {},
): Server {
  const tls = { cert, key, ca: [], requestCert: true, rejectUnauthorized: false }
  const rules = { minVersion: 'TLSv1.2', ciphers: CIPHERS, handshakeTimeout: 10_000 } as const
  const server = createTlsServer({ ...optionsOf(limits), ...tls, ...rules }, callback)
  return guarded(server, 'secureConnection', limits)
}

function optionsOf(limits: ServerLimits): ServerOptions {
  const { headersTimeoutMs = 10_000, requestTimeoutMs = 30_000, keepAliveTimeoutMs = 65_000 } = limits
  return {
    headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.min(1000, headersTimeoutMs),
    maxHeaderSize: 16 * 1024,
  }
}

/** `connected` is the event that brings the socket which requests come on. */
function guarded(server: Server, connected: 'connection' | 'secureConnection', limits: ServerLimits): Server {
  server.maxConnections = limits.maxConnections ?? 10_000
  const connections: Connections = { requests: new Map(), answers: new Set(), draining: false }
  connectionsOf.set(server, connections)
  track(server, connected, connections)
  server.on('clientError', answerClientError)
  return server
}

function track(server: Server, connected: string, { requests, answers }: Connections): void {
  server.on(connected, (socket: Socket) => {
    requests.set(socket, 0)
    socket.once('close', () => requests.delete(socket))
  })
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    requests.set(socket, (requests.get(socket) ?? 0) + 1)
    answers.add(response)
    if (connectionsOf.get(server)?.draining) response.setHeader('Connection', 'close')
    response.once('close', () => {
      answers.delete(response)
      if (!socket.destroyed) requests.set(socket, (requests.get(socket) ?? 1) - 1)
    })
  })
}

const CLIENT_ERRORS: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

// Requests that Node's parser refuses never reach Koa. They get a line of plain text, and the connection closes.
function answerClientError(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = CLIENT_ERRORS[error.code ?? ''] ?? '400 Bad Request'
  const body = `${status.slice(4)}\n`
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\n`
  const rest = `Cache-Control: no-store\r\nContent-Length: ${body.length}\r\n\r\n`
  socket.end(head + rest + body, () => socket.destroy())
}

export type DrainTimes = {
  /** After this, remaining requests are aborted. Default: 25 s. */
  deadlineMs?: number
  /**
   * How long an idle kept-alive connection may still bring a request (answered with `Connection: close`). Default: 1 s.
   */
  idleGraceMs?: number
}

/**
 * Stops accepting, lets requests finish and asks peers to close. Resolves when the last connection is gone: `true` when
 * everything ended by itself, `false` when the deadline cut something off.
 */
export async function drain(server: Server, times: DrainTimes = {}): Promise<boolean> {
  const { deadlineMs = 25_000, idleGraceMs = 1000 } = times
  const connections = connectionsOf.get(server)
  if (!connections) throw new Error('drain takes a server made by createHttpServer')
  connections.draining = true
  for (const answer of connections.answers) {
    if (!answer.headersSent) answer.setHeader('Connection', 'close')
  }
  // http's own close() destroys idle connections at once, also when a request is on its way.
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()))
  const startedAtMs = performance.now()
  const sweep = setInterval(() => {
    if (performance.now() - startedAtMs >= idleGraceMs) endIdle(connections)
  }, 50)
  let cutOff = false
  const deadline = setTimeout(() => {
    cutOff = true
    server.closeAllConnections()
  }, deadlineMs)
  await closed
  clearInterval(sweep)
  clearTimeout(deadline)
  return !cutOff
}

function endIdle({ requests }: Connections): void {
  for (const [socket, running] of requests) {
    if (running === 0) socket.destroySoon()
  }
}
