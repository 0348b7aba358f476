/** The networks that an address is counted for: IPv4 /24; IPv6 /64 and /48, because one customer may hold a whole /48. */
import { isRange, readAddress } from '../platform/network/ip-address.ts'

/** The network of an address, and for IPv6 the site that it is part of. */
export type Networks = [network: string] | [network: string, site: string]

/** `192.0.2.0/24`, or `2001:db8:1:2::/64` and `2001:db8:1::/48`. What is no address is one network: `unknown`. */
export function networksOf(ip: string): Networks {
  const address = readAddress(ip)
  if (!address) return ['unknown']
  if ('octets' in address) return [`${address.octets.slice(0, 3).join('.')}.0/24`]
  const groups = address.parts.map((group) => group.toString(16))
  return [`${groups.slice(0, 4).join(':')}::/64`, `${groups.slice(0, 3).join(':')}::/48`]
}

/** The smaller of them: `192.0.2.0/24`, `2001:db8:0:1::/64`. */
export function networkOf(ip: string): string {
  return networksOf(ip)[0]
}

/**
 * What an operator typed: an address, or a network that is counted or is part of one. `ip` is in all of them. Nothing for a wider
 * network, which is not counted as one.
 */
export function countedNetworks(typed: string): { ip: string; networks: string[] } | undefined {
  const text = typed.trim()
  if (!isRange(text)) return undefined
  const [ip = '', bits] = text.split('/')
  const widest = Number(bits ?? Infinity)
  const networks = networksOf(ip).filter((network) => Number(network.split('/')[1]) <= widest)
  return networks.length > 0 ? { ip, networks } : undefined
}
