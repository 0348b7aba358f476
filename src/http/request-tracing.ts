/** Every request as the root of a trace, or as a part of the trace of a proxy that is trusted. */
import { METHODS } from 'node:http'
import type { Middleware } from 'koa'
import type { Span, Tracing } from '../platform/tracing/tracing.ts'
import { matchedRoute } from './access-log.ts'
import { requestState } from './request/request-state.ts'
import type { AnyContext } from './request/request-state.ts'

/** These are frequent and tell little. */
const UNTRACED = /^\/(?:health|assets)\//
const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS)

/**
 * Comes after `clientAddress`: anybody may send `traceparent` (W3C Trace Context), which decides whether a trace is kept.
 * `patternOf`: the route of an address that no router of ours matched.
 */
export function requestTracing(
  tracing: Tracing,
  patternOf: (path: string) => string | undefined,
): Middleware {
  if (!tracing.isOn) return (_ctx, next) => next()
  return (ctx, next) => {
    if (UNTRACED.test(ctx.path)) return next()
    const state = requestState(ctx)
    const method = KNOWN_METHODS.has(ctx.method) ? ctx.method : 'OTHER'
    const { path } = ctx
    const attributes = { 'http.request.method': method, 'url.scheme': state.secure ? 'https' : 'http' }
    const parent = (state.viaTrustedProxy && ctx.get('traceparent')) || undefined
    return tracing.within(method, { kind: 'server', attributes, parent }, (span) => {
      state.traceId = span.traceId
      ctx.res.once('close', () => finish(ctx, span, { method, route: matchedRoute(ctx) ?? patternOf(path) }))
      return next()
    })
  }
}

function finish(
  ctx: AnyContext,
  span: Span,
  { method, route }: { method: string; route: string | undefined },
): void {
  const { requestId, errorId } = requestState(ctx)
  const status = ctx.res.statusCode
  if (route !== undefined) span.rename(`${method} ${route}`)
  span.set({
    'http.route': route,
    'http.response.status_code': status,
    'account_server.request_id': requestId,
    'account_server.error_id': errorId,
  })
  if (status >= 500) span.fail(String(status))
  else if (!ctx.res.writableFinished) span.fail('aborted')
  span.end()
}
