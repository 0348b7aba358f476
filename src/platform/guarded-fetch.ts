/**
 * Requests to addresses that a client supplied (key sets, logout, metadata documents). The name is resolved once, every
 * answer is checked, the connection goes to that very address and is checked again when it stands: a name that resolves
 * differently the second time, a redirect or an odd spelling of an address reaches nothing inside the network.
 */
import { lookup } from 'node:dns/promises'
import { request as httpRequest } from 'node:http'
import type { IncomingMessage, RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { BlockList, isIP, isIPv6 } from 'node:net'
import type { Socket } from 'node:net'

export type Resolve = (hostname: string) => Promise<{ address: string; family: number }[]>

export type GuardSettings = {
  /** Loopback addresses, also over plain http: for a server that runs on loopback itself, never for one on a network. */
  allowLoopback: boolean
  /** For the whole exchange, 2500 unless told. */
  timeoutMs?: number
  /** Largest answer, 64 KiB unless told. */
  limitBytes?: number
  resolve?: Resolve
}

export type GuardedRequest = { method?: string; headers?: HeadersInit; body?: string }
export type GuardedFetch = (url: string | URL, request?: GuardedRequest) => Promise<Response>

/** The address may not be asked: the message says why, without what was found there. */
export class RefusedAddress extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'RefusedAddress'
  }
}

/** Follows no redirect, sends no cookie, and rejects with RefusedAddress, a time-out or a network error. */
export function createGuardedFetch(settings: GuardSettings): GuardedFetch {
  const { allowLoopback, timeoutMs = 2500, limitBytes = 64 * 1024, resolve = resolveAll } = settings
  return async (address, { method = 'GET', headers, body } = {}) => {
    const url = new URL(address)
    const signal = AbortSignal.timeout(timeoutMs)
    const target = await allowedAddress(url, resolve, allowLoopback)
    const message = await exchange({
      url,
      target,
      allowLoopback,
      signal,
      method,
      headers: plainHeaders(headers),
      body,
    })
    return toResponse(message, limitBytes)
  }
}

async function allowedAddress(url: URL, resolve: Resolve, allowLoopback: boolean) {
  if (url.username || url.password) throw new RefusedAddress('the address carries credentials')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const found = isIP(host) ? [{ address: host, family: isIP(host) }] : await resolve(host)
  const [first] = found
  if (!first) throw new RefusedAddress('the host has no address')
  for (const { address } of found)
    if (!mayReach(address, allowLoopback)) throw new RefusedAddress('the host is not on the public network')
  const local = found.every(({ address }) => isLoopbackAddress(address))
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local && allowLoopback))
    throw new RefusedAddress('the address is not https')
  return first
}

type Exchange = {
  url: URL
  target: { address: string; family: number }
  allowLoopback: boolean
  signal: AbortSignal
  method: string
  headers: Record<string, string>
  body: string | undefined
}

function exchange({
  url,
  target,
  allowLoopback,
  signal,
  method,
  headers,
  body,
}: Exchange): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  const options: RequestOptions = {
    method,
    headers,
    signal,
    agent: false,
    // Connects to what was checked, whatever the name resolves to by now.
    lookup: (_host, wanted, done) =>
      wanted.all ? done(null, [target]) : done(null, target.address, target.family),
  }
  return new Promise((fulfil, reject) => {
    const sent = request(url, options, fulfil)
    sent.once('error', reject)
    sent.once('socket', (socket: Socket) => {
      const connected = () => {
        if (!mayReach(socket.remoteAddress ?? '', allowLoopback))
          sent.destroy(new RefusedAddress('the connection left the public network'))
      }
      // Listening first: the request's own bytes are written by a later listener of the same event.
      socket.prependOnceListener('connect', connected)
    })
    sent.end(body)
  })
}

async function toResponse(message: IncomingMessage, limitBytes: number): Promise<Response> {
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
  const status = message.statusCode ?? 502
  const empty = status === 204 || status === 205 || status === 304
  const headers = Object.entries(message.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  )
  return new Response(empty ? null : Buffer.concat(chunks), { status, headers })
}

function plainHeaders(headers: HeadersInit | undefined): Record<string, string> {
  return Object.fromEntries(new Headers(headers).entries())
}

const resolveAll: Resolve = (hostname) => lookup(hostname, { all: true, verbatim: true })

const LOOPBACK = blockList('127.0.0.0/8 ::1/128')

// IANA special-purpose registries (RFC 6890): nothing in them is a client's public address. The last line holds the
// forms that carry an IPv4 address: mapped, compatible, NAT64 (RFC 6052, 8215) and 6to4.
const SPECIAL = blockList(
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 ' +
    '192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 ' +
    '::/128 ::1/128 100::/64 2001::/23 2001:db8::/32 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8 ' +
    '::ffff:0:0/96 ::/96 64:ff9b::/96 64:ff9b:1::/48 2002::/16',
)

function mayReach(address: string, allowLoopback: boolean): boolean {
  if (!isIP(address)) return false
  return !contains(SPECIAL, address) || (allowLoopback && isLoopbackAddress(address))
}

function isLoopbackAddress(address: string): boolean {
  return contains(LOOPBACK, address)
}

function contains(list: BlockList, address: string): boolean {
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

function blockList(ranges: string): BlockList {
  const list = new BlockList()
  for (const range of ranges.split(' ')) {
    const [address = '', bits] = range.split('/')
    list.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4')
  }
  return list
}
