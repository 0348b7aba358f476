/** Gives every request an id that joins its log lines, also across a proxy. */
import { randomUUID } from 'node:crypto'
import type { Middleware } from 'koa'
import { fromRequest } from '../../platform/request-origin.ts'
import { requestState } from './request-state.ts'

/** UUID, 32 hexadecimal digits (nginx, W3C Trace Context) or ULID: a proxy may pass on what a client wrote there. */
const ACCEPTABLE =
  /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|[0-7][0-9A-HJKMNP-TV-Z]{25})$/i

/**
 * Keeps `X-Request-Id` when a trusted proxy sent it. Else it is the id of the trace, or a new one. Answers with it. Comes after
 * `clientAddress` and `requestTracing`.
 */
export function requestId(): Middleware {
  return (ctx, next) => {
    const state = requestState(ctx)
    const given = state.viaTrustedProxy ? ctx.get('X-Request-Id') : ''
    state.requestId = ACCEPTABLE.test(given) ? given : (state.traceId ?? randomUUID())
    ctx.set('X-Request-Id', state.requestId)
    return fromRequest({ requestId: state.requestId, ip: state.clientIp }, next)
  }
}
