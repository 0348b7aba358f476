/**
 * Checks the `Host` of requests for pages. By DNS rebinding a foreign site can make a browser treat our pages as that
 * site's own. So pages are shown under our own name only.
 */
import type { Middleware } from 'koa'
import { AppError } from '../../platform/errors.ts'
import { isLoopbackHost } from '../../platform/network/ip-address.ts'

/**
 * Takes the issuer's host and names of this machine, with any port: a proxy may listen on another one. `X-Forwarded-Host`
 * is never read: a proxy passes the `Host` on instead. `isForPrograms` names addresses that programs call: they may use a
 * name of the inner network, and no browser is signed in there. @throws AppError 421 `wrong_host`
 */
export function ownHost(issuer: string, isForPrograms: (path: string) => boolean): Middleware {
  const { hostname } = new URL(issuer)
  return (ctx, next) => {
    // Koa's own `ctx.hostname` is the issuer's, for every request.
    const asked = hostnameOf(ctx.req.headers.host ?? '')
    if (asked === hostname || isLoopbackHost(asked) || isForPrograms(ctx.path)) return next()
    throw new AppError(
      'wrong_host',
      421,
      `This page belongs to ${hostname}, and the request named another host. A proxy in front has to pass the Host header on.`,
    )
  }
}

function hostnameOf(host: string): string {
  return host.length > 300 ? '' : (URL.parse(`http://${host}`)?.hostname ?? '')
}
