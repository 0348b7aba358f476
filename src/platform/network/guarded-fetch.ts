/**
 * Requests to addresses that a client supplied (key sets, logout, metadata documents). The name is resolved once, and
 * every address in the answer is checked. The connection goes to a checked address and is checked again once it is
 * open. So neither DNS rebinding, redirects nor odd spellings of addresses reach the internal network.
 */
import { lookup } from 'node:dns/promises'
import { request as httpRequest } from 'node:http'
import type { IncomingMessage, RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import type { Socket } from 'node:net'
import { inRanges, isLoopbackAddress, isPublicAddress } from './ip-address.ts'

const TIMEOUT_MS = 2500

export type Resolve = (hostname: string) => Promise<{ address: string; family: number }[]>

export type GuardSettings = {
  /** Allows loopback addresses, also over plain http. Only for a server that runs on loopback itself. */
  allowLoopback: boolean
  /** CIDR ranges of the operator's own networks. Their addresses are allowed like public ones. */
  clientNetworks?: readonly string[]
  /** The limit for the whole exchange. Default: 2500. */
  timeoutMs?: number
  /** The largest response. Default: 64 KiB. */
  limitBytes?: number
  resolve?: Resolve
}

export type GuardedRequest = {
  method?: string
  headers?: HeadersInit
  body?: string
  /** The caller needs only the status. The body is ignored, however long or slow it is. */
  statusOnly?: boolean
}
export type GuardedFetch = (url: string | URL, request?: GuardedRequest) => Promise<Response>

/** The address is not allowed. The message says why, but not what was found there. */
export class RefusedAddress extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'RefusedAddress'
  }
}

/**
 * Follows no redirect, sends no cookie and uses no proxy. A compressed response is not unpacked.
 * @throws RefusedAddress, a time-out or a network error
 */
export function createGuardedFetch(settings: GuardSettings): GuardedFetch {
  const { allowLoopback, clientNetworks = [], timeoutMs = TIMEOUT_MS, limitBytes = 64 * 1024 } = settings
  const { resolve = resolveAll } = settings
  const reach: Reach = { allowLoopback, isOwn: inRanges(clientNetworks) }
  return (address, { method = 'GET', headers, body, statusOnly = false } = {}) => {
    const signal = AbortSignal.timeout(timeoutMs)
    const asking = async () => {
      const url = new URL(address)
      const targets = await allowedAddresses(url, resolve, reach)
      const sent = { url, targets, reach, signal, method, headers: plainHeaders(headers), body }
      return toResponse(await exchange(sent), statusOnly ? undefined : limitBytes)
    }
    return beforeEnd(signal, asking())
  }
}

/** Some work cannot be stopped, such as a DNS query. It continues, but the caller stops waiting. */
function beforeEnd<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  return new Promise((fulfil, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    work.then(fulfil, reject)
  })
}

type Target = { address: string; family: number }

/** The networks that are allowed beside the public one. */
type Reach = { allowLoopback: boolean; isOwn: (address: string) => boolean }

async function allowedAddresses(url: URL, resolve: Resolve, reach: Reach): Promise<Target[]> {
  if (url.username || url.password) throw new RefusedAddress('the address carries credentials')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const found = isIP(host) ? [{ address: host, family: isIP(host) }] : await resolve(host)
  if (found.length === 0) throw new RefusedAddress('the host has no address')
  for (const { address } of found)
    if (!mayReach(address, reach)) throw new RefusedAddress('the host is not on the public network')
  const local = found.every(({ address }) => isLoopbackAddress(address))
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local && reach.allowLoopback))
    throw new RefusedAddress('the address is not https')
  return found
}

type Exchange = {
  url: URL
  targets: Target[]
  reach: Reach
  signal: AbortSignal
  method: string
  headers: Record<string, string>
  body: string | undefined
}

function exchange(given: Exchange): Promise<IncomingMessage> {
  const { url, targets, reach, signal, method, headers, body } = given
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  const options: RequestOptions = {
    method,
    headers,
    signal,
    // A new connection for each request: no keep-alive, and no proxy from the environment.
    agent: false,
    // Connects to the checked address, even if the name resolves differently by now.
    lookup: (_host, wanted, done) =>
      wanted.all ? done(null, targets) : done(null, targets[0]!.address, targets[0]!.family),
  }
  return new Promise((fulfil, reject) => {
    const sent = request(url, options, fulfil)
    sent.on('error', reject)
    // No response and no error: the server asked for another protocol.
    sent.once('close', () => reject(new Error('the connection was closed without an answer')))
    sent.once('socket', (socket: Socket) => {
      const connected = () => {
        if (!mayReach(socket.remoteAddress ?? '', reach))
          sent.destroy(new RefusedAddress('the connection left the public network'))
      }
      // This listener must come first: a later listener of the same event writes the request.
      socket.prependOnceListener('connect', connected)
    })
    sent.end(body)
  })
}

/** Without a limit the body is not read. */
async function toResponse(message: IncomingMessage, limitBytes: number | undefined): Promise<Response> {
  const { statusCode: status = 0 } = message
  if (status < 200 || status > 599) throw new Error('the answer has no status of HTTP')
  const body = limitBytes === undefined ? undefined : await readAll(message, limitBytes)
  if (body === undefined) message.destroy()
  const empty = body === undefined || status === 204 || status === 205 || status === 304
  const headers = Object.entries(message.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  )
  return new Response(empty ? null : body, { status, headers })
}

async function readAll(message: IncomingMessage, limitBytes: number): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = []
  let received = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    received += chunk.length
    if (received > limitBytes) {
      message.destroy()
      throw new RefusedAddress(`the answer is larger than ${limitBytes} bytes`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function plainHeaders(headers: HeadersInit | undefined): Record<string, string> {
  return Object.fromEntries(new Headers(headers).entries())
}

/**
 * A DNS look-up holds one of the process's four threads until the name server answers. Clients choose the names, so
 * they must never hold all four. Two look-ups at a time leave the others for hashing and files. A look-up that waits
 * longer than the deadline leaves the queue.
 */
const LOOKUPS_AT_ONCE = 2

const resolveAll: Resolve = takeTurns(
  (hostname) => lookup(hostname, { all: true, verbatim: true }),
  LOOKUPS_AT_ONCE,
)

export function takeTurns(resolve: Resolve, atOnce: number, patienceMs = TIMEOUT_MS): Resolve {
  const waiting: (() => void)[] = []
  let running = 0
  return async (hostname) => {
    const sinceMs = performance.now()
    if (running >= atOnce) await new Promise<void>((next) => waiting.push(next))
    else running += 1
    try {
      if (performance.now() - sinceMs > patienceMs) throw new Error('too many names are being looked up')
      return await resolve(hostname)
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}

function mayReach(address: string, { allowLoopback, isOwn }: Reach): boolean {
  return isPublicAddress(address) || isOwn(address) || (allowLoopback && isLoopbackAddress(address))
}
