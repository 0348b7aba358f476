/**
 * The client's address. `X-Forwarded-*` is trusted only on connections from a configured proxy. It gives only the
 * client's address and whether its connection is encrypted. Addresses in answers never depend on it.
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Middleware } from 'koa'
import { inRanges, isRange, readAddress } from '../../platform/network/ip-address.ts'
import { requestState } from './request-state.ts'
import type { AnyContext } from './request-state.ts'

const GROUPS: Record<string, readonly string[]> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

type Peer = { address: string; trusted: boolean }

/** Sets `ctx.state.clientIp`, `.secure` and `.viaTrustedProxy`. @throws at start, when an entry is not an address */
export function clientAddress(trustedProxies: readonly string[]): Middleware {
  const isTrusted = trustList(trustedProxies)
  // The peer of a connection never changes, and one connection brings many requests.
  const peers = new WeakMap<Socket, Peer>()
  const peerOf = (socket: Socket): Peer => {
    const known = peers.get(socket)
    if (known) return known
    const address = normalAddress(socket.remoteAddress ?? '') ?? ''
    const peer = { address, trusted: isTrusted(address) }
    peers.set(socket, peer)
    return peer
  }
  return (ctx, next) => {
    const state = requestState(ctx)
    const { address, trusted } = peerOf(ctx.req.socket)
    state.viaTrustedProxy = trusted
    state.clientIp = trusted ? forwardedAddress(ctx.req, address, isTrusted) : address
    state.secure = isEncrypted(ctx.req, trusted)
    return next()
  }
}

/** The client's address, IPv4 in dotted form, as `clientAddress` found it. */
export function clientIp(ctx: AnyContext): string {
  return requestState(ctx).clientIp ?? normalAddress(ctx.req.socket.remoteAddress ?? '') ?? ''
}

/** A test for membership in a list of addresses, CIDRs and group names. @throws Error naming the wrong entry */
export function trustList(entries: readonly string[]): (address: string) => boolean {
  const named = entries.map((entry) => entry.trim().toLowerCase()).filter((entry) => entry !== '')
  const ranges = named.flatMap((entry) => GROUPS[entry] ?? [entry])
  const wrong = ranges.find((range) => !isRange(range))
  if (wrong) throw new Error(`not an address, CIDR or one of loopback, linklocal, private: ${wrong}`)
  return inRanges(ranges)
}

// From the right: each trusted proxy vouches for the entry to its left. Anyone may have written the entries further
// left.
function forwardedAddress(request: IncomingMessage, peer: string, isTrusted: (address: string) => boolean) {
  const hops = headerValues(request, 'x-forwarded-for')
  let current = peer
  while (hops.length > 0 && isTrusted(current)) {
    const next = normalAddress(hops.pop() ?? '')
    if (!next) break
    current = next
  }
  return current
}

function isEncrypted(request: IncomingMessage, viaTrustedProxy: boolean): boolean {
  if (request.socket instanceof TLSSocket) return true
  return viaTrustedProxy && headerValues(request, 'x-forwarded-proto').at(-1)?.toLowerCase() === 'https'
}

function headerValues(request: IncomingMessage, name: string): string[] {
  const value = request.headers[name]
  const text = Array.isArray(value) ? value.join(',') : (value ?? '')
  return text.split(',').map((part) => part.trim())
}

// "::ffff:192.0.2.1", "192.0.2.1:4711", "[2001:db8::1]:443" and "fe80::1%eth0" all occur.
function normalAddress(text: string): string | undefined {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text
  return readAddress(bare)?.toString()
}
