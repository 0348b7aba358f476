/**
 * Reads IP addresses and CIDR ranges for every decision based on them. Only the forms that `node:net` accepts count.
 * `127.1` and `0x7f000001`, which the library would read, are not addresses here.
 */
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

export type IpAddress = ipaddr.IPv4 | ipaddr.IPv6

type IpRange = [network: ipaddr.IPv6, bits: number]

const MAPPED = ipaddr.IPv6.parseCIDR('::ffff:0:0/96')

/** Drops a zone (`%eth0`), and turns IPv4-mapped IPv6 into IPv4. `undefined` for text that is not an address. */
export function readAddress(text: string): IpAddress | undefined {
  const address = asWritten(text)
  return address instanceof ipaddr.IPv6 && address.match(MAPPED) ? address.toIPv4Address() : address
}

/** `127.0.0.0/8` or `::1`. */
export function isLoopbackAddress(text: string): boolean {
  return readAddress(text)?.range() === 'loopback'
}

/**
 * True for the host of a URL, with or without brackets, that is a loopback address or always means this machine (RFC
 * 6761).
 */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '')
  return isLoopbackAddress(name) || name === 'localhost' || name.endsWith('.localhost')
}

const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * True for an address of the public network. The library knows the IANA special-purpose registries (RFC 6890). Of IPv6 only
 * 2000::/3 is public: the rest holds unassigned networks and every form with an IPv4 address inside except 6to4 and Teredo.
 */
export function isPublicAddress(text: string): boolean {
  const address = asWritten(text)
  if (address?.range() !== 'unicast') return false
  return address.kind() === 'ipv4' || address.match(GLOBAL_UNICAST)
}

/** True for an address, or for one with a prefix: `10.0.0.0/8`. */
export function isRange(text: string): boolean {
  return readRange(text) !== undefined
}

/** A test for membership in addresses and CIDR ranges. @throws Error naming an entry that is neither */
export function inRanges(entries: readonly string[]): (address: string) => boolean {
  const ranges = entries.map((entry) => {
    const range = readRange(entry)
    if (!range) throw new Error(`not an address or CIDR: ${entry}`)
    return range
  })
  return (text) => {
    const address = asWritten(text)
    const inside = address && inIPv6(address)
    return inside !== undefined && ranges.some((range) => inside.match(range))
  }
}

function asWritten(text: string): IpAddress | undefined {
  const [address = ''] = text.split('%', 1)
  const version = isIP(address)
  if (version === 4) return ipaddr.IPv4.parse(address)
  // The library confuses `::192.0.2.1` with `::ffff:192.0.2.1`, which is another address.
  return version === 6 ? ipaddr.IPv6.parse(address.replace(/^::(?=\d+\.)/, '0::')) : undefined
}

const MAPPED_BYTES = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]

/** Ranges of both families compare in one space, where `::ffff:0:0/96` holds IPv4. */
function inIPv6(address: IpAddress): ipaddr.IPv6 {
  return address instanceof ipaddr.IPv4 ? new ipaddr.IPv6([...MAPPED_BYTES, ...address.octets]) : address
}

function readRange(text: string): IpRange | undefined {
  const [, written = '', prefix] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const address = asWritten(written)
  if (!address) return undefined
  const width = address.kind() === 'ipv4' ? 32 : 128
  const bits = prefix === undefined ? width : Number(prefix)
  return bits <= width ? [inIPv6(address), bits + 128 - width] : undefined
}
