/**
 * Runs before the protocol. Refuses a network with a used-up limit, when its request carries nothing that we issued.
 */
import type { Middleware } from 'koa'
import type { FlowLimits } from '../records/flow-limits.ts'

/**
 * A request with a cookie may be from a signed-in person. The protocol then reads the session first, and counts later.
 */
export function refuseFloods({ refuseSpent }: FlowLimits, paths: readonly string[]): Middleware {
  const begins = new Set(paths)
  return async (ctx, next) => {
    if (begins.has(ctx.path) && ctx.headers.cookie === undefined) refuseSpent(ctx)
    await next()
  }
}
