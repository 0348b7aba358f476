/**
 * Requests to addresses that a client supplied (key sets, logout, metadata documents). The name is resolved once, every
 * answer is checked, the connection goes to that very address and is checked again when it stands: a name that resolves
 * differently the second time, a redirect or an odd spelling of an address reaches nothing inside the network.
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
  /** Loopback addresses, also over plain http: for a server that runs on loopback itself, never for one on a network. */
  allowLoopback: boolean
  /** Networks of the operator's own, as CIDR ranges, whose addresses may be asked as if they were public. */
  clientNetworks?: readonly string[]
  /** For the whole exchange, 2500 unless told. */
  timeoutMs?: number
  /** Largest answer, 64 KiB unless told. */
  limitBytes?: number
  resolve?: Resolve
}

export type GuardedRequest = {
  method?: string
  headers?: HeadersInit
  body?: string
  /** Nobody reads the answer's body: however long or slow it is, the status counts. */
  statusOnly?: boolean
}
export type GuardedFetch = (url: string | URL, request?: GuardedRequest) => Promise<Response>

/** The address may not be asked: the message says why, without what was found there. */
export class RefusedAddress extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'RefusedAddress'
  }
}

/**
 * Follows no redirect, sends no cookie, asks no proxy, and rejects with RefusedAddress, a time-out or a network error.
 * A compressed answer stays as it came: nothing here unpacks it.
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

/** Some waiting cannot be stopped, as for a name server: it goes on alone, and is not waited for. */
function beforeEnd<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  return new Promise((fulfil, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    work.then(fulfil, reject)
  })
}

type Target = { address: string; family: number }

/** What may be reached beside the public network. */
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
    // A connection of its own: none that was kept alive, and no proxy from the environment.
    agent: false,
    // Connects to what was checked, whatever the name resolves to by now.
    lookup: (_host, wanted, done) =>
      wanted.all ? done(null, targets) : done(null, targets[0]!.address, targets[0]!.family),
  }
  return new Promise((fulfil, reject) => {
    const sent = request(url, options, fulfil)
    sent.on('error', reject)
    // Without an answer, and without an error: the server wanted another protocol.
    sent.once('close', () => reject(new Error('the connection was closed without an answer')))
    sent.once('socket', (socket: Socket) => {
      const connected = () => {
        if (!mayReach(socket.remoteAddress ?? '', reach))
          sent.destroy(new RefusedAddress('the connection left the public network'))
      }
      // Listening first: the request's own bytes are written by a later listener of the same event.
      socket.prependOnceListener('connect', connected)
    })
    sent.end(body)
  })
}

/** Without a limit the body is left where it is. */
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
 * A look-up holds one of the process's four threads until the name server has answered, which a client's own may never do.
 * Two at a time leave the others for hashing and files; who waited longer than anybody waits for an answer is let go.
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
