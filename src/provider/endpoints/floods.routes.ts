/** Before the protocol: a network that has begun too much is refused where its request carries nothing that we gave out. */
import type { Middleware } from 'koa'
import type { FlowLimits } from '../records/flow-limits.ts'

/** A request with a cookie may be of somebody who has signed in: the protocol reads the session first, and counts then. */
export function refuseFloods({ refuseSpent }: FlowLimits, paths: readonly string[]): Middleware {
  const begins = new Set(paths)
  return async (ctx, next) => {
    if (begins.has(ctx.path) && ctx.headers.cookie === undefined) refuseSpent(ctx)
    await next()
  }
}
