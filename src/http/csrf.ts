/**
 * Signed double submit: an HttpOnly cookie holds a random value, and the form repeats its HMAC. A page of another site
 * can neither read the form nor set a `__Host-` cookie. `Origin` and `Sec-Fetch-Site` are a second check.
 */
import type { Context, Middleware } from 'koa'
import { AppError } from '../platform/errors.ts'
import { equalsInConstantTime, keyedDigest, randomToken } from '../platform/tokens.ts'
import { cookieName, cookieOf } from './request/cookies.ts'
import { formOf, requestState } from './request/request-state.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])
const COOKIE_VALUE = /^[\w-]{43}$/

/**
 * Guards our own pages (never the protocol's endpoints); comes after `formBody`. Puts the token for the form's field
 * `_csrf` (or the header `x-csrf-token`) into `ctx.state.csrfToken`. @throws AppError 403 `csrf_failed`
 */
export function csrf(needs: {
  key: Buffer
  /** Scheme, host and port of the issuer, as a browser writes it into `Origin`. */
  issuerOrigin: string
  /** True when the issuer is https. */
  secure: boolean
  /** Answers a form of our own page with a token that is missing or too old. False: it is refused. */
  whenStale?: (ctx: Context) => boolean
}): Middleware {
  const name = cookieName('csrf', needs.secure)
  return async (ctx, next) => {
    // With no-referrer a browser sends `Origin: null` from our own forms (Fetch standard, "append a request Origin header").
    ctx.set('Referrer-Policy', 'same-origin')
    const presented = cookieOf(ctx, name)
    const value = presented && COOKIE_VALUE.test(presented) ? presented : undefined
    if (!SAFE_METHODS.has(ctx.method)) {
      refuseOtherSites(ctx, needs.issuerOrigin)
      const stale = problemOf(ctx, needs.key, value)
      if (stale) {
        if (!value) setCookie(ctx, name, randomToken(), needs.secure)
        if (needs.whenStale?.(ctx)) return
        throw refused(stale)
      }
    }
    const current = value ?? randomToken()
    if (!value) setCookie(ctx, name, current, needs.secure)
    requestState(ctx).csrfToken = keyedDigest(needs.key, current)
    await next()
  }
}

type FormsElsewhere = {
  issuerOrigin: string
  /** A form that another part of the server reads, with a token of its own. */
  isForm: (path: string) => boolean
  /** The page with that form. */
  showsForm: (path: string) => boolean
}

/**
 * The same second check for forms that other code reads. It goes before that code.
 * @throws AppError 403 `csrf_failed`
 */
export function ownFormsElsewhere({ issuerOrigin, isForm, showsForm }: FormsElsewhere): Middleware {
  return (ctx, next) => {
    if (showsForm(ctx.path)) ctx.set('Referrer-Policy', 'same-origin')
    if (!SAFE_METHODS.has(ctx.method) && isForm(ctx.path)) refuseOtherSites(ctx, issuerOrigin)
    return next()
  }
}

function refuseOtherSites(ctx: Context, issuerOrigin: string): void {
  const origin = ctx.get('Origin')
  if (origin && origin !== issuerOrigin) throw refused('origin')
  const site = ctx.get('Sec-Fetch-Site')
  if (site && site !== 'same-origin' && site !== 'none') throw refused('site')
}

function problemOf(ctx: Context, key: Buffer, value: string | undefined): 'cookie' | 'token' | undefined {
  const token = formOf(ctx)['_csrf'] ?? ctx.get('x-csrf-token')
  if (!value) return 'cookie'
  return equalsInConstantTime(token, keyedDigest(key, value)) ? undefined : 'token'
}

function setCookie(ctx: Context, name: string, value: string, secure: boolean): void {
  // The proxy ends TLS, so the connection does not show whether the cookie may be secure.
  ctx.cookies.secure = secure
  ctx.cookies.set(name, value, { httpOnly: true, sameSite: 'lax', secure, path: '/', signed: false })
}

function refused(reason: string): AppError {
  const words = 'This form could not be accepted, because it is too old or was not sent from our page. '
  return new AppError('csrf_failed', 403, `${words}Go back, reload the page and try again.`, {
    cause: new Error(`csrf: ${reason}`),
  })
}
