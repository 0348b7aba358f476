/**
 * The names of our cookies. A browser keeps one jar for all ports of a host, and apps on localhost call theirs `session`
 * or `csrf`: the prefix `as_` keeps the two apart.
 */

/** What one of our cookies holds. */
export type CookiePurpose = 'session' | 'interaction' | 'resume' | 'csrf' | 'device' | 'browser' | 'accounts'

/** Cookies that are sent to one address only. They carry a path, which the prefix `__Host-` forbids (RFC 6265bis §4.1.3). */
const WITH_PATH: readonly CookiePurpose[] = ['interaction', 'resume']

/** The name on the wire. `secure` is true when the issuer is https: the browser then guards the name by its prefix. */
export function cookieName(purpose: CookiePurpose, secure: boolean): string {
  if (!secure) return `as_${purpose}`
  return `${WITH_PATH.includes(purpose) ? '__Secure' : '__Host'}-as_${purpose}`
}
