/** Headers that every answer carries unless a route says otherwise. */
import type { Middleware } from 'koa'
import type { AnyContext } from './request/request-state.ts'

// No form-action: Chrome enforces it across the redirects that follow a form, and so blocks the return to the app.
// script-src repeats the default. The protocol library adds the hash of its one script (a form that sends itself) only
// to an existing script-src. Empty allows nothing, as 'none' does. Browsers warn about 'none' beside a hash.
export const PAGE_POLICY =
  "default-src 'none'; script-src; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'"

/**
 * Sets the headers first, so that a route can replace them, and again when it fails, so that its error page has ours.
 * `https`: the issuer is https, which adds HSTS (RFC 6797). An app may open a popup path (sign-in, consent) and wait for it.
 * There the opener stays connected, because `Cross-Origin-Opener-Policy` would cut it off before the answer arrives.
 */
export function securityHeaders(
  https: boolean,
  isPopupPath: (path: string) => boolean = () => false,
): Middleware {
  const fixed = {
    'Content-Security-Policy': PAGE_POLICY,
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'Cache-Control': 'no-store',
    ...(https ? { 'Strict-Transport-Security': 'max-age=31536000' } : {}),
  }
  const ofPopups = { ...fixed, 'Cross-Origin-Opener-Policy': 'unsafe-none' }
  const ofOthers = { ...fixed, 'Cross-Origin-Opener-Policy': 'same-origin' }
  return async (ctx, next) => {
    const headers = isPopupPath(ctx.path) ? ofPopups : ofOthers
    ctx.set(headers)
    try {
      await next()
    } catch (error) {
      if (!ctx.headerSent) ctx.set(headers)
      throw error
    }
  }
}

/** Lets this page run the scripts of `public/`. They add comfort: no page needs them. */
export function allowOwnScripts(ctx: AnyContext): void {
  replaceContentPolicy(ctx, PAGE_POLICY.replace('script-src;', "script-src 'self';"))
}

/** The same, and lets them ask this server. */
export function allowOwnQuestions(ctx: AnyContext): void {
  const allowed = "script-src 'self'; connect-src 'self';"
  replaceContentPolicy(ctx, PAGE_POLICY.replace('script-src;', allowed))
}

/** The same, and lets them work in the background. */
export function allowOwnWorkers(ctx: AnyContext): void {
  const allowed = "script-src 'self'; worker-src 'self'; connect-src 'self';"
  replaceContentPolicy(ctx, PAGE_POLICY.replace('script-src;', allowed))
}

/** Replaces the content policy of this answer, e.g. for a page that shows foreign HTML in a sandbox. */
export function replaceContentPolicy(ctx: AnyContext, policy: string): void {
  ctx.set('Content-Security-Policy', policy)
}
