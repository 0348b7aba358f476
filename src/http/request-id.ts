/** Gives every request an id that joins its log lines, also across a proxy. */
import type { Middleware } from 'koa'
import { randomToken } from '../platform/tokens.ts'
import { requestState } from './request-state.ts'

const ACCEPTABLE = /^[\w-]{8,64}$/

/** Keeps `X-Request-Id` when a trusted proxy sent it, else makes one; answers with it. Comes after `clientAddress`. */
export function requestId(): Middleware {
  return async (ctx, next) => {
    const state = requestState(ctx)
    const given = state.viaTrustedProxy ? ctx.get('X-Request-Id') : ''
    state.requestId = ACCEPTABLE.test(given) ? given : randomToken(96)
    ctx.set('X-Request-Id', state.requestId)
    await next()
  }
}
