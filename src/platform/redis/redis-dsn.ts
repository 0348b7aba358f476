/**
 * The addresses of Redis: `redis://` and `rediss://` (`user:password@host:port/database`),
 * `redis+sentinel://h1:p1,h2:p2/master-name`, `redis+cluster://h1:p1,h2:p2`.
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

// `URL` accepts neither several hosts nor our schemes with a plus.
const SCHEMES = ['redis', 'rediss', 'redis+sentinel', 'redis+cluster']

/** @throws TypeError that says what is wrong, without the password that it may hold */
export function parseRedisDsn(dsn: string): RedisDsn {
  const [scheme = '', rest = ''] = cut(dsn, '://')
  const [authority = '', path = ''] = cut(rest, '/')
  const [hosts = '', userinfo = ''] = cut(authority, '@').reverse()
  // The DSN may hold a password: it is not repeated in the message.
  if (!SCHEMES.includes(scheme) || hosts === '' || /[?#]/.test(hosts + path) || hosts.includes('@'))
    throw new TypeError('a Redis DSN starts with redis://, rediss://, redis+sentinel:// or redis+cluster://')
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

/** The text before and after the first `separator`; the whole text alone if there is none. */
function cut(text: string, separator: string): string[] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}

function parseAddress(text: string, defaultPort: number): Address {
  const inBrackets = text.startsWith('[')
  const [host = '', rest = ''] = inBrackets ? cut(text.slice(1), ']') : cut(text, ':')
  const port = inBrackets ? rest.slice(1) : rest
  const hasPort = inBrackets ? rest !== '' : text.includes(':')
  const fits = !inBrackets || (text.includes(']') && (rest === '' || rest.startsWith(':')))
  if (host === '' || !fits || (hasPort && !/^\d{1,5}$/.test(port)))
    throw new TypeError('a Redis DSN names hosts as host:port, separated by commas')
  return { host, port: hasPort ? Number(port) : defaultPort }
}
