/** What is wrong with an address that a client registers, in words for its developer; `undefined` when nothing is. */

export type ApplicationType = 'web' | 'native'

const LOOPBACKS = new Set(['localhost', '127.0.0.1', '[::1]'])
const DANGEROUS_SCHEMES = new Set(['javascript:', 'vbscript:', 'data:', 'blob:', 'file:', 'about:'])
/** Schemes of identifiers that name something and lead nowhere. */
const NAMES = new Set(['urn:', 'api:'])
const MAX_LENGTH = 2000

/** A redirect address: compared as an exact string later, so it must be complete (RFC 9700 §4.1, RFC 8252 §7 and §8.4). */
export function redirectUriFault(
  uri: string,
  applicationType: ApplicationType,
  /** Takes custom schemes without a dot too, which any other application of a device may claim (RFC 8252 §8.4). */
  { anyScheme = false }: { anyScheme?: boolean } = {},
): string | undefined {
  const fault = absoluteUriFault(uri)
  if (fault) return fault
  const url = new URL(uri)
  if (uri.includes('*')) return 'wildcards are not supported; register each address'
  if (url.username || url.password) return 'must not carry a user name or password'
  if (url.protocol === 'http:' && !LOOPBACKS.has(url.hostname)) {
    return 'http is taken only for localhost, 127.0.0.1 and [::1]; use https'
  }
  if (url.protocol === 'https:' && applicationType === 'native' && LOOPBACKS.has(url.hostname)) {
    return 'a native application uses http on a loopback address'
  }
  if (isWeb(url)) return undefined
  if (applicationType === 'web') {
    return `the scheme ${url.protocol} needs application_type native; a web application uses https`
  }
  return anyScheme || url.protocol.includes('.')
    ? undefined
    : 'a custom scheme must be a reversed domain name of yours, like com.example.app:/callback'
}

/** A page or document of the client: https, or http. */
export function webUriFault(uri: string): string | undefined {
  const fault = uriFault(uri)
  if (fault) return fault
  return isWeb(new URL(uri)) ? undefined : 'must be an https or http address'
}

/** An address where the library takes nothing but https. */
export function httpsUriFault(uri: string): string | undefined {
  const fault = uriFault(uri)
  if (fault) return fault
  return new URL(uri).protocol === 'https:' ? undefined : 'must be an https address'
}

/** A resource indicator: an absolute URI without a fragment, of any harmless scheme (RFC 8707 §2). */
export function absoluteUriFault(uri: string): string | undefined {
  return uriFault(uri) ?? (uri.includes('#') ? 'must not have a fragment (#...)' : undefined)
}

/** What a resource server is registered with: apps send it as `resource`, tokens carry it as `aud` (RFC 8707 §2). */
export function identifierFault(uri: string): string | undefined {
  const fault = absoluteUriFault(uri)
  if (fault) return fault
  const url = new URL(uri)
  if (url.username || url.password) return 'must not carry a user name or password'
  if (url.protocol === 'http:' && !LOOPBACKS.has(url.hostname))
    return 'http is taken only for localhost, 127.0.0.1 and [::1]; use https'
  return isWeb(url) || NAMES.has(url.protocol)
    ? undefined
    : 'must be an https address, a URN (urn:...) or an api: name'
}

/** An origin as browsers send it: scheme, host and, unless it is the default, port (RFC 6454 §6.2). */
export function originFault(origin: string): string | undefined {
  const fault = webUriFault(origin)
  if (fault) return fault
  const url = new URL(origin)
  if (url.protocol === 'http:' && !LOOPBACKS.has(url.hostname)) return 'http is taken only for loopback hosts'
  return url.origin === origin ? undefined : `must be an origin alone, like ${url.origin}`
}

function uriFault(uri: string): string | undefined {
  if (uri.length > MAX_LENGTH) return `must be at most ${MAX_LENGTH} characters long`
  if (!/^[\x21-\x5B\x5D-\x7E]+$/.test(uri)) {
    return 'must be plain ASCII without spaces or backslashes (percent-encode the rest)'
  }
  const url = URL.parse(uri)
  if (!url) return 'is not an absolute URI such as https://app.example.com/callback'
  if (DANGEROUS_SCHEMES.has(url.protocol)) return `the scheme ${url.protocol} is not allowed`
  return undefined
}

/** Guesses what a client is when it does not say: a custom scheme or a loopback address without a port is an app. */
export function guessApplicationType(redirectUris: readonly string[]): ApplicationType {
  const urls = redirectUris.map((uri) => URL.parse(uri)).filter((url) => url !== null)
  const native = urls.some((url) => !isWeb(url) || (url.protocol === 'http:' && isPortless(url)))
  return native ? 'native' : 'web'
}

function isPortless(url: URL): boolean {
  return LOOPBACKS.has(url.hostname) && url.port === ''
}

function isWeb(url: URL): boolean {
  return url.protocol === 'https:' || url.protocol === 'http:'
}
