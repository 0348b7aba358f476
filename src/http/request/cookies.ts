/**
 * Our cookies. A browser keeps one jar for all ports of a host, and apps on localhost may name theirs `session` or
 * `csrf`. The prefix `as_` prevents collisions.
 */
import type { AnyContext } from './request-state.ts'

/** What one of our cookies holds. */
export type CookiePurpose =
  | 'session'
  | 'interaction'
  | 'resume'
  | 'csrf'
  | 'device'
  | 'browser'
  | 'accounts'
  | 'security'
  | 'proof'
  | 'notice'
  | 'registration'
  | 'address'
  | 'second_step'
  | 'sign_out'
  | 'mailed_code'
  | 'trust'
  | 'language'
  | 'check'
  | 'console'
  | 'console_sign_in'

/** Cookies that are sent to one address only. They carry a path, which the prefix `__Host-` forbids (RFC 6265bis §4.1.3). */
const WITH_PATH: readonly CookiePurpose[] = ['interaction', 'resume', 'security', 'proof', 'registration']

/** Browsers keep no longer ones (RFC 6265bis §5.6). */
const MAX_LENGTH = 4096

/** The name on the wire. `secure` is true when the issuer is https: the browser then guards the name by its prefix. */
export function cookieName(purpose: CookiePurpose, secure: boolean): string {
  if (!secure) return `as_${purpose}`
  return `${WITH_PATH.includes(purpose) ? '__Secure' : '__Host'}-as_${purpose}`
}

/** The value of that cookie; `undefined` for a value that no browser could have stored. */
export function cookieOf(ctx: AnyContext, name: string): string | undefined {
  const value = ctx.cookies.get(name, { signed: false })
  return value !== undefined && value.length <= MAX_LENGTH ? value : undefined
}
