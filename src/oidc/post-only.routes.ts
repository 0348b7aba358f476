/** The endpoints of the protocol that take POST alone: another method is told so (RFC 9126 §2.3), not that nothing is there. */
import type { Middleware } from 'koa'

const POST_ONLY: ReadonlySet<string> = new Set([
  '/oauth/par',
  '/oauth/token',
  '/oauth/introspect',
  '/oauth/revoke',
  '/oauth/device',
  '/oauth/backchannel',
])

/** Goes behind the protocol, which answers every POST and what browsers ask before one. */
export function refuseOtherMethods(): Middleware {
  return async (ctx, next) => {
    if (!POST_ONLY.has(ctx.path) || ctx.method === 'POST') return next()
    ctx.set('Allow', 'POST')
    ctx.status = 405
  }
}
