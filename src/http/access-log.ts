/** One log line per request, also for failures. Requests refused by overload are counted together. */
import { performance } from 'node:perf_hooks'
import type { Middleware } from 'koa'
import type { Logger } from '../platform/logging/log.ts'
import { redactedPath } from './request/redacted-path.ts'
import { requestState } from './request/request-state.ts'
import type { AnyContext } from './request/request-state.ts'

/** Health checks and assets are frequent and tell little: debug in place of info. */
const QUIET = /^\/(?:health|assets)\//

/** Called with the code of each failure of the server, at the end of the request. */
type OnFailed = (code: string) => void

/**
 * Logs `http.request` when the response ends or the connection closes: method, route, status, duration, ids. Never a
 * query, a token or an address. This middleware comes first, so that the duration is complete.
 */
export function accessLog({ log, onFailed }: { log: Logger; onFailed?: OnFailed }): Middleware {
  // This entry holds no secrets. Redaction would cost more than the rest.
  const lines = log.child({}, { redact: [] })
  return (ctx, next) => {
    const startedAtMs = performance.now()
    const path = redactedPath(ctx.originalUrl)
    ctx.res.once('close', () => {
      const level = QUIET.test(path) || requestState(ctx).folded ? 'debug' : 'info'
      lines[level](entryOf(ctx, path, startedAtMs), 'http.request')
      const failed = failureOf(ctx)
      if (failed !== undefined && !QUIET.test(path)) onFailed?.(failed)
    })
    return next()
  }
}

/** A failure without a code was answered by a route itself. */
function failureOf(ctx: AnyContext): string | undefined {
  const { failed, folded, errorId } = requestState(ctx)
  const isUnnamed = ctx.res.statusCode >= 500 && !folded && errorId === undefined
  return failed ?? (isUnnamed ? 'other' : undefined)
}

function entryOf(ctx: AnyContext, path: string, startedAtMs: number) {
  const { requestId, traceId, errorId, clientIp, interactionId } = requestState(ctx)
  const finished = ctx.res.writableFinished
  return {
    requestId,
    traceId,
    method: ctx.method,
    route: matchedRoute(ctx) ?? path,
    status: ctx.res.statusCode,
    durationMs: Math.round((performance.now() - startedAtMs) * 10) / 10,
    clientIp,
    errorId,
    interactionId,
    // The peer closed the connection before the response was complete.
    aborted: finished ? undefined : true,
  }
}

/** The pattern of the router that answered. */
export function matchedRoute(ctx: AnyContext): string | undefined {
  const pattern: unknown = ctx['_matchedRoute']
  return typeof pattern === 'string' && !/[(*]/.test(pattern) ? pattern : undefined
}
