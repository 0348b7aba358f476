/**
 * How a Redis is named: `redis://`, `rediss://` (`user:password@host:port/database`), `redis+sentinel://h1:p1,h2:p2/master-name`
 * or `redis+cluster://h1:p1,h2:p2`.
 */
type Address = { host: string; port: number }
export type RedisDsn = {
  scheme: string
  username?: string
  password?: string
  addresses: Address[]
  path: string
}

const DEFAULT_PORTS: Record<string, number> = { 'redis+sentinel': 26379 }

// Not `URL`: it takes neither several hosts nor schemes with a plus the way we need them.
const DSN = /^(redis|rediss|redis\+sentinel|redis\+cluster):\/\/(?:([^@/]*)@)?([^/?#]+)(?:\/([^?#]*))?$/

/** @throws TypeError that says what is wrong, without the password that it may hold */
export function parseRedisDsn(dsn: string): RedisDsn {
  const match = DSN.exec(dsn)
  // The DSN may hold a password: it is not repeated in the message.
  if (!match)
    throw new TypeError('a Redis DSN starts with redis://, rediss://, redis+sentinel:// or redis+cluster://')
  const [, scheme = '', userinfo = '', hosts = '', path = ''] = match
  if (scheme === 'redis+sentinel' && path === '')
    throw new TypeError('a redis+sentinel DSN ends in /<master-name>')
  const colon = userinfo.indexOf(':')
  const username = decodeURIComponent(colon < 0 ? '' : userinfo.slice(0, colon))
  const password = decodeURIComponent(userinfo.slice(colon + 1))
  return {
    scheme,
    username: username || undefined,
    password: password || undefined,
    addresses: hosts.split(',').map((host) => parseAddress(host, DEFAULT_PORTS[scheme] ?? 6379)),
    path,
  }
}

function parseAddress(text: string, defaultPort: number): Address {
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text)
  if (!match) throw new TypeError('a Redis DSN names hosts as host:port, separated by commas')
  const [, host = '', port] = match
  return { host: host.replace(/^\[|\]$/g, ''), port: port === undefined ? defaultPort : Number(port) }
}
