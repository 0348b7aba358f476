/** The networks that an address is counted for: IPv4 /24; IPv6 /64 and /48, because one customer may hold a whole /48. */
import { isIPv4, isIPv6 } from 'node:net'

/** The network of an address, and for IPv6 the site that it is part of. */
export type Networks = [network: string] | [network: string, site: string]

/** `192.0.2.0/24`, or `2001:db8:1:2::/64` and `2001:db8:1::/48`. */
export function networksOf(ip: string): Networks {
  const network = networkOf(ip)
  if (!network.endsWith('::/64')) return [network]
  return [network, `${network.split(':', 3).join(':')}::/48`]
}

/** `192.0.2.0/24`, `2001:db8:0:1::/64`; an IPv4 address written as IPv6 is IPv4. Anything else is one network of its own. */
export function networkOf(ip: string): string {
  const [address = ''] = ip.split('%', 1)
  if (isIPv4(address)) return `${address.split('.').slice(0, 3).join('.')}.0/24`
  if (!isIPv6(address)) return 'unknown'
  const mapped = /^(?:::|(?:0{1,4}:){5})ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped) return networkOf(mapped)
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const head = groups[0] ? groups[0].split(':') : []
  const tail = groups[1] ? groups[1].split(':') : []
  const missing = groups.length === 2 ? 8 - head.length - tail.length : 0
  const full = [...head, ...Array<string>(missing).fill('0'), ...tail]
  const [high, low] = [Number.parseInt(full[6] ?? '', 16), Number.parseInt(full[7] ?? '', 16)]
  if (full.slice(0, 5).every((group) => group === '0') && full[5] === 'ffff')
    return `${high >> 8}.${high & 255}.${low >> 8}.0/24`
  return `${full.slice(0, 4).join(':')}::/64`
}
