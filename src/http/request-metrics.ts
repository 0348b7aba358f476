/** Counts and times every request by the pattern of its route, and what limits refuse. */
import { METHODS } from 'node:http'
import type { Middleware } from 'koa'
import type { Metrics } from '../platform/metrics/metrics.ts'
import { matchedRoute } from './access-log.ts'
import { requestState } from './request/request-state.ts'
import type { AnyContext } from './request/request-state.ts'

const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS)
const OTHER = 'other'

/** `patternOf`: the route of an address that no router of ours matched; one of a fixed few, or nothing. */
export function requestMetrics(
  metrics: Metrics,
  patternOf: (path: string) => string | undefined,
): Middleware {
  if (!metrics.isOn) return (_ctx, next) => next()
  const count = metrics.counter<'method' | 'route' | 'status'>({
    name: 'account_server_http_requests_total',
    help: 'Requests, by route and status; `aborted` where the peer left before the answer.',
    labels: ['method', 'route', 'status'],
  })
  const observe = metrics.histogram<'route'>({
    name: 'account_server_http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its answer.',
    labels: ['route'],
  })
  const limitHit = countLimits(metrics)
  return (ctx, next) => {
    const startedMs = performance.now()
    const { path } = ctx
    ctx.res.once('close', () => {
      const route = matchedRoute(ctx) ?? patternOf(path) ?? OTHER
      const method = KNOWN_METHODS.has(ctx.method) ? ctx.method : OTHER
      count({ method, route, status: statusOf(ctx) })
      observe({ route }, (performance.now() - startedMs) / 1000)
      const { folded, errorId } = requestState(ctx)
      // The library answered it alone. All other refusals were counted as they were made.
      if (ctx.res.statusCode === 429 && !folded && errorId === undefined) limitHit('protocol')
    })
    return next()
  }
}

/** Call what is answered for each request that a limit refuses. */
export function countLimits(metrics: Metrics): (limit: string) => void {
  const count = metrics.counter<'limit'>({
    name: 'account_server_limits_hit_total',
    help: 'Requests and forms that a limit refused for now (429, 503), by the code of the refusal.',
    labels: ['limit'],
  })
  return (limit) => count({ limit })
}

/** Call what is answered for each request that the server failed to answer. */
export function countFailures(metrics: Metrics): (code: string) => void {
  const count = metrics.counter<'code'>({
    name: 'account_server_http_failures_total',
    help: 'Requests and forms that failed here (5xx), by the code of the failure, without refusals by limits.',
    labels: ['code'],
  })
  return (code) => count({ code })
}

function statusOf(ctx: AnyContext): string {
  return ctx.res.writableFinished ? String(ctx.res.statusCode) : 'aborted'
}
