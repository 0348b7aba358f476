/** One log line per request, whatever became of it; but those refused because of too many are counted together. */
import { performance } from 'node:perf_hooks'
import type { Middleware } from 'koa'
import type { Logger } from '../platform/logging/log.ts'
import { redactedPath } from './request/redacted-path.ts'
import { requestState } from './request/request-state.ts'
import type { AnyContext } from './request/request-state.ts'

/** Health checks and assets are frequent and say nothing: debug instead of info. */
const QUIET = /^\/(?:health|assets)\//

/**
 * Logs `http.request` when the answer has gone out or the connection has: method, route, status, duration, ids. Never
 * a query, a token or an address. Comes first, so that the duration is the whole one.
 */
export function accessLog({ log }: { log: Logger }): Middleware {
  // The entry is made here, of nothing that needs hiding: looking it through for secrets costs more than the rest.
  const lines = log.child({}, { redact: [] })
  return (ctx, next) => {
    const startedAtMs = performance.now()
    const path = redactedPath(ctx.originalUrl)
    ctx.res.once('close', () => {
      const level = QUIET.test(path) || requestState(ctx).folded ? 'debug' : 'info'
      lines[level](entryOf(ctx, path, startedAtMs), 'http.request')
    })
    return next()
  }
}

function entryOf(ctx: AnyContext, path: string, startedAtMs: number) {
  const { requestId, errorId, clientIp, interactionId } = requestState(ctx)
  const finished = ctx.res.writableFinished
  return {
    requestId,
    method: ctx.method,
    route: routeOf(ctx) ?? path,
    status: ctx.res.statusCode,
    durationMs: Math.round((performance.now() - startedAtMs) * 10) / 10,
    clientIp,
    errorId,
    interactionId,
    // The other side went away before the answer was out.
    aborted: finished ? undefined : true,
  }
}

function routeOf(ctx: AnyContext): string | undefined {
  const pattern: unknown = ctx['_matchedRoute']
  return typeof pattern === 'string' && !/[(*]/.test(pattern) ? pattern : undefined
}
